"""The blob store: whole or refused, destroyed for good, and nothing left of what failed."""

import hashlib
import io
import os
import resource
import shutil
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.blobs.columns import get_frame, put_frame
from shared.blobs.errors import BlobDamaged, BlobGone, StoreFull
from shared.blobs.ref import BlobRef
from shared.blobs.store import BlobStore
from shared.blobs.stream import CHUNK_BYTES, SEALED_BYTES
from shared.crypto.keyring import Keyring

ON_ONE_STORE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
SIZES = st.sampled_from([0, 1, 1000, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 700_000])


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


@ON_ONE_STORE
@given(size=SIZES, pieces=st.lists(st.integers(1, 300_000), min_size=1, max_size=5))
def test_what_is_written_in_any_pieces_comes_back(blobs: BlobStore, size: int, pieces: list[int]) -> None:
    data = os.urandom(size)
    with blobs.create(purpose="p", key="k") as writer:
        rest, at = memoryview(data), 0
        while rest:
            step = pieces[at % len(pieces)]
            writer.write(rest[:step])
            rest, at = rest[step:], at + 1
        writer.records = 7
    ref = writer.ref
    assert (ref.size, ref.sha256, ref.records) == (size, hashlib.sha256(data).hexdigest(), 7)
    assert blobs.get(ref) == data


@ON_ONE_STORE
@given(moves=st.lists(st.tuples(st.integers(0, 3 * CHUNK_BYTES), st.integers(0, 2 * CHUNK_BYTES)), max_size=6))
def test_a_reader_seeks_and_reads_like_a_file(blobs: BlobStore, moves: list[tuple[int, int]]) -> None:
    data = (bytes(range(256)) * 1100)[: CHUNK_BYTES + 5000] * 2
    plain = io.BytesIO(data)
    with blobs.open(blobs.put(data, purpose="p", key="k")) as reader:
        for offset, length in moves:
            assert reader.seek(offset) == plain.seek(offset)
            assert reader.read(length) == plain.read(length)
        assert reader.seek(-10, os.SEEK_END) == len(data) - 10
        assert reader.read() == data[-10:]


def test_nothing_is_stored_in_clear_and_files_are_for_the_owner(blobs: BlobStore, tmp_path: Path) -> None:
    blobs.put(b"a telling text" * 100, purpose="p", key="k")
    for path in files(tmp_path):
        assert b"telling" not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0


def test_every_truncation_of_a_small_blob_is_refused(blobs: BlobStore, tmp_path: Path) -> None:
    ref = blobs.put(b"0123456789", purpose="p", key="k")
    path = stored(tmp_path, ref)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(BlobDamaged):
            blobs.get(ref)
    path.write_bytes(whole + b"\0")
    with pytest.raises(BlobDamaged):
        blobs.get(ref)


def test_every_flipped_bit_of_a_small_blob_and_its_wrapped_key_is_refused(blobs: BlobStore, tmp_path: Path) -> None:
    ref = blobs.put(b"0123456789", purpose="p", key="k")
    path = stored(tmp_path, ref)
    whole = path.read_bytes()
    for bit in range(len(whole) * 8):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        with pytest.raises(BlobDamaged):
            blobs.get(ref)
    path.write_bytes(whole)
    key_path = stored(tmp_path, ref, "keys")
    text = key_path.read_text()
    start = text.index('"wrapped":"') + len('"wrapped":"')
    for at in range(start, text.index('"', start)):
        key_path.write_text(text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :])
        with pytest.raises((BlobDamaged, BlobGone)):
            blobs.get(ref)
    key_path.write_text(text)
    assert blobs.get(ref) == b"0123456789"


@given(cut=st.integers(0, 3))
@ON_ONE_STORE
def test_chunks_cut_off_at_their_edge_are_refused_even_with_a_matching_size(
    blobs: BlobStore, tmp_path: Path, cut: int
) -> None:
    ref = blobs.put(os.urandom(4 * CHUNK_BYTES), purpose="p", key="k")
    path, key_path = stored(tmp_path, ref), stored(tmp_path, ref, "keys")
    path.write_bytes(path.read_bytes()[: cut * SEALED_BYTES])
    with pytest.raises(BlobDamaged):
        blobs.get(ref)
    size = cut * CHUNK_BYTES
    key_path.write_text(key_path.read_text().replace(f'"size":{ref.size}', f'"size":{size}'))
    with pytest.raises(BlobDamaged):
        blobs.get(ref.model_copy(update={"size": size}))


@given(order=st.permutations([0, 1, 2]))
@ON_ONE_STORE
def test_reordered_chunks_are_refused(blobs: BlobStore, tmp_path: Path, order: list[int]) -> None:
    data = os.urandom(3 * CHUNK_BYTES)
    ref = blobs.put(data, purpose="p", key="k")
    path = stored(tmp_path, ref)
    whole = path.read_bytes()
    path.write_bytes(b"".join(whole[at * SEALED_BYTES : (at + 1) * SEALED_BYTES] for at in order))
    if order == [0, 1, 2]:
        assert blobs.get(ref) == data
        return
    with pytest.raises(BlobDamaged):
        blobs.get(ref)


def test_a_blob_put_in_the_place_of_another_is_refused(blobs: BlobStore, tmp_path: Path) -> None:
    one, two = (blobs.put(text, purpose="p", key="k") for text in (b"one", b"two"))
    shutil.copy(stored(tmp_path, one), stored(tmp_path, two))
    with pytest.raises(BlobDamaged):
        blobs.get(two)
    shutil.copy(stored(tmp_path, one, "keys"), stored(tmp_path, two, "keys"))
    with pytest.raises(BlobDamaged):
        blobs.get(two)


