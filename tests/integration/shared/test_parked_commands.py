"""`shokai events` on a data directory, while a server has it open: the same desk as over HTTP."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio
from sqlalchemy import insert, select, update

from cli.embedded import Embedded
from cli.main import main
from shared.events.matcher import BatchHandedOver
from shared.ids import new_id

BOOTSTRAP: dict[str, Any] = {"association": {"name": "試験連合会", "mode": "demo"}}
Shokai = Callable[..., tuple[int, Any]]


@pytest_asyncio.fixture
async def embedded(tmp_path: Path) -> AsyncIterator[Embedded]:
    """A server at work; its schedule sleeps."""
    Embedded.init(tmp_path / "data", BOOTSTRAP)
    embedded = Embedded.open(tmp_path / "data")
    await embedded.start(jobs=False)
    yield embedded
    await embedded.stop()


@pytest.fixture
def shokai(embedded: Embedded, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Shokai:
    def run(*arguments: str, as_json: bool = True) -> tuple[int, Any]:
        more = ["--data-dir", str(embedded.place.root), *(["--json"] if as_json else [])]
        monkeypatch.setattr(sys, "argv", ["shokai", "events", *arguments, *more])
        capfd.readouterr()
        try:
            main()
            code = 0
        except SystemExit as left:
            code = int(left.code or 0)
        out = capfd.readouterr().out
        return code, (json.loads(out) if as_json and out else out)

    return run


async def parked(embedded: Embedded, event: Any) -> str:
    """The event, handled by intake and audit, then parked in intake as if it had failed."""
    database = embedded.services["intake"].parts.db
    inbox = database.plumbing.inbox
    await database.write(lambda work: work.announce(event, subject="s"))
    await embedded.idle()
    cause = {"status": "parked", "attempts": 8, "cause": "BlobGone at copy:12 < run:3 @0.1.0"}
    mine = update(inbox).where(inbox.c.type == event.TYPE).values(cause)
    await database.write(lambda work: work.session.connection().execute(mine) and None)
    return str(database.read_now(lambda s: s.connection().execute(select(inbox.c.event_id)).scalars().all())[-1])


def approve(embedded: Embedded, action: str, object_id: str) -> str:
    database = embedded.services["intake"].parts.db
    row: dict[str, Any] = {
        "id": new_id(),
        "action": action,
        "object_id": object_id,
        "requester": "ops-1",
        "approver": "supervisor-1",
    }
    row |= {"approved": True, "expires_at": datetime(2099, 1, 1, tzinfo=UTC)}
    table = database.plumbing.approval
    database.write_now(lambda work: work.session.connection().execute(insert(table).values(row)) and None)
    return str(row["id"])


def handed_over() -> BatchHandedOver:
    return BatchHandedOver(batch_id=new_id(), cycle="2026-06-A", kind="main")


async def in_thread(shokai: Shokai, *arguments: str, **more: Any) -> tuple[int, Any]:
    """A command beside the server, which goes on meanwhile."""
    return await asyncio.to_thread(shokai, *arguments, **more)


async def test_look_try_and_replay(embedded: Embedded, shokai: Shokai) -> None:
    event_id = await parked(embedded, handed_over())
    code, listed = await in_thread(shokai, "parked")
    assert code == 0
    (group,) = listed["items"]
    assert (group["service"], group["cause"], group["release"], group["count"]) == (
        "intake",
        "BlobGone at copy:12",
        "0.1.0",
        1,
    )
    _, members = await in_thread(shokai, "parked", "--group", group["group"])
    assert [event["id"] for event in members["items"]] == [event_id]
    _, shown = await in_thread(shokai, "show", event_id)
    assert [(each["service"], each["status"]) for each in shown["items"]] == [("intake", "parked"), ("audit", "done")]
    _, text = await in_thread(shokai, "show", event_id, as_json=False)
    assert "cycle: string (9) = 2026-06-A" in text
    code, tried = await in_thread(shokai, "dry-run", event_id)
    assert (code, tried["service"], tried["outcome"]) == (0, "intake", "would-succeed")
    code, done = await in_thread(shokai, "replay", "--group", group["group"])
    assert (code, done["replayed"]) == (0, 1)
    await embedded.idle()
    assert (await in_thread(shokai, "parked"))[1]["items"] == []
    assert (await in_thread(shokai, "replay", event_id, "--service", "intake"))[1]["refused"] == "event-not-parked"
    assert (await in_thread(shokai, "replay", event_id))[1]["refused"] == "service-needed"
    assert (await in_thread(shokai, "show", new_id()))[1]["refused"] == "not-found"
    assert (await in_thread(shokai, "replay"))[0] == 2


async def test_two_people_correct_and_discard(embedded: Embedded, shokai: Shokai, tmp_path: Path) -> None:
    event = handed_over()
    event_id = await parked(embedded, event)
    file = tmp_path / "data.json"
    file.write_bytes(orjson.dumps(event.model_dump(mode="json") | {"cycle": "2026-06-B"}))
    _, tried = await in_thread(shokai, "dry-run", event_id, "--data", str(file))
    fix = ("fix", event_id, "--data", str(file), "--by", "ops-1")
    assert (await in_thread(shokai, *fix))[1]["refused"] == "approval-required"
    approval = approve(embedded, tried["approve"]["action"], tried["approve"]["object"])
    code, fixed = await in_thread(shokai, *fix, "--approval", approval)
    assert (code, fixed["sha256"]) == (0, tried["sha256"])
    discard = ("discard", event_id, "--reason", "superseded", "--by", "ops-1", "--approval")
    assert (await in_thread(shokai, *discard, approval))[1]["refused"] == "approval-for-something-else"
    approval = approve(embedded, "events.parked.discard", f"intake/{event_id}")
    code, gone = await in_thread(shokai, *discard, approval)
    assert (code, gone["status"], gone["service"]) == (0, "discarded", "intake")
    await embedded.idle()
    assert (await in_thread(shokai, "parked"))[1]["items"] == []


async def test_a_dry_run_that_fails_ends_with_1(embedded: Embedded, shokai: Shokai) -> None:
    event_id = await parked(embedded, handed_over())
    database = embedded.services["intake"].parts.db
    inbox = database.plumbing.inbox
    (body,) = database.read_now(lambda s: s.connection().execute(select(inbox.c.body)).scalars().all())
    broken = update(inbox).values(body=body.replace(b'"cycle"', b'"cycel"'))
    await database.write(lambda work: work.session.connection().execute(broken) and None)
    code, tried = await in_thread(shokai, "dry-run", event_id)
    assert (code, tried["outcome"], tried["cause"].partition(" ")[0]) == (1, "would-fail", "ValidationError")
    _, text = await in_thread(shokai, "show", event_id, "--service", "intake", as_json=False)
    assert "valid: False" in text
    assert "/data/cycle: missing" in text
    assert "cycel" not in text
