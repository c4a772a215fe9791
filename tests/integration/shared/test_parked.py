"""Parked events: looked at, tried, replayed, corrected, discarded; who may, what is recorded, what is never shown."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from threading import Thread
from typing import Any

import pytest
import pytest_asyncio

from shared.auth.principals import Principal
from shared.bus.handling import Permanent
from shared.db.rehearsed import RehearsalOver, RehearsedDatabase
from shared.events.authority import StaffChanged, TokenRevoked
from shared.events.intake import FileReceived
from shared.events.matcher import BatchHandedOver, PartRequested
from shared.hosting import rehearsal
from shared.ids import new_id
from tests.integration.conftest import Host, portal, staff
from tests.integration.shared.parked import OPS, Desk, desk_on, note, noted

OTHERS = [portal(), staff("clerk"), staff("operator", "registry_server", "security_room"), staff("admin")]


@pytest_asyncio.fixture
async def desk(host: Host, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr("shared.auth.allow.APPROVAL_WAIT_SECONDS", 0.05)
    desk, service = desk_on(host)
    await host.start(service)
    yield desk


async def park(desk: Desk, batch_id: str, *parts: int) -> None:
    """Events of one subject, all parked for the same cause."""
    for part in parts:
        await desk.announce(PartRequested(batch_id=batch_id, part=part), batch_id)


async def test_groups_and_their_events_page_by_page(desk: Desk) -> None:
    batch = new_id()
    await park(desk, batch, 1, 2, 3)
    await desk.announce(BatchHandedOver(batch_id=batch, cycle="2026-06-A", kind="main"), batch)
    first = await desk.call("GET", "/parked?limit=1")
    second = await desk.call("GET", f"/parked?limit=1&cursor={first['next_cursor']}")
    assert [item["type"] for item in first["items"] + second["items"]] == [
        "matcher.batch.handed_over.v1",
        "matcher.part.requested.v1",
    ]
    assert second["next_cursor"] is None
    (group,) = second["items"]
    assert group["count"] == 3
    assert group["cause"].startswith("Permanent at on_part:")
    assert group["oldest"] <= group["newest"]
    path = f"/parked/{group['group']}?limit=2"
    shown = await desk.call("GET", path)
    rest = await desk.call("GET", f"{path}&cursor={shown['next_cursor']}")
    assert [event["id"] for event in shown["items"] + rest["items"]] == (await desk.parked_ids())[:3]
    assert shown["items"][0]["subject"] == batch
    assert {len(desk.records("events.parked.view"))} == {4}
    await desk.call("GET", "/parked/0123456789abcdef", status=404)


async def test_one_event_is_shown_without_anybodys_data(desk: Desk) -> None:
    await desk.announce(StaffChanged(staff_id="山田太郎", change="山田太郎の異動"), "山田太郎")
    (event_id,) = await desk.parked_ids()
    async with desk.host.client("intake", OPS) as client:
        text = (await client.get(f"/intake/v1/events/{event_id}")).text
    assert "山田" not in text
    shown = await desk.call("GET", f"/{event_id}")
    assert shown["subject"] == ""
    assert shown["body"]["fields"][:2] == [
        {"name": "staff_id", "type": "string", "size": 4},
        {"name": "change", "type": "string", "size": 7},
    ]
    await desk.call("GET", f"/{new_id()}", status=404)


async def test_a_dry_run_tells_and_leaves_nothing_but_its_record(desk: Desk) -> None:
    kept = desk.parts.blobs.put(b"x", purpose="test", key="intake")
    await desk.announce(FileReceived(request_id=kept.id), "a")
    (event_id,) = await desk.parked_ids()
    desk.host.kit.keyring.wrap("some-key", bytes(32), context="c")
    desk.begins = True
    rows, blobs = desk.counts(), desk.blobs()
    failing = await desk.call("POST", f"/{event_id}/dry-run")
    assert failing["outcome"] == "would-fail"
    assert failing["permanent"]
    assert failing["cause"].startswith("Permanent at on_file:")
    assert "山田" not in str(failing)
    desk.mended = True
    going_well = await desk.call("POST", f"/{event_id}/dry-run")
    assert (going_well["outcome"], going_well["cause"]) == ("would-succeed", "")
    assert len(desk.handled) == 1  # the handler did run
    assert (desk.counts(), desk.blobs()) == (rows, blobs)
    assert desk.parts.blobs.get(kept) == b"x"
    assert [info.destroyed_at for info in desk.host.kit.keyring.list() if info.name == "some-key"] == [None]
    assert [record["object"] for record in desk.records("events.parked.dry_run")] == [event_id] * 2
    assert desk.rows()[0].status == "parked"


async def test_a_replay_sets_an_event_going_at_once(desk: Desk) -> None:
    batch = new_id()
    await park(desk, batch, 1)
    (event_id,) = await desk.parked_ids()
    desk.mended = True
    await desk.call("POST", f"/{event_id}/replay")
    await desk.host.idle()
    assert desk.handled == [f"{batch}/1"]
    assert desk.rows()[0].status == "done"
    again = await desk.call("POST", f"/{event_id}/replay", status=409)
    assert (again["code"], again["facts"]) == ("event-not-parked", {"status": "done"})
    assert [record["object"] for record in desk.records("events.parked.replay")] == [event_id]


async def test_a_group_is_replayed_in_order(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.hosting.parked_events.REPLAYED_AT_ONCE", 2)
    one, other = new_id(), new_id()
    await park(desk, one, 1, 2)
    await park(desk, other, 1)
    (group,) = await desk.groups()
    desk.mended = True
    first = await desk.call("POST", "/replay", {"group": group["group"]})
    assert (len(first["event_ids"]), first["remaining"], first["held_back"]) == (2, 1, 0)
    last = await desk.call("POST", "/replay", {"group": group["group"]})
    assert (len(last["event_ids"]), last["remaining"]) == (1, 0)
    await desk.host.idle()
    assert [each for each in desk.handled if one in each] == [f"{one}/1", f"{one}/2"]
    assert len(desk.handled) == 3
    assert len(desk.records("events.parked.replay")) == 3


async def test_nothing_overtakes_an_earlier_event_of_its_subject(desk: Desk) -> None:
    one, other = new_id(), new_id()
    await desk.announce(BatchHandedOver(batch_id=one, cycle="2026-06-A", kind="main"), one)
    await park(desk, one, 1)
    await park(desk, other, 1)
    earlier, later, free = await desk.parked_ids()
    desk.mended = True
    refused = await desk.call("POST", f"/{later}/replay", status=409)
    assert (refused["code"], refused["facts"]) == ("earlier-event-parked", {"event_id": earlier})
    group = next(each["group"] for each in await desk.groups() if each["type"] == PartRequested.TYPE)
    done = await desk.call("POST", "/replay", {"group": group})
    assert (done["event_ids"], done["held_back"]) == ([free], 1)
    await desk.call("POST", f"/{earlier}/replay")
    await desk.call("POST", f"/{later}/replay")
    await desk.host.idle()
    assert [each for each in desk.handled if one in each] == [f"{one}/over", f"{one}/1"]


async def test_a_discard_needs_two_people_and_keeps_the_event_with_its_reason(desk: Desk) -> None:
    await park(desk, new_id(), 1, 2)
    first, second = await desk.parked_ids()
    body = {"reason": "superseded"}
    missing = await desk.call("POST", f"/{first}/discard", body, status=403)
    assert missing["code"] == "approval-required"
    approval = await desk.host.approve("intake", "events.parked.discard", f"intake/{first}", OPS.id)
    other = await desk.call("POST", f"/{second}/discard", body, status=403, approval=approval)
    assert other["code"] == "approval-for-something-else"
    done = await desk.call("POST", f"/{first}/discard", body, approval=approval)
    assert done["status"] == "discarded"
    await desk.call("POST", f"/{first}/replay", status=409)
    shown = await desk.call("GET", f"/{first}")
    assert (shown["status"], shown["reason"]) == ("discarded", "superseded")
    assert shown["cause"].startswith("Permanent at on_part:")
    (record,) = desk.done("events.parked.discard")
    assert (record["object"], record["reason"], record["approval"]) == (first, "superseded", approval)
    assert [group["count"] for group in await desk.groups()] == [1]
    again = await desk.call("POST", f"/{second}/discard", {"reason": "because 山田"}, status=422, approval=approval)
    assert "山田" not in str(again)


async def test_a_correction_is_tried_approved_by_its_digest_and_then_replayed(desk: Desk) -> None:
    wrong, right = new_id(), new_id()
    await park(desk, wrong, 1)
    (event_id,) = await desk.parked_ids()
    before = (await desk.call("GET", f"/{event_id}"))["body"]["sha256"]
    data = {"batch_id": right, "part": 1}
    desk.mended = True
    tried = await desk.call("POST", f"/{event_id}/dry-run", {"data": data})
    assert tried["outcome"] == "would-succeed"
    assert desk.handled.pop() == f"{right}/1"
    asked = tried["approve"]
    approval = await desk.host.approve("intake", asked["action"], asked["object"], OPS.id)
    other = await desk.call("POST", f"/{event_id}/fix", {"data": {**data, "part": 2}}, status=403, approval=approval)
    assert other["code"] == "approval-for-something-else"
    fixed = await desk.call("POST", f"/{event_id}/fix", {"data": data}, approval=approval)
    assert (fixed["sha256_before"], fixed["sha256"]) == (before, tried["sha256"])
    assert desk.rows()[0].status == "parked"
    (record,) = desk.done("events.parked.fix")
    assert (record["object"], record["approval"]) == (event_id, approval)
    assert before in record["reason"]
    await desk.call("POST", f"/{event_id}/replay")
    await desk.host.idle()
    assert desk.handled == [f"{right}/1"]


async def test_a_wrong_correction_says_where(desk: Desk) -> None:
    await park(desk, new_id(), 1)
    (event_id,) = await desk.parked_ids()
    for path in ("dry-run", "fix"):
        data = {"batch_id": "山田太郎", "part": 1}
        refused = await desk.call("POST", f"/{event_id}/{path}", {"data": data}, status=422, approval="x")
        assert refused["errors"] == [{"pointer": "/body/data/batch_id", "rule": "not_harmless"}]
        assert "山田" not in str(refused)


async def test_rights_are_neither_corrected_nor_discarded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(parts: Any, event: TokenRevoked) -> None:
        raise Permanent

    monkeypatch.setitem(desk.host.bus._inboxes["intake"]._handlers, TokenRevoked.TYPE, refuse)  # type: ignore[union-attr]
    await desk.announce(TokenRevoked(token_id=new_id(), expires_at=datetime(2099, 1, 1, tzinfo=UTC)), "t")
    (event_id,) = await desk.parked_ids()
    for path, body in (("discard", {"reason": "malformed"}), ("fix", {"data": {}})):
        refused = await desk.call("POST", f"/{event_id}/{path}", body, status=409, approval="x")
        assert refused["code"] == "event-not-changeable"


CALLS: list[tuple[str, str, Any]] = [
    ("GET", "/parked", None),
    ("GET", "/parked/0123456789abcdef", None),
    ("GET", "/x", None),
    ("POST", "/x/dry-run", None),
    ("POST", "/x/replay", None),
    ("POST", "/replay", {"group": "0123456789abcdef"}),
    ("POST", "/x/discard", {"reason": "malformed"}),
    ("POST", "/x/fix", {"data": {}}),
]


@pytest.mark.parametrize("who", OTHERS, ids=lambda who: who.team or who.kind)
async def test_nobody_else_may(desk: Desk, who: Principal) -> None:
    for method, path, body in CALLS:
        refused = await desk.call(method, path, body, who=who, status=403, approval="x")
        assert refused["code"] in ("team-not-allowed", "not-for-clients"), path


@pytest.mark.parametrize("who", [staff("supervisor"), staff("auditor")], ids=lambda who: who.team)
async def test_who_approves_or_audits_may_only_look(desk: Desk, who: Principal) -> None:
    await desk.call("GET", "/parked", who=who)
    for method, path, body in CALLS[3:]:
        await desk.call(method, path, body, who=who, status=403, approval="x")


async def test_operations_change_nothing_from_any_equipment(desk: Desk) -> None:
    for method, path, body in CALLS[3:]:
        refused = await desk.call(method, path, body, who=staff("ops", "media_station"), status=403, approval="x")
        assert refused["code"] == "equipment-not-allowed"


async def test_a_rehearsal_that_takes_too_long_is_undone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(parts: Any, event: FileReceived) -> None:
        parts.blobs.put(b"x", purpose="test", key="intake")
        await asyncio.sleep(60)

    await desk.announce(FileReceived(request_id=new_id()), "a")
    blobs = desk.blobs()
    (row,) = desk.rows("parked")
    found = await rehearsal.rehearse(desk.parts, {FileReceived.TYPE: slow}, row.body, seconds=0.2)
    assert found.outcome == "took-too-long"
    assert desk.blobs() == blobs


@pytest.fixture
def rehearsed(desk: Desk) -> Iterator[RehearsedDatabase]:
    database = RehearsedDatabase(desk.parts.db, hold_seconds=0.3)
    yield database
    database.end()


async def test_a_rehearsal_lets_go_by_itself_before_others_lose_patience(
    desk: Desk, rehearsed: RehearsedDatabase
) -> None:
    rehearsed.write_now(lambda work: note(work, desk.parts, "tried"))
    assert rehearsed.read_now(lambda session: noted(session, desk.parts)) == ["tried"]
    # A writer that stands in its way waits no longer than that.
    await desk.parts.db.write(lambda work: note(work, desk.parts, "tried"))
    with pytest.raises(RehearsalOver):
        rehearsed.write_now(lambda work: None)
    with pytest.raises(RehearsalOver):
        rehearsed.read_now(lambda session: None)
    assert desk.parts.db.read_now(lambda session: noted(session, desk.parts)) == ["tried"]


async def test_before_its_first_write_a_rehearsal_keeps_nobody_waiting(
    desk: Desk, rehearsed: RehearsedDatabase
) -> None:
    assert rehearsed.read_now(lambda session: noted(session, desk.parts)) == []
    await desk.parts.db.write(lambda work: note(work, desk.parts, "real"))
    thread = Thread(target=rehearsed.end)
    thread.start()
    thread.join(5)
    assert not thread.is_alive()


def _note(work: Any, desk: Desk, name: str) -> None:
    note(work, desk.parts, name)
