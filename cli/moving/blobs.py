"""Blobs on their way: sealed bytes, wrapped keys and gravestones, into a bundle and out of it."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from cli.moving.bundle import BlobsTold, copy_file
from shared.blobs.bucket import BucketData
from shared.blobs.data import Data, place_of
from shared.blobs.errors import BlobDamaged, BlobGone, BucketUnfit
from shared.blobs.folder import FolderData
from shared.blobs.places import KeyFacts, Places, files_listed, make_room
from shared.blobs.ref import BlobRef
from shared.blobs.store import BlobStore
from shared.blobs.stream import SEALED_BYTES, sealed_size
from shared.crypto.durable import write_durably
from shared.crypto.keyring import Keyring
from shared.hosting.host_settings import HostSettings
from shared.refusals import Refusal

SUFFIX: Final = {"data": ".blob", "keys": ".json", "gone": ".json"}
BITE: Final = 16 * SEALED_BYTES
Note = Callable[[int], None]


def carry_out(store: Path, bundle: Path, note: Note) -> None:
    """Bring a store's blobs into a bundle: bytes as further names of the same files where the disk allows it.

    What is destroyed leaves its gravestone only, and what never got a key stays behind.
    """
    gone = set(_ids(store, "gone"))
    for done, blob_id in enumerate(sorted(set(_ids(store, "keys")) | gone), start=1):
        for kind in ("gone",) if blob_id in gone else ("data", "keys"):
            place = place_of(kind, blob_id, SUFFIX[kind])
            make_room((bundle / place).parent)
            if kind != "data":
                # Keys are overwritten where they lie when a blob is destroyed: each copy is a file of its own.
                copy_file(store / place, bundle / place)
            elif (store / place).exists():
                _link(store / place, bundle / place)
        note(done)


def told(bundle: Path) -> BlobsTold:
    """What a bundle's blobs are. Small files are read; the bytes are only counted, since each key file has a digest."""
    digest, count, size, gravestones = sha256(), 0, 0, 0
    for kind in ("gone", "keys"):
        for blob_id in sorted(_ids(bundle, kind)):
            said = (bundle / place_of(kind, blob_id, SUFFIX[kind])).read_bytes()
            digest.update(f"{kind} {blob_id} {sha256(said).hexdigest()}\n".encode())
            if kind == "gone":
                gravestones += 1
                continue
            count += 1
            data = bundle / place_of("data", blob_id, SUFFIX["data"])
            size += data.stat().st_size if data.exists() else 0
    return BlobsTold(blobs=count, bytes=size, gravestones=gravestones, digest=digest.hexdigest())


@dataclass(frozen=True)
class Destination:
    """Where the blobs shall lie: small files below `root`, sealed bytes in `data`."""

    root: Path
    data: Data

    @classmethod
    def of(cls, settings: HostSettings) -> "Destination":
        """By SHOKAI_BLOBS_URL. Refusals `setting-missing` and `bucket-unfit`."""
        parts = urlsplit(settings.blobs_url)
        if parts.scheme == "file" and not parts.netloc and parts.path.strip("/"):
            root = Path(unquote(parts.path))
            return cls(root, FolderData(root))
        if parts.scheme != "s3" or not parts.netloc:
            raise Refusal("setting-missing", name="SHOKAI_BLOBS_URL")
        data = BucketData(settings.s3().store(parts.netloc, parts.path.strip("/")))
        try:
            data.check()
        except BucketUnfit:
            raise Refusal("bucket-unfit") from None
        return cls(settings.keys_dir / "blobs", data)

    def in_use(self) -> bool:
        """Whether something lies there already."""
        small = (blob_id for kind in ("keys", "gone") for blob_id in _ids(self.root, kind))
        return next(small, None) is not None or next(iter(self.data.listed()), None) is not None

    def carry_in(self, bundle: Path, note: Note) -> None:
        """Bring a bundle's blobs there; what an earlier try has brought stays. Refusal `bundle-altered`."""
        self.data.sweep("*", float("inf"))
        Places(self.root).sweep("*", float("inf"))
        there = {blob_id for blob_id, _ in self.data.listed()}
        for done, blob_id in enumerate(sorted(_ids(bundle, "keys")), start=1):
            facts = KeyFacts.read(bundle / place_of("keys", blob_id, ".json"))
            if not (blob_id in there and self._is_whole(blob_id, facts)):
                self._bring(bundle, blob_id, facts)
            self._put_small(bundle, "keys", blob_id)
            note(done)
        for blob_id in sorted(_ids(bundle, "gone")):
            self._put_small(bundle, "gone", blob_id)

    def _is_whole(self, blob_id: str, facts: KeyFacts) -> bool:
        try:
            self.data.source(blob_id, sealed_size(facts.size)).close()
        except (BlobGone, BlobDamaged):
            self.data.remove(blob_id)
            return False
        return True

    def _bring(self, bundle: Path, blob_id: str, facts: KeyFacts) -> None:
        try:
            source = FolderData(bundle).source(blob_id, sealed_size(facts.size))
        except BlobGone:
            return  # lost before: the manifest counts it, its references are told
        except BlobDamaged:
            raise Refusal("bundle-altered", part="blobs", blob=blob_id) from None
        digest, sink = sha256(), self.data.sink(blob_id)
        try:
            for offset in range(0, sealed_size(facts.size), BITE):
                part = source.read(offset, BITE)
                digest.update(part)
                sink.write(part)
            if digest.hexdigest() != facts.sealed_sha256:
                raise Refusal("bundle-altered", part="blobs", blob=blob_id)
            sink.finish(digest.hexdigest())
        except BaseException:
            sink.abort()
            raise
        finally:
            source.close()

    def _put_small(self, bundle: Path, kind: str, blob_id: str) -> None:
        place = place_of(kind, blob_id, SUFFIX[kind])
        said, target = (bundle / place).read_bytes(), self.root / place
        if not target.exists() or target.read_bytes() != said:
            make_room(target.parent)
            write_durably(target, said)


def state_of(store: BlobStore, ref: BlobRef) -> str:
    """Whether a reference opens: `open`, `gone` or `damaged`."""
    try:
        with store.open(ref) as reader:
            reader.read(1)
    except BlobGone:
        return "gone"
    except BlobDamaged:
        return "damaged"
    return "open"


def bundled_store(bundle: Path, keyring: Keyring) -> BlobStore:
    """A bundle's blobs, to be opened where they lie."""
    return BlobStore(bundle, keyring, "import")


def _ids(root: Path, kind: str) -> Iterator[str]:
    return (blob_id for blob_id, _ in files_listed(root, kind, "*"))


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk, or one without links
        copy_file(source, target)
