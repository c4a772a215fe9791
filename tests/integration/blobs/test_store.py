"""A store of either kind: whole or refused, destroyed for good, and nothing left of what failed."""

import hashlib
import io
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.blobs.columns import get_frame, put_frame
from shared.blobs.errors import BlobDamaged, BlobGone
from shared.blobs.ref import BlobRef
from shared.blobs.store import BlobStore
from shared.blobs.stream import CHUNK_BYTES, SEALED_BYTES
from shared.crypto.keyring import Keyring
from shared.refusals import Permanent
from tests.integration.blobs.places import Place

ON_ONE_STORE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
SIZES = st.sampled_from([0, 1, 1000, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 700_000])
READ = 6_000_000


def key_files(place: Place, kind: str = "keys") -> list[Path]:
    return [path for path in place.keys.glob(f"{kind}/*/*/*") if path.is_file()]


@ON_ONE_STORE
@given(size=SIZES, pieces=st.lists(st.integers(1, 400_000), max_size=8))
def test_what_is_written_in_any_pieces_comes_back(blobs: BlobStore, size: int, pieces: list[int]) -> None:
    data = os.urandom(size)
    source = io.BytesIO(data)
    with blobs.create(purpose="p", key="k") as writer:
        for piece in pieces:
            writer.write(source.read(piece))
        writer.write(source.read())
    assert writer.ref.size == size
    assert writer.ref.sha256 == hashlib.sha256(data).hexdigest()
    assert blobs.get(writer.ref) == data


@pytest.fixture
def long(blobs: BlobStore) -> tuple[BlobRef, bytes]:
    """More than is read ahead at once, and less than a chunk at its end."""
    data = os.urandom(READ + 77)
    return blobs.put(data, purpose="p", key="k"), data


@ON_ONE_STORE
@given(
    moves=st.lists(
        st.tuples(
            st.one_of(st.integers(0, READ + 100), st.sampled_from([n * CHUNK_BYTES for n in (0, 1, 4, 20, 21, 22)])),
            st.sampled_from([0, 1, 100, CHUNK_BYTES, 300_000, 1_500_000, -1]),
            st.sampled_from([os.SEEK_SET, os.SEEK_CUR, os.SEEK_END]),
        ),
        max_size=10,
    )
)
def test_a_reader_seeks_and_reads_like_a_file(
    blobs: BlobStore, long: tuple[BlobRef, bytes], moves: list[tuple[int, int, int]]
) -> None:
    ref, data = long
    with blobs.open(ref) as reader, io.BytesIO(data) as file:
        for offset, size, whence in moves:
            back = -offset if whence == os.SEEK_END else offset
            if whence == os.SEEK_END and offset > ref.size:
                continue
            assert reader.seek(back, whence) == file.seek(back, whence)
            assert reader.read(size) == file.read(size)
            assert reader.tell() == file.tell()


def test_bytes_and_keys_lie_apart_and_nothing_in_clear(place: Place, blobs: BlobStore) -> None:
    ref = blobs.put(b"Hanako" * 1000, purpose="p", key="k")
    (key_file,) = key_files(place)
    assert b"Hanako" not in place.read(ref)
    assert key_file.read_bytes()
    assert place.names() == [f"{ref.id.split('.')[1]}.blob"]


def test_every_truncation_of_a_small_blob_is_refused(place: Place, blobs: BlobStore) -> None:
    ref = blobs.put(b"x" * 20, purpose="p", key="k")
    sealed = place.read(ref)
    for length in range(len(sealed)):
        place.write(ref, sealed[:length])
        with pytest.raises(BlobDamaged):
            blobs.get(ref)
    place.write(ref, sealed + b"\0")
    with pytest.raises(BlobDamaged):
        blobs.get(ref)


