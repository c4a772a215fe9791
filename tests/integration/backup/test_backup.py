"""A running house is backed up; then things are destroyed; what comes back has them destroyed, and the log verifies."""

import asyncio
import json
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

import pytest
from typer.testing import CliRunner

from cli.data_dir import DataDir
from cli.embedded import Embedded
from cli.main import app
from cli.verify import verify_log
from services.audit.parts import AuditParts
from services.authority.parts import AuthorityParts
from services.authority.usecases.change_keys import tell_key_destroyed
from services.matcher.storage.ledger import numbers_of
from services.media.parts import MediaParts
from services.media.usecases.destroy_backups import destroy_backups
from shared.auth.caller import Caller
from shared.auth.principals import Principal
from shared.blobs.errors import BlobGone
from shared.blobs.ref import BlobRef
from shared.blobs.store import BlobStore
from shared.calendar.clock import JST
from shared.refusals import Refusal
from tests.e2e.outside_client import portal, send
from tests.e2e.outside_files import request_file
from tests.integration.console.conftest import running_house
from tests.integration.console.months import first_month
from tests.integration.console.waiting import PLAN, move_to
from tests.unit.cli.apart import Apart


@dataclass
class Past:
    """Where the house lay, its backups and their key; the number that was deleted after the first backup."""

    data: Path
    backups: Path
    key: Path
    deleted: str
    kept: str
    reply: BlobRef

    @property
    def journal(self) -> Path:
        return self.data / "audit" / "destroyed.jsonl"


def end_replies(house: Apart) -> None:
    """As on the day on which the three months of the replies are over."""
    media = house.embedded.services["media"]
    at = datetime(2026, 9, 17, tzinfo=JST)
    asyncio.run_coroutine_threadsafe(destroy_backups(cast(MediaParts, media.parts), at), house._loop).result(60)
    asyncio.run_coroutine_threadsafe(house.embedded.idle(), house._loop).result(60)


def destroy_key(house: Apart, name: str) -> None:
    """As two people do over HTTP; the key was made before the backup."""
    authority = cast(AuthorityParts, house.embedded.services["authority"].parts)
    caller = Caller(Principal(kind="staff", id="admin-1"), approval="a")
    facts = authority.keyring.destroy(name)
    authority.db.write_now(lambda work: tell_key_destroyed(work, caller, facts))
    asyncio.run_coroutine_threadsafe(house.embedded.idle(), house._loop).result(60)


def shokai(*words: object, expect: int = 0) -> dict[str, object]:
    """A command, as it is called."""
    done = CliRunner().invoke(app, [*map(str, words), "--json"])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == expect, done.output
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """A month, a backup while everything runs, a deletion, the end of the reply's three months; then a disaster."""
    place = tmp_path_factory.mktemp("backup")
    with running_house(place, blind_share="0") as house:
        months = first_month(house)
        media = house.embedded.services["media"].parts
        package = media.db.read_now(
            lambda session: session.connection().exec_driver_sql("SELECT package FROM reply").scalar_one()
        )
        reply = BlobRef.model_validate(json.loads(package))
        media.keyring.wrap("plan/99999999", bytes(32), context="c")
        deleted, kept = months.numbers.values()
        past = Past(place / "data", place / "backups", place / "key.json", deleted, kept, reply)
        shokai("backup", "--data-dir", past.data, "--to", past.backups, "--key", past.key)
        address = house.url("front")
        rows = [["A-01", past.deleted, "1"]]
        request = send(portal(address), PLAN, "deletion", request_file(PLAN, "deletion", "20260620", rows), 1)
        portal(address).until(f"/intake/v1/requests/{request}", "accepted")
        move_to(house, "2026-06-30T23:59:59+09:00")
        end_replies(house)
        destroy_key(house, "plan/99999999")
        portal(address).until(f"/intake/v1/requests/{request}", "replied")
    return past


def restored(past: Past, to: Path, *more: object) -> dict[str, object]:
    """The snapshot that was made before, in a new place."""
    return shokai("restore", "--from", past.backups, "--key", past.key, "--data-dir", to, *more)


def numbers_in(data: Path) -> set[str]:
    house = Embedded.open(data)
    try:
        db = house.services["matcher"].parts.db
        return set(db.read_now(lambda session: list(numbers_of(session, PLAN))))
    finally:
        close(house)


