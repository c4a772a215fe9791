"""The keyring: several processes, altered files, rotation, destruction."""

import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pytest

from shared.calendar.clock import FixedClock
from shared.crypto.errors import CipherDamaged, KeyDestroyed, KeyringDamaged, KeyUnknown, WrongPassphrase
from shared.crypto.keyring import Keyring, wrapped_version
from shared.crypto.signatures import verify

AT = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "keyring.json"


@pytest.fixture
def keyring(path: Path) -> Keyring:
    return Keyring.create(path, clock=FixedClock(AT))


def test_the_file_is_for_its_owner_only(keyring: Keyring, path: Path) -> None:
    keyring.wrap("plan/1", bytes(32), context="blob")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["keyring.json"]


def test_a_keyring_is_never_overwritten(keyring: Keyring, path: Path) -> None:
    with pytest.raises(FileExistsError):
        Keyring.create(path)


def test_a_data_key_comes_back_only_in_its_own_context(keyring: Keyring) -> None:
    wrapped = keyring.wrap("plan/1", b"k" * 32, context="blob-1")
    assert keyring.unwrap("plan/1", wrapped, context="blob-1") == b"k" * 32
    with pytest.raises(CipherDamaged):
        keyring.unwrap("plan/1", wrapped, context="blob-2")


def test_a_passphrase_is_needed_and_must_be_right(path: Path) -> None:
    made = Keyring.create(path, "a long passphrase")
    wrapped = made.wrap("jlis", b"k" * 32, context="c")
    assert Keyring.open(path, "a long passphrase").unwrap("jlis", wrapped, context="c") == b"k" * 32
    for wrong in (None, "another"):
        with pytest.raises(WrongPassphrase):
            Keyring.open(path, wrong)


def _drop_tombstone(contents: dict[str, object]) -> None:
    contents["keys"] = {}


def _swap_keys(contents: dict[str, dict[str, dict[str, object]]]) -> None:
    keys = contents["keys"]
    keys["wrap:a"]["versions"], keys["wrap:b"]["versions"] = keys["wrap:b"]["versions"], keys["wrap:a"]["versions"]


@pytest.mark.parametrize("alter", [_drop_tombstone, _swap_keys])
def test_an_altered_file_is_refused(keyring: Keyring, path: Path, alter: Callable[[object], None]) -> None:
    for name in ("a", "b"):
        keyring.wrap(name, bytes(32), context="c")
    contents = json.loads(path.read_text())
    alter(contents)
    path.write_text(json.dumps(contents))
    with pytest.raises(KeyringDamaged):
        Keyring.open(path)
    with pytest.raises(KeyringDamaged):
        keyring.list()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "other"}'])
def test_a_file_cut_off_or_foreign_is_refused(keyring: Keyring, path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(KeyringDamaged):
        Keyring.open(path)


def test_rotation_keeps_what_older_versions_made_until_they_retire(keyring: Keyring) -> None:
    old = keyring.wrap("plan/1", b"k" * 32, context="c")
    assert [info.version for info in keyring.rotate("plan/1")] == [2]
    new = keyring.wrap("plan/1", b"k" * 32, context="c")
    assert (wrapped_version(old), wrapped_version(new)) == (1, 2)
    assert keyring.unwrap("plan/1", old, context="c") == keyring.unwrap("plan/1", new, context="c")
    assert keyring.list()[0].oldest_version == 1
    keyring.retire("plan/1", "wrap", 2)
    assert keyring.list()[0].oldest_version == 2
    with pytest.raises(KeyDestroyed):
        keyring.unwrap("plan/1", old, context="c")


def test_rotation_never_moves_a_blind_index(keyring: Keyring) -> None:
    before = keyring.blind_index("codes").of("x", scope="s")
    with pytest.raises(KeyUnknown):
        keyring.rotate("codes")
    keyring.field_cipher("codes").encrypt("x", place="t.c", row="1")
    keyring.rotate("codes")
    assert keyring.blind_index("codes").of("x", scope="s") == before


def test_destruction_ends_every_purpose_of_a_name_at_once_and_everywhere(keyring: Keyring, path: Path) -> None:
    other = Keyring.open(path)
    cipher = other.field_cipher("plan/1")
    sealed = cipher.encrypt("value", place="t.c", row="1")
    wrapped = other.wrap("plan/1", bytes(32), context="c")
    certificate = keyring.destroy("plan/1")
    assert {key["purpose"] for key in certificate["keys"]} == {"wrap", "field"}
    assert {key["destroyed_at"] for key in certificate["keys"]} == {"2026-06-01T00:00:00.000+00:00"}
    with pytest.raises(KeyDestroyed):
        cipher.decrypt(sealed, place="t.c", row="1")
    with pytest.raises(KeyDestroyed):
        other.unwrap("plan/1", wrapped, context="c")
    assert keyring.destroy("plan/1") == certificate


def test_a_name_used_again_after_destruction_gets_another_key(keyring: Keyring) -> None:
    cipher = keyring.field_cipher("plan/1")
    sealed = cipher.encrypt("value", place="t.c", row="1")
    keyring.destroy("plan/1")
    assert cipher.decrypt(cipher.encrypt("new", place="t.c", row="1"), place="t.c", row="1") == "new"
    with pytest.raises(KeyDestroyed):
        cipher.decrypt(sealed, place="t.c", row="1")


def test_signatures_can_be_checked_after_rotation_and_destruction(keyring: Keyring) -> None:
    signer = keyring.signer("receipts")
    signature = signer.sign(b"text")
    keyring.rotate("receipts")
    assert set(keyring.public_keys("receipts")) == {signer.key_id, keyring.signer("receipts").key_id}
    keyring.retire("receipts", "sign", 2)
    assert signer.key_id not in keyring.public_keys("receipts")
    keyring.destroy("receipts")
    public = keyring.all_public_keys("receipts")[signer.key_id]
    assert verify(public, signature, b"text")
    assert not verify(public, signature, b"other")


def _make_keys(path: Path, prefix: str) -> None:
    keyring = Keyring.open(path)
    for number in range(15):
        keyring.wrap(f"{prefix}/{number}", bytes(32), context="c")
        keyring.wrap(f"shared/{number}", bytes(32), context="c")


def test_processes_that_make_keys_side_by_side_lose_none(keyring: Keyring, path: Path) -> None:
    spawn = get_context("spawn")
    processes = [spawn.Process(target=_make_keys, args=(path, name)) for name in ("a", "b")]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    names = [info.name for info in keyring.list()]
    assert len(names) == len(set(names)) == 45
    assert {info.version for info in keyring.list()} == {1}