def test_every_flipped_bit_of_a_small_blob_is_refused(place: Place, blobs: BlobStore) -> None:
    ref = blobs.put(b"x" * 4, purpose="p", key="k")
    sealed = place.read(ref)
    for bit in range(8 * len(sealed)):
        altered = bytearray(sealed)
        altered[bit // 8] ^= 1 << bit % 8
        place.write(ref, bytes(altered))
        with pytest.raises(BlobDamaged):
            blobs.get(ref)


@pytest.mark.parametrize("order", [[1, 0, 2, 3], [0, 0, 2, 3], [0, 2, 1, 3], [0, 1, 3, 2], [0, 1, 2], [0, 1, 2, 2, 3]])
def test_reordered_chunks_are_refused(place: Place, blobs: BlobStore, order: list[int]) -> None:
    ref = blobs.put(os.urandom(4 * CHUNK_BYTES), purpose="p", key="k")
    sealed = place.read(ref)
    chunks = [sealed[at : at + SEALED_BYTES] for at in range(0, len(sealed), SEALED_BYTES)]
    place.write(ref, b"".join(chunks[number] for number in order))
    with pytest.raises(BlobDamaged):
        blobs.get(ref)


@pytest.mark.parametrize("cut", range(4))
def test_chunks_cut_off_at_their_edge_are_refused_even_with_a_matching_size(
    place: Place, blobs: BlobStore, cut: int
) -> None:
    ref = blobs.put(os.urandom(4 * CHUNK_BYTES), purpose="p", key="k")
    (key_file,) = key_files(place)
    place.write(ref, place.read(ref)[: cut * SEALED_BYTES])
    with pytest.raises(BlobDamaged):
        blobs.get(ref)
    size = cut * CHUNK_BYTES
    key_file.write_text(key_file.read_text().replace(f'"size":{ref.size}', f'"size":{size}'))
    with pytest.raises(BlobDamaged):
        blobs.get(ref.model_copy(update={"size": size}))


def test_what_is_altered_while_it_is_read_is_met_as_damage(place: Place, blobs: BlobStore) -> None:
    ref = blobs.put(os.urandom(READ), purpose="p", key="k")
    sealed = bytearray(place.read(ref))
    with blobs.open(ref) as reader:
        assert len(reader.read(1000) or b"") == 1000
        sealed[-100] ^= 1
        place.write(ref, bytes(sealed))
        with pytest.raises(BlobDamaged):
            reader.readall()


def test_a_blob_put_in_the_place_of_another_is_refused(place: Place, blobs: BlobStore) -> None:
    one, two = blobs.put(b"one", purpose="p", key="k"), blobs.put(b"two", purpose="p", key="k")
    place.write(one, place.read(two))
    with pytest.raises(BlobDamaged):
        blobs.get(one)


def test_another_purpose_does_not_open_a_blob(blobs: BlobStore) -> None:
    ref = blobs.put(b"x", purpose="request", key="k")
    with pytest.raises(BlobDamaged):
        blobs.get(ref.model_copy(update={"purpose": "backup"}))


def test_damage_is_permanent_in_the_sense_of_the_bus() -> None:
    assert issubclass(BlobDamaged, Permanent)
    assert not issubclass(BlobGone, Permanent)


@pytest.mark.parametrize("size", [0, 700_000, 20_000_000])
def test_an_aborted_blob_leaves_nothing(place: Place, blobs: BlobStore, size: int) -> None:
    writer = blobs.create(purpose="p", key="k")

    def write_and_fail() -> None:
        with writer:
            writer.write(bytes(size))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert (place.names(), key_files(place), place.unfinished()) == ([], [], [])
    with pytest.raises(RuntimeError):
        _ = writer.ref


def test_a_destroyed_blob_is_gone_and_can_be_destroyed_again(place: Place, blobs: BlobStore) -> None:
    ref = blobs.put(b"one", purpose="p", key="k")
    digest = hashlib.sha256(place.read(ref)).hexdigest()
    done = blobs.destroy(ref)
    assert (done.size, done.sha256_of_ciphertext) == (3, digest)
    assert (place.names(), key_files(place)) == ([], [])
    assert blobs.destroy(ref.id) == done
    with pytest.raises(BlobGone):
        blobs.open(ref)


def test_bytes_that_are_lost_are_gone(place: Place, blobs: BlobStore) -> None:
    ref = blobs.put(b"one", purpose="p", key="k")
    (key_file,) = key_files(place)
    kept = key_file.read_bytes()
    blobs.destroy(ref)
    key_file.write_bytes(kept)
    shutil.rmtree(place.keys / "gone")
    with pytest.raises(BlobGone):
        blobs.open(ref)


def test_a_restored_backup_cannot_bring_back_what_was_destroyed(place: Place, blobs: BlobStore, tmp_path: Path) -> None:
    ref, kept = blobs.put(b"one", purpose="p", key="k"), blobs.put(b"two", purpose="p", key="k")
    sealed = place.read(ref)
    shutil.copytree(place.keys, tmp_path / "backup")
    blobs.destroy(ref)
    shutil.copytree(tmp_path / "backup", place.keys, dirs_exist_ok=True)
    place.write(ref, sealed)
    with pytest.raises(BlobGone):
        blobs.open(ref)
    assert blobs.finish_destructions() == 1
    assert blobs.finish_destructions() == 0
    assert len(key_files(place)) == len(place.names()) == 1
    assert blobs.get(kept) == b"two"


def test_a_destroyed_key_closes_every_blob_under_it_and_no_other(blobs: BlobStore, keyring: Keyring) -> None:
    mine, other = blobs.put(b"one", purpose="p", key="plan/1"), blobs.put(b"two", purpose="p", key="plan/2")
    keyring.destroy("plan/1")
    with pytest.raises(BlobGone):
        blobs.get(mine)
    assert blobs.get(other) == b"two"


def test_rotation_wraps_keys_anew_without_touching_data(place: Place, blobs: BlobStore, keyring: Keyring) -> None:
    refs = [blobs.put(bytes([number]), purpose="p", key="plan/1") for number in range(5)]
    data = [place.read(ref) for ref in refs]
    keyring.rotate("plan/1")
    seen: list[tuple[int, int]] = []
    assert blobs.oldest_versions() == {"plan/1": 1}
    assert blobs.rewrap("plan/1", lambda done, of: seen.append((done, of))) == 5
    assert blobs.rewrap("plan/1") == 0
    assert seen == [(number, 5) for number in range(1, 6)]
    assert blobs.oldest_versions() == {"plan/1": 2}
    keyring.retire("plan/1", "wrap", 2)
    assert [blobs.get(ref) for ref in refs] == [bytes([number]) for number in range(5)]
    assert [place.read(ref) for ref in refs] == data


def test_orphans_are_found_by_owner_and_age(place: Place, blobs: BlobStore) -> None:
    ref = blobs.put(b"one", purpose="p", key="k")
    place.blobs("media").put(b"two", purpose="p", key="k")
    (dead,) = [path.with_name(f".{path.name}.12345678") for path in key_files(place) if ref.id.endswith(path.stem)]
    dead.write_bytes(b"half written")
    now = datetime.now(UTC)
    assert list(blobs.own_ids(now - timedelta(hours=1))) == []
    assert dead.exists()
    assert list(blobs.own_ids(now + timedelta(hours=1))) == [ref.id]
    assert not dead.exists()


def test_a_young_key_makes_a_blob_young(place: Place, blobs: BlobStore) -> None:
    ref = blobs.put(b"one", purpose="p", key="k")
    in_a_while = datetime.now(UTC) + timedelta(minutes=30)
    (key_file,) = key_files(place)
    later = in_a_while.timestamp() + 10
    os.utime(key_file, (later, later))
    assert list(blobs.own_ids(in_a_while)) == []
    assert list(blobs.own_ids(in_a_while + timedelta(hours=1))) == [ref.id]


def test_bytes_without_a_key_are_an_orphan(place: Place, blobs: BlobStore) -> None:
    ref = blobs.put(b"one", purpose="p", key="k")
    (key_file,) = key_files(place)
    key_file.unlink()
    with pytest.raises(BlobGone):
        blobs.open(ref)
    assert list(blobs.own_ids(datetime.now(UTC) + timedelta(hours=1))) == [ref.id]
    blobs.destroy(ref.id)
    assert place.names() == []


def test_a_frame_comes_back_with_its_types(blobs: BlobStore) -> None:
    frame = pl.DataFrame(
        {"serial": [1, 2], "name": ["甲", None], "sealed": [b"", b"\x01"]}, schema_overrides={"serial": pl.Int32}
    )
    ref = put_frame(blobs, frame, purpose="chunk", key="k")
    assert ref.records == 2
    assert get_frame(blobs, ref).equals(frame)
    assert get_frame(blobs, ref).schema == frame.schema