def close(house: Embedded) -> None:
    for service in house.services.values():
        service.parts.db.close()
    house._lock.close()


def test_what_was_destroyed_since_does_not_come_back(past: Past, tmp_path: Path) -> None:
    assert past.journal.exists()
    told = restored(past, tmp_path / "new", "--journal", past.journal)
    assert (told["numbers_destroyed"], told["keys_destroyed"]) == (1, 1)
    assert int(str(told["copies_destroyed"])) >= 1
    store = BlobStore(tmp_path / "new" / "blobs", DataDir(tmp_path / "new").keyring(), "test")
    with pytest.raises(BlobGone):
        store.get(past.reply)
    assert not list((tmp_path / "new" / "blobs" / "data" / "media").rglob("*.blob"))
    assert numbers_in(tmp_path / "new") == {past.kept}
    keys = DataDir(tmp_path / "new").keyring().list()
    assert [key.destroyed_at is not None for key in keys if key.name == "plan/99999999"] == [True]


def test_without_the_journal_it_would_and_one_has_to_say_so(past: Past, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="journal-missing"):
        restored(past, tmp_path / "new")
    told = restored(past, tmp_path / "new", "--no-journal")
    assert told["numbers_destroyed"] == told["copies_destroyed"] == 0
    store = BlobStore(tmp_path / "new" / "blobs", DataDir(tmp_path / "new").keyring(), "test")
    assert len(store.get(past.reply)) == past.reply.size
    assert numbers_in(tmp_path / "new") == {past.kept, past.deleted}


def test_the_log_still_verifies_and_goes_on(past: Past, tmp_path: Path) -> None:
    told = restored(past, tmp_path / "new", "--journal", past.journal)
    house = Embedded.open(tmp_path / "new")
    try:
        parts = house.services["audit"].parts
        assert isinstance(parts, AuditParts)
        result = verify_log(tmp_path / "new" / "audit" / "log", parts.log_key.text)
    finally:
        close(house)
    assert result.ok, result.first
    assert int(str(told["log_size"])) > 100


def test_a_backup_tells_nothing_and_a_changed_one_is_refused(past: Past, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(past.backups, copy)
    names = ("佐藤", "試験照会センター番号", past.deleted, past.kept)
    said = b"".join(path.read_bytes() for path in copy.rglob("*") if path.is_file())
    assert not [name for name in names if name.encode() in said]
    sealed = max((copy / "sealed" / "data").rglob("*.blob"), key=lambda path: path.stat().st_size)
    data = bytearray(sealed.read_bytes())
    data[len(data) // 2] ^= 1
    sealed.write_bytes(data)
    with pytest.raises(Exception, match=r"chunk|damaged|altered|not what was written"):
        shokai("restore", "--from", copy, "--key", past.key, "--data-dir", tmp_path / "new", "--no-journal")
    (listed,) = (copy / "snapshots").glob("*.json")
    listed.write_text(listed.read_text().replace('"blobs": ', '"blobs": 1'))
    with pytest.raises(Refusal, match="backup-altered"):
        shokai("restore", "--from", copy, "--key", past.key, "--data-dir", tmp_path / "other", "--no-journal")


def test_the_next_backup_drops_what_was_destroyed_and_a_test_files_itself(past: Past, tmp_path: Path) -> None:
    """Last, because it changes the backups."""
    backups = tmp_path / "backups"
    shutil.copytree(past.backups, backups)
    before = {path.name for path in (backups / "blobs").rglob("*.blob")}
    shokai("backup", "--data-dir", past.data, "--to", backups, "--key", past.key, "--keep", 1)
    after = {path.name for path in (backups / "blobs").rglob("*.blob")}
    assert f"{past.reply.id.split('.', 1)[1]}.blob" in before - after
    assert len(list((backups / "snapshots").glob("*.json"))) == 1
    shokai("restore", "--from", backups, "--key", past.key, "--test-for", past.data)
    house = Embedded.open(past.data)
    try:
        query = "SELECT code FROM known_evidence"
        db = house.services["audit"].parts.db
        codes = db.read_now(lambda session: set(session.connection().exec_driver_sql(query).scalars()))
    finally:
        close(house)
    assert {"backup-made", "restore-test"} <= codes
