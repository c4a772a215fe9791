"""What is a folder's own. What a store of either kind promises is tested in tests/integration/blobs."""

import os
import resource
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.blobs.data import blob_at, place_of
from shared.blobs.errors import BlobDamaged, BlobGone, StoreFull
from shared.blobs.ref import BlobRef
from shared.blobs.store import BlobStore
from shared.crypto.keyring import Keyring


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring.create(tmp_path / "keys" / "keyring.json")


@pytest.fixture
def blobs(tmp_path: Path, keyring: Keyring) -> BlobStore:
    return BlobStore(tmp_path / "blobs", keyring, "intake")


def files(tmp_path: Path, kind: str = "*") -> list[Path]:
    return [path for path in (tmp_path / "blobs").glob(f"{kind}/*/*/*") if path.is_file()]


def stored(tmp_path: Path, ref: BlobRef, kind: str = "data") -> Path:
    (found,) = (path for path in files(tmp_path, kind) if ref.id.endswith(path.stem))
    return found


def test_files_are_for_the_owner_and_lie_where_backups_expect_them(blobs: BlobStore, tmp_path: Path) -> None:
    ref = blobs.put(b"Hanako" * 1000, purpose="p", key="k")
    owner, name = ref.id.split(".")
    expected = {f"data/{owner}/{name[-2:]}/{name}.blob", f"keys/{owner}/{name[-2:]}/{name}.json"}
    assert {path.relative_to(tmp_path / "blobs").as_posix() for path in files(tmp_path)} == expected
    assert {stat.S_IMODE(path.stat().st_mode) for path in files(tmp_path)} == {0o600}
    assert not any(b"Hanako" in path.read_bytes() for path in files(tmp_path))


def test_every_flipped_bit_of_a_wrapped_key_is_refused(blobs: BlobStore, tmp_path: Path) -> None:
    ref = blobs.put(b"x" * 4, purpose="p", key="k")
    path = stored(tmp_path, ref, "keys")
    good = path.read_text()
    wrapped = bytes.fromhex(good.split('"wrapped":"')[1].split('"')[0])
    for bit in range(8 * len(wrapped)):
        altered = bytearray(wrapped)
        altered[bit // 8] ^= 1 << bit % 8
        path.write_text(good.replace(wrapped.hex(), bytes(altered).hex()))
        with pytest.raises((BlobDamaged, BlobGone)):
            blobs.get(ref)
    path.write_text(good)
    assert blobs.get(ref) == b"x" * 4


@contextmanager
def _full_disk(limit: int) -> Iterator[None]:
    """A real refusal by the kernel: no file of this process may grow beyond `limit` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_is_a_refusal_and_leaves_nothing(blobs: BlobStore, tmp_path: Path) -> None:
    blobs.put(b"x", purpose="p", key="k")
    before = set(files(tmp_path))
    with _full_disk(500_000), pytest.raises(StoreFull) as refused:
        blobs.put(os.urandom(5_000_000), purpose="p", key="k")
    assert refused.value.code == "storage-full"
    assert set(files(tmp_path)) == before


def test_a_reader_goes_on_when_its_blob_is_destroyed(blobs: BlobStore) -> None:
    ref = blobs.put(b"x" * 700_000, purpose="p", key="k")
    with blobs.open(ref) as reader:
        reader.read(10)
        blobs.destroy(ref)
        assert len(reader.readall()) == 699_990


def test_half_written_bytes_are_swept_once_they_are_old(blobs: BlobStore, tmp_path: Path) -> None:
    ref = blobs.put(b"one", purpose="p", key="k")
    dead = stored(tmp_path, ref).with_name(".half-written.blob")
    dead.write_bytes(b"x")
    now = datetime.now(UTC)
    assert list(blobs.own_ids(now - timedelta(hours=1))) == []
    assert dead.exists()
    assert list(blobs.own_ids(now + timedelta(hours=1))) == [ref.id]
    assert not dead.exists()


@pytest.mark.parametrize("blob_id", ["", "x", "../../etc/passwd", "intake.../../x", "intake.01a20c10"])
def test_an_id_that_is_none_never_becomes_a_path(blobs: BlobStore, blob_id: str) -> None:
    with pytest.raises(BlobGone):
        blobs.open(BlobRef(id=blob_id, size=1, sha256="", purpose="p"))
    with pytest.raises(BlobGone):
        blobs.destroy(blob_id)


@pytest.mark.parametrize("path", ["", "x", "data/intake/notes.txt", "data/intake/ab/.01a20c10.blob", "a/b/c/d/e"])
def test_what_is_no_blob_is_not_taken_for_one(path: str) -> None:
    assert blob_at(path) is None


def test_a_blob_is_known_by_its_path() -> None:
    blob_id = "intake.00000000-0000-7000-8000-0123456789ab"
    assert blob_at(place_of("data", blob_id, ".blob")) == blob_id
    assert blob_at(f"/somewhere/{place_of('keys', blob_id, '.json')}") == blob_id
