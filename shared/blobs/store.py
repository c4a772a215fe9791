"""The blob store: bulk data at rest, a fresh data key a blob, destroyed key first.

Several processes may share one store. What keeps them apart is the order of steps: bytes, then key, then the reference;
gravestone, then key, then bytes. Only wrapping anew takes a lock.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from pathlib import Path

from shared.blobs.data import Data
from shared.blobs.errors import BlobDamaged, BlobGone
from shared.blobs.folder import FolderData
from shared.blobs.places import KeyFacts, Places, make_room, mark_gone, shred_key
from shared.blobs.reader import BlobReader
from shared.blobs.ref import BlobRef
from shared.blobs.stream import ChunkCipher, sealed_size
from shared.blobs.writer import BlobWriter
from shared.crypto.errors import CipherDamaged, KeyDestroyed
from shared.crypto.keyring import Keyring, wrapped_version
from shared.faults import reach
from shared.ids import new_id


@dataclass(frozen=True)
class Destroyed:
    """What a destruction certificate says of one blob: plain bytes, and the digest of the stored ones."""

    id: str
    size: int
    sha256_of_ciphertext: str


class BlobStore:
    """One owner's blobs, and a way to read everyone's: a reference says what may be opened.

    `root` holds the keys and gravestones, and the sealed bytes too unless `data` says where else they lie."""

    def __init__(self, root: Path, keyring: Keyring, owner: str, *, data: Data | None = None) -> None:
        self._places = Places(root)
        self._data = data if data is not None else FolderData(root)
        self._keyring = keyring
        self._owner = owner
        make_room(root)

    def create(self, *, purpose: str, key: str) -> BlobWriter:
        """A new blob under a fresh data key, wrapped by the keyring's key of this name."""
        blob_id = f"{self._owner}.{new_id()}"
        data_key = os.urandom(32)
        wrapped = self._keyring.wrap(key, data_key, context=_context(blob_id, purpose))

        def finish(size: int, sealed_sha256: str) -> None:
            self._keep_key(blob_id, KeyFacts(key, wrapped.hex(), size, sealed_sha256, purpose))

        cipher = ChunkCipher(data_key, blob_id=blob_id, purpose=purpose)
        return BlobWriter(blob_id, self._data, purpose=purpose, cipher=cipher, finish=finish)

    def put(self, data: bytes, *, purpose: str, key: str, records: int = 0) -> BlobRef:
        """A blob in one call."""
        with self.create(purpose=purpose, key=key) as writer:
            writer.write(data)
            writer.records = records
        return writer.ref

    def open(self, ref: BlobRef) -> BlobReader:
        """Any owner's blob, to be closed after use. BlobGone when destroyed, BlobDamaged when not what was written."""
        facts, data_key = self._opened(ref.id, ref.purpose)
        if facts.size != ref.size:
            raise BlobDamaged("a blob has another size than its reference says")
        cipher = ChunkCipher(data_key, blob_id=ref.id, purpose=ref.purpose)
        return BlobReader(self._data.source(ref.id, sealed_size(facts.size)), size=facts.size, cipher=cipher)

    def get(self, ref: BlobRef) -> bytes:
        """All of a blob that fits in memory."""
        with self.open(ref) as reader:
            return reader.readall()

    def destroy(self, ref_or_id: BlobRef | str) -> Destroyed:
        """Destroys a blob, its key first. What is gone already is no error: the same facts are told again.

        StoreAway when the bytes could not be removed: the key is gone for good then, and the call may be repeated."""
        blob_id = ref_or_id if isinstance(ref_or_id, str) else ref_or_id.id
        gone = self._places.gone(blob_id)
        facts = self._facts_left(blob_id)
        # First of all the promise, so that a crash, a re-wrapping or a restored backup cannot bring the blob back.
        if facts is not None and not gone.exists():
            KeyFacts("", "", facts.size, facts.sealed_sha256, facts.purpose).write(gone)
        elif facts is None and self._places.key(blob_id).exists():
            mark_gone(gone)
        reach("blob.doomed")
        shred_key(self._places.key(blob_id))
        self._data.remove(blob_id)
        return Destroyed(blob_id, facts.size, facts.sealed_sha256) if facts else Destroyed(blob_id, 0, "")

    def finish_destructions(self) -> int:
        """Destroys anew what came back, with a restored backup or after a crash; how many.

        Walks what is there and looks for gravestones, not the other way: gravestones only ever become more."""
        there = chain(self._data.listed(), self._places.listed())
        back = {blob_id for blob_id, _ in there if self._places.gone(blob_id).exists()}
        for blob_id in back:
            self.destroy(blob_id)
        return len(back)

    def own_ids(self, older_than: datetime) -> Iterator[str]:
        """This owner's blobs of which nothing is younger; removes what was left half written before that time.

        Who keeps them dates them; an object that came in parts may bear the time of its first one."""
        limit = older_than.timestamp()
        self._data.sweep(self._owner, limit)
        self._places.sweep(self._owner, limit)
        changed: dict[str, float] = {}
        for blob_id, at in chain(self._data.listed(self._owner), self._places.listed(self._owner)):
            changed[blob_id] = max(at, changed.get(blob_id, at))
        yield from (blob_id for blob_id, at in changed.items() if at < limit)

    def rewrap(self, key: str, progress: Callable[[int, int], None] = lambda done, of: None) -> int:
        """Wraps every data key under `key` anew with its newest version; no data is touched. `progress(done, of)`.

        One process at a time: a slow one could else put an old version back that another has just retired."""
        with self._places.wrapping():
            newest = self._newest_version(key)
            old = [blob_id for blob_id, name, version in self._wrappings() if name == key and version < newest]
            for done, blob_id in enumerate(old, start=1):
                with suppress(BlobGone):
                    self._wrap_newly(blob_id)
                progress(done, len(old))
        return len(old)

    def oldest_versions(self) -> dict[str, int]:
        """For each wrapping key the oldest version that some blob of this store still needs."""
        oldest: dict[str, int] = {}
        for _, name, version in self._wrappings():
            oldest[name] = min(version, oldest.get(name, version))
        return oldest

    def _wrappings(self) -> Iterator[tuple[str, str, int]]:
        for blob_id, _ in list(self._places.listed()):
            with suppress(BlobGone):
                facts = self._key_facts(blob_id)
                yield blob_id, facts.key, wrapped_version(bytes.fromhex(facts.wrapped))

    def _keep_key(self, blob_id: str, facts: KeyFacts) -> None:
        """Writes a new blob's key file. BlobGone, and nothing kept, when the key above was destroyed meanwhile.

        Whoever retires versions of that key lists the key files first, and may have looked before this one was there:
        so once it is, the key's version is looked at again."""
        path = self._places.key(blob_id)
        try:
            facts.write(path)
            self._wrap_newly(blob_id)
            self._opened(blob_id, facts.purpose)
        except BaseException:
            shred_key(path)
            raise

    def _wrap_newly(self, blob_id: str) -> None:
        """Brings a key file to the newest version of its key, whoever else rotates, retires or destroys meanwhile."""
        path = self._places.key(blob_id)
        while True:
            facts = self._key_facts(blob_id)
            newest = self._newest_version(facts.key)
            if wrapped_version(bytes.fromhex(facts.wrapped)) >= newest:
                return
            data_key = self._data_key(blob_id, facts.purpose, facts)
            wrapped = self._keyring.wrap(facts.key, data_key, context=_context(blob_id, facts.purpose))
            if wrapped_version(wrapped) != newest:
                # Rotated once more; or destroyed and made anew, and then this blob must not come under the new key.
                continue
            self._replace_key(blob_id, replace(facts, wrapped=wrapped.hex()))
            if self._places.gone(blob_id).exists():
                shred_key(path)

    def _replace_key(self, blob_id: str, facts: KeyFacts) -> None:
        try:
            facts.write(self._places.key(blob_id))
        except FileNotFoundError:
            # Whoever destroys the blob shreds drafts too.
            if self._places.gone(blob_id).exists():
                raise BlobGone("the blob is being destroyed") from None
            raise

    def _newest_version(self, key: str) -> int:
        versions = [info.version for info in self._keyring.list() if (info.name, info.purpose) == (key, "wrap")]
        return max(versions, default=0)

    def _opened(self, blob_id: str, purpose: str) -> tuple[KeyFacts, bytes]:
        """A blob's facts and data key; looks once more where the key was wrapped anew between two looks."""
        facts = self._key_facts(blob_id)
        while True:
            try:
                return facts, self._data_key(blob_id, purpose, facts)
            except BlobGone:
                seen, facts = facts, self._key_facts(blob_id)
                if facts == seen:
                    raise

    def _data_key(self, blob_id: str, purpose: str, facts: KeyFacts) -> bytes:
        try:
            return self._keyring.unwrap(facts.key, bytes.fromhex(facts.wrapped), context=_context(blob_id, purpose))
        except KeyDestroyed:
            raise BlobGone("the key above the blob was destroyed") from None
        except (CipherDamaged, ValueError):
            raise BlobDamaged("a blob's data key does not open") from None

    def _facts_left(self, blob_id: str) -> KeyFacts | None:
        """What is known of a blob that is to be destroyed, or is just being destroyed by another thread or process."""
        gone = self._places.gone(blob_id)
        for path in (gone, self._places.key(blob_id), gone):
            with suppress(BlobGone, BlobDamaged):
                return KeyFacts.read(path)
        return None

    def _key_facts(self, blob_id: str) -> KeyFacts:
        """BlobGone wherever there is a gravestone, even if key and bytes are there still or again."""
        try:
            facts = KeyFacts.read(self._places.key(blob_id))
        except BlobDamaged:
            # While it is being shredded it is not readable; the promise stands before the first byte is overwritten.
            if not self._places.gone(blob_id).exists():
                raise
        else:
            if not self._places.gone(blob_id).exists():
                return facts
        raise BlobGone("the blob is destroyed")


def _context(blob_id: str, purpose: str) -> str:
    return f"{len(blob_id)}:{blob_id}{purpose}"
