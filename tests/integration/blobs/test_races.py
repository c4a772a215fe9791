"""Several processes on one store: whatever comes between two steps of one, nothing is lost and nothing comes back."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.blobs.errors import BlobDamaged, BlobGone
from shared.blobs.places import KeyFacts
from shared.blobs.ref import BlobRef
from shared.blobs.store import BlobStore
from shared.crypto.keyring import Keyring
from tests.integration.blobs.places import Place

KEY = "plan/1"


def rotate(place: Place) -> None:
    """What the authority does, in a process of its own."""
    keyring, blobs = Keyring.open(place.keyring_file), place.blobs("authority")
    newest = next(info.version for info in keyring.rotate(KEY) if info.purpose == "wrap")
    blobs.rewrap(KEY)
    keyring.retire(KEY, "wrap", min(blobs.oldest_versions().get(KEY, newest), newest - 1))


def before(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, act: Callable[[], object], *, turn: int = 1) -> None:
    """Lets `act` happen just before the `turn`th call of `owner.name` from now on."""
    once = getattr(owner, name)
    calls = Counter[str]()

    def with_it(*args: Any, **more: Any) -> Any:
        calls[name] += 1
        if calls[name] == turn:
            monkeypatch.setattr(owner, name, once)
            act()
        return once(*args, **more)

    monkeypatch.setattr(owner, name, with_it)


def key_files(place: Place) -> list[Path]:
    return [path for path in place.keys.glob("keys/*/*/*") if path.is_file()]


@pytest.fixture
def ref(blobs: BlobStore) -> BlobRef:
    return blobs.put(b"one", purpose="p", key=KEY)


def test_a_rotation_during_an_upload_loses_nothing(place: Place, blobs: BlobStore) -> None:
    with blobs.create(purpose="p", key=KEY) as writer:
        writer.write(b"one")
        rotate(place)
    assert blobs.oldest_versions() == {KEY: 2}
    rotate(place)
    rotate(place)
    assert blobs.get(writer.ref) == b"one"


def test_a_rotation_just_before_the_key_file_is_there_loses_nothing(
    place: Place, blobs: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    before(monkeypatch, KeyFacts, "write", lambda: rotate(place))
    ref = blobs.put(b"one", purpose="p", key=KEY)
    assert blobs.oldest_versions() == {KEY: 2}
    rotate(place)
    assert blobs.get(ref) == b"one"


@pytest.mark.parametrize("meanwhile", ["two rotations", "destroyed", "destroyed and made anew"])
def test_a_key_that_goes_during_an_upload_takes_the_blob_with_it(
    place: Place, blobs: BlobStore, keyring: Keyring, meanwhile: str
) -> None:
    def upload() -> None:
        with blobs.create(purpose="p", key=KEY) as writer:
            writer.write(b"one")
            if meanwhile == "two rotations":
                rotate(place)
                rotate(place)
            else:
                keyring.destroy(KEY)
            if meanwhile == "destroyed and made anew":
                keyring.versions(KEY, "wrap")

    with pytest.raises(BlobGone):
        upload()
    assert (place.names(), key_files(place)) == ([], [])


def test_rotations_while_another_process_wraps_anew_lose_nothing(
    place: Place, ref: BlobRef, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring.rotate(KEY)
    slow = place.blobs()

    def twice() -> None:
        rotate(place)
        rotate(place)

    with ThreadPoolExecutor(1) as other:

        def begin() -> None:
            rotations = other.submit(twice)
            with suppress(TimeoutError):
                rotations.result(0.3)

        before(monkeypatch, KeyFacts, "write", begin)
        assert slow.rewrap(KEY) == 1
    assert slow.oldest_versions() == {KEY: 4}
    rotate(place)
    assert slow.get(ref) == b"one"


def test_a_key_destroyed_while_blobs_are_wrapped_anew_stays_destroyed(
    place: Place, ref: BlobRef, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring.rotate(KEY)
    slow = place.blobs()
    before(monkeypatch, slow._keyring, "wrap", lambda: keyring.destroy(KEY))
    slow.rewrap(KEY)
    with pytest.raises(BlobGone):
        place.blobs().get(ref)


@pytest.mark.parametrize("step", ["wrap", "write"])
def test_a_blob_destroyed_while_it_is_wrapped_anew_stays_destroyed(
    place: Place, ref: BlobRef, keyring: Keyring, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    keyring.rotate(KEY)
    slow = place.blobs()
    owner: Any = slow._keyring if step == "wrap" else KeyFacts
    before(monkeypatch, owner, step, lambda: place.blobs().destroy(ref))
    slow.rewrap(KEY)
    assert (place.names(), key_files(place)) == ([], [])
    with pytest.raises(BlobGone):
        slow.open(ref)


def test_a_process_that_died_while_wrapping_anew_leaves_no_key_of_a_destroyed_blob(
    place: Place, blobs: BlobStore, ref: BlobRef
) -> None:
    (key_file,) = key_files(place)
    draft = key_file.with_name(f".{key_file.name}.0123456789abcdef")
    draft.write_bytes(key_file.read_bytes())
    blobs.destroy(ref)
    assert not draft.exists()


def test_a_key_file_that_came_back_opens_nothing(place: Place, blobs: BlobStore, ref: BlobRef) -> None:
    """As of a process that died after it wrapped anew what was just being destroyed."""
    (key_file,) = key_files(place)
    kept, sealed = key_file.read_bytes(), place.read(ref)
    blobs.destroy(ref)
    key_file.write_bytes(kept)
    place.write(ref, sealed)
    with pytest.raises(BlobGone):
        blobs.open(ref)
    assert blobs.oldest_versions() == {}
    assert blobs.finish_destructions() == 1
    assert (place.names(), key_files(place)) == ([], [])


def test_a_reader_between_two_rotations_finds_its_key(
    place: Place, ref: BlobRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = place.blobs()

    def twice() -> None:
        rotate(place)
        rotate(place)

    before(monkeypatch, reader._keyring, "unwrap", twice)
    assert reader.get(ref) == b"one"


def test_a_blob_destroyed_while_it_is_opened_is_gone(
    place: Place, ref: BlobRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = place.blobs()
    before(monkeypatch, reader._keyring, "unwrap", lambda: place.blobs().destroy(ref))
    with pytest.raises(BlobGone):
        reader.get(ref)


def test_a_damaged_key_file_can_be_destroyed_and_does_not_come_back(
    place: Place, blobs: BlobStore, ref: BlobRef
) -> None:
    (key_file,) = key_files(place)
    kept, sealed = key_file.read_bytes(), place.read(ref)
    key_file.write_bytes(b"{")
    with pytest.raises(BlobDamaged):
        blobs.open(ref)
    assert blobs.destroy(ref).size == 0
    key_file.write_bytes(kept)
    place.write(ref, sealed)
    with pytest.raises(BlobGone):
        blobs.open(ref)
    assert blobs.finish_destructions() == 1


def test_what_goes_while_orphans_are_looked_for_is_left_out(
    place: Place, blobs: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    refs = [blobs.put(b"x", purpose="p", key=KEY) for _ in range(3)]
    later = datetime.now(UTC) + timedelta(hours=1)
    looked = blobs.own_ids(later)
    before(monkeypatch, Path, "stat", lambda: [place.blobs().destroy(ref) for ref in refs[:2]], turn=6)
    assert set(looked) >= {refs[2].id}
    assert list(place.blobs().own_ids(later)) == [refs[2].id]


def test_many_may_destroy_and_read_one_blob_at_once(place: Place, blobs: BlobStore) -> None:
    def destroy_or_read(ref: BlobRef, turn: int) -> None:
        if turn % 2:
            done = blobs.destroy(ref)
            assert done.size == 100
        else:
            with suppress(BlobGone):
                blobs.get(ref)

    with ThreadPoolExecutor(8) as threads:
        for _ in range(40):
            ref = blobs.put(b"x" * 100, purpose="test", key="test")
            list(threads.map(destroy_or_read, [ref] * 8, range(8)))
            with pytest.raises(BlobGone):
                blobs.get(ref)


def test_a_crowd_of_processes_on_one_store(place: Place, keyring: Keyring, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    keyring.versions(KEY, "wrap")
    line = [sys.executable, "-m", "tests.integration.blobs.crowd", *place.crowd(), str(shared)]
    crowd = [
        subprocess.Popen([*line, str(seed), "4"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for seed in range(3)
    ]
    told = [one.communicate(timeout=120)[0] for one in crowd]
    assert [one.returncode for one in crowd] == [0, 0, 0], "\n".join(told)
    blobs = place.blobs()
    blobs.finish_destructions()
    live = sorted(path.stem for path in shared.glob("*.live"))
    for blob_id in live:
        ref = BlobRef.model_validate_json((shared / f"{blob_id}.live").read_text())
        assert blobs.get(ref) == b"what is in it"
    assert sorted(blobs.own_ids(datetime.now(UTC) + timedelta(hours=1))) == live
    assert len(key_files(place)) == len(place.names()) == len(live)
    assert list(place.keys.glob("*/*/*/.*")) == []
