"""The blob store on a folder: bulk data at rest, a fresh data key a blob, destroyed key first."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from shared.blobs.errors import BlobDamaged, BlobGone
from shared.blobs.places import KeyFacts, Places, make_room, remove, shred
from shared.blobs.reader import BlobReader
from shared.blobs.ref import BlobRef
from shared.blobs.stream import ChunkCipher
from shared.blobs.writer import BlobWriter
from shared.crypto.errors import CipherDamaged, KeyDestroyed
from shared.crypto.keyring import Keyring, wrapped_version
from shared.ids import new_id


@dataclass(frozen=True)
class Destroyed:
    """What a destruction certificate says of one blob: plain bytes, and the digest of the stored ones."""

    id: str
    size: int
    sha256_of_ciphertext: str


class BlobStore:
    """One owner's blobs, and a way to read everyone's: a reference says what may be opened."""

    def __init__(self, root: Path, keyring: Keyring, owner: str) -> None:
        self._places = Places(root)
        self._keyring = keyring
        self._owner = owner
        make_room(root)

    def create(self, *, purpose: str, key: str) -> BlobWriter:
        """A new blob under a fresh data key, wrapped by the keyring's key of this name."""
        blob_id = f"{self._owner}.{new_id()}"
        data_key = os.urandom(32)
        wrapped = self._keyring.wrap(key, data_key, context=_context(blob_id, purpose))

        def finish(size: int, sealed_sha256: str) -> None:
            KeyFacts(key, wrapped.hex(), size, sealed_sha256, purpose).write(self._places.key(blob_id))

        cipher = ChunkCipher(data_key, blob_id=blob_id, purpose=purpose)
        return BlobWriter(blob_id, self._places.data(blob_id), purpose=purpose, cipher=cipher, finish=finish)

    def put(self, data: bytes, *, purpose: str, key: str, records: int = 0) -> BlobRef:
        """A blob in one call."""
        with self.create(purpose=purpose, key=key) as writer:
            writer.write(data)
            writer.records = records
        return writer.ref

    def open(self, ref: BlobRef) -> BlobReader:
        """Any owner's blob, to be closed after use. BlobGone when destroyed, BlobDamaged when not what was written."""
        facts = self._key_facts(ref.id)
        if facts.size != ref.size:
            raise BlobDamaged("a blob has another size than its reference says")
        cipher = ChunkCipher(self._data_key(ref.id, ref.purpose, facts), blob_id=ref.id, purpose=ref.purpose)
        return BlobReader(self._places.data(ref.id), size=facts.size, cipher=cipher)

    def get(self, ref: BlobRef) -> bytes:
        """All of a blob that fits in memory."""
        with self.open(ref) as reader:
            return reader.readall()

    def destroy(self, ref_or_id: BlobRef | str) -> Destroyed:
        """Destroys a blob, its key first. What is gone already is no error: the same facts are told again."""
        blob_id = ref_or_id if isinstance(ref_or_id, str) else ref_or_id.id
        gone = self._places.gone(blob_id)
        facts = self._facts_left(blob_id)
        if facts is not None and not gone.exists():
            # First of all the promise, so that a crash, a re-wrapping or a restored backup cannot bring the blob back.
            KeyFacts("", "", facts.size, facts.sealed_sha256, facts.purpose).write(gone)
        shred(self._places.key(blob_id))
        remove(self._places.data(blob_id))
        return Destroyed(blob_id, facts.size, facts.sealed_sha256) if facts else Destroyed(blob_id, 0, "")

    def finish_destructions(self) -> int:
        """Destroys anew what came back, with a restored backup or after a crash; how many."""
        back = [
            blob_id
            for blob_id in self._places.ids("gone")
            if self._places.key(blob_id).exists() or self._places.data(blob_id).exists()
        ]
        for blob_id in back:
            self.destroy(blob_id)
        return len(back)

    def own_ids(self, older_than: datetime) -> Iterator[str]:
        """This owner's blobs whose files are all older (by the file system); removes half-written ones that old."""
        limit = older_than.timestamp()
        for draft in list(self._places.drafts(self._owner)):
            with suppress(FileNotFoundError):
                if draft.stat().st_mtime < limit:
                    draft.unlink()
        for blob_id in list(self._places.ids("keys", "data", owner=self._owner)):
            paths = (self._places.key(blob_id), self._places.data(blob_id))
            if max((path.stat().st_mtime for path in paths if path.exists()), default=limit) < limit:
                yield blob_id

    def rewrap(self, key: str, progress: Callable[[int, int], None] = lambda done, of: None) -> int:
        """Wraps every data key under `key` anew with its newest version; no data is touched. `progress(done, of)`."""
        wrapping = [info.version for info in self._keyring.list() if (info.name, info.purpose) == (key, "wrap")]
        newest = max(wrapping, default=0)
        old = [blob_id for blob_id, name, version in self._wrappings() if name == key and version < newest]
        for done, blob_id in enumerate(old, start=1):
            with suppress(BlobGone):
                self._rewrap_one(blob_id)
            progress(done, len(old))
        return len(old)

    def oldest_versions(self) -> dict[str, int]:
        """For each wrapping key the oldest version that some blob of this store still needs."""
        oldest: dict[str, int] = {}
        for _, name, version in self._wrappings():
            oldest[name] = min(version, oldest.get(name, version))
        return oldest

    def _wrappings(self) -> Iterator[tuple[str, str, int]]:
        for blob_id in self._places.ids("keys"):
            with suppress(BlobGone):
                facts = self._key_facts(blob_id)
                yield blob_id, facts.key, wrapped_version(bytes.fromhex(facts.wrapped))

    def _rewrap_one(self, blob_id: str) -> None:
        path = self._places.key(blob_id)
        facts = self._key_facts(blob_id)
        data_key = self._data_key(blob_id, facts.purpose, facts)
        wrapped = self._keyring.wrap(facts.key, data_key, context=_context(blob_id, facts.purpose))
        KeyFacts(facts.key, wrapped.hex(), facts.size, facts.sealed_sha256, facts.purpose).write(path)
        if self._places.gone(blob_id).exists():
            shred(path)

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
        """BlobGone also while the key is being shredded: the promise stands before the first byte is overwritten."""
        try:
            return KeyFacts.read(self._places.key(blob_id))
        except BlobDamaged:
            if self._places.gone(blob_id).exists():
                raise BlobGone("the blob is being destroyed") from None
            raise


def _context(blob_id: str, purpose: str) -> str:
    return f"{len(blob_id)}:{blob_id}{purpose}"