def test_another_purpose_does_not_open_a_blob(blobs: BlobStore) -> None:
    ref = blobs.put(b"one", purpose="reply", key="k")
    with pytest.raises(BlobDamaged):
        blobs.get(ref.model_copy(update={"purpose": "backup"}))


def test_an_aborted_blob_leaves_nothing(blobs: BlobStore, tmp_path: Path) -> None:
    writer = blobs.create(purpose="p", key="k")

    def write_and_fail() -> None:
        with writer:
            writer.write(os.urandom(700_000))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert files(tmp_path) == []
    with pytest.raises(RuntimeError):
        _ = writer.ref


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


def test_a_destroyed_blob_is_gone_and_can_be_destroyed_again(blobs: BlobStore, tmp_path: Path) -> None:
    ref = blobs.put(b"one", purpose="p", key="k")
    digest = hashlib.sha256(stored(tmp_path, ref).read_bytes()).hexdigest()
    done = blobs.destroy(ref)
    assert (done.size, done.sha256_of_ciphertext) == (3, digest)
    assert files(tmp_path, "keys") == files(tmp_path, "data") == []
    assert blobs.destroy(ref.id) == done
    with pytest.raises(BlobGone):
        blobs.open(ref)


def test_a_restored_backup_cannot_bring_back_what_was_destroyed(blobs: BlobStore, tmp_path: Path) -> None:
    ref, kept = blobs.put(b"one", purpose="p", key="k"), blobs.put(b"two", purpose="p", key="k")
    shutil.copytree(tmp_path / "blobs", tmp_path / "backup")
    blobs.destroy(ref)
    shutil.copytree(tmp_path / "backup", tmp_path / "blobs", dirs_exist_ok=True)
    assert blobs.finish_destructions() == 1
    with pytest.raises(BlobGone):
        blobs.open(ref)
    assert blobs.get(kept) == b"two"


def test_a_destroyed_key_closes_every_blob_under_it_and_no_other(blobs: BlobStore, keyring: Keyring) -> None:
    mine, other = blobs.put(b"one", purpose="p", key="plan/1"), blobs.put(b"two", purpose="p", key="plan/2")
    keyring.destroy("plan/1")
    with pytest.raises(BlobGone):
        blobs.get(mine)
    assert blobs.get(other) == b"two"


def test_rotation_wraps_keys_anew_without_touching_data(blobs: BlobStore, keyring: Keyring, tmp_path: Path) -> None:
    refs = [blobs.put(bytes([number]), purpose="p", key="plan/1") for number in range(5)]
    data = {path: path.read_bytes() for path in files(tmp_path, "data")}
    keyring.rotate("plan/1")
    seen: list[tuple[int, int]] = []
    assert blobs.oldest_versions() == {"plan/1": 1}
    assert blobs.rewrap("plan/1", lambda done, of: seen.append((done, of))) == 5
    assert blobs.rewrap("plan/1") == 0
    assert seen == [(number, 5) for number in range(1, 6)]
    assert blobs.oldest_versions() == {"plan/1": 2}
    keyring.retire("plan/1", "wrap", 2)
    assert [blobs.get(ref) for ref in refs] == [bytes([number]) for number in range(5)]
    assert {path: path.read_bytes() for path in files(tmp_path, "data")} == data


def test_orphans_are_found_by_owner_and_age(blobs: BlobStore, keyring: Keyring, tmp_path: Path) -> None:
    ref = blobs.put(b"one", purpose="p", key="k")
    BlobStore(tmp_path / "blobs", keyring, "media").put(b"two", purpose="p", key="k")
    dead = stored(tmp_path, ref).with_name(".half-written.blob")
    dead.write_bytes(b"x")
    now = datetime.fromtimestamp(dead.stat().st_mtime, UTC)
    assert list(blobs.own_ids(now - timedelta(hours=1))) == []
    assert dead.exists()
    assert list(blobs.own_ids(now + timedelta(hours=1))) == [ref.id]
    assert not dead.exists()


@pytest.mark.parametrize("blob_id", ["", "x", "../../etc/passwd", "intake.../../x", "intake.01a20c10"])
def test_an_id_that_is_none_never_becomes_a_path(blobs: BlobStore, blob_id: str) -> None:
    with pytest.raises(BlobGone):
        blobs.open(BlobRef(id=blob_id, size=1, sha256="", purpose="p"))


def test_a_frame_comes_back_with_its_types(blobs: BlobStore) -> None:
    frame = pl.DataFrame(
        {"serial": [1, 2], "name": ["甲", None], "sealed": [b"", b"\x01"]}, schema_overrides={"serial": pl.Int32}
    )
    ref = put_frame(blobs, frame, purpose="chunk", key="k")
    assert ref.records == 2
    assert get_frame(blobs, ref).equals(frame)
    assert get_frame(blobs, ref).schema == frame.schema


def test_many_may_destroy_and_read_one_blob_at_once(blobs: BlobStore) -> None:
    def destroy_or_read(ref: BlobRef, turn: int) -> None:
        if turn % 2:
            blobs.destroy(ref)
        else:
            with suppress(BlobGone):
                blobs.get(ref)

    with ThreadPoolExecutor(8) as threads:
        for _ in range(150):
            ref = blobs.put(b"x" * 100, purpose="test", key="test")
            list(threads.map(destroy_or_read, [ref] * 8, range(8)))
            with pytest.raises(BlobGone):
                blobs.get(ref)
