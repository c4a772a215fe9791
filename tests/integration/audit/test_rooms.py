"""The room log over HTTP: the document's rows, the same rows twice, the feed, and acts held against it."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from services.audit.storage.rooms.checks import unexplained
from services.audit.storage.rooms.entries import passages
from services.audit.storage.rooms.roster import standings
from services.audit.storage.rooms.tables import RoomEntry
from services.audit.usecases.rooms.check_acts import check_day, next_day
from services.audit.usecases.rooms.keep_roster import keep_roster
from shared.auth.presence import UNCONFIRMED
from shared.auth.principals import Principal
from shared.events.authority import StaffChanged
from shared.hosting import Service
from shared.trail import Actor
from tests.integration.audit.conftest import Source, deliver
from tests.integration.conftest import Host, staff

DOCUMENT = (Path(__file__).parents[2] / "unit" / "audit" / "data" / "room_log.csv").read_bytes()
LOGS = "/audit/v1/room-logs"
DOOR = Principal(kind="service", id="door", token_id="door-token")
ROOM, OUTSIDE = "018 10F マイナンバー 室", "000 区画外"
DAY = date(2026, 6, 1)


def csv_of(*rows: tuple[str, str, bool]) -> bytes:
    """A file of the door system: (time, user, into the room?)."""
    header = DOCUMENT.decode("cp932").splitlines()[0]
    lines = [
        f"扉,0-06,アクセス制御,{time},{OUTSIDE if into else ROOM},{ROOM if into else OUTSIDE},{user},氏名 太郎,課"
        for time, user, into in rows
    ]
    return "\r\n".join([header, *lines]).encode("cp932")


async def on_roster(audit: Service, staff_id: str, door_user: str, revision: int = 1) -> None:
    told = StaffChanged(
        staff_id=staff_id,
        change="added",
        revision=revision,
        team="operator",
        roster_from=date(2026, 4, 1),
        door_user=door_user,
    )
    await audit.parts.db.write(await keep_roster(audit.parts, told))  # type: ignore[arg-type]


@pytest.mark.asyncio
async def test_the_documents_rows_are_taken_in_once(host: Host, audit: Service) -> None:
    host.clock.set(datetime(2026, 6, 1, 3, 0, tzinfo=UTC))
    await on_roster(audit, "operator-1", "123")
    async with host.client("audit", staff("supervisor")) as http:
        first = (await http.post(LOGS, content=DOCUMENT)).json()
        assert (first["rows"], first["fresh"], first["first_on"], first["again"]) == (15, 15, "2019-01-04", False)
        assert (await http.post(LOGS, content=DOCUMENT)).json()["again"] is True
        lines = DOCUMENT.decode("cp932").splitlines()
        overlapping = "\n".join([lines[0], *lines[10:]]).encode()
        assert (await http.post(LOGS, content=overlapping)).json()["fresh"] == 0
        day = (await http.get(f"{LOGS}/days/2019-01-04")).json()
        assert (len(day["entries"]), day["exits_known"]) == (15, False)
        assert {stay["minutes"] for stay in day["stays"]} == {None}
        assert "花子" not in str(day)
        asked = {"from": "2019-01-04", "to": "2019-01-04"}
        found = (await http.get(f"{LOGS}/findings", params=asked)).json()["items"]
        assert sorted({one["code"] for one in found}) == [
            "missing-exit", "no-exits", "re-entry", "two-in-one-minute", "unknown-user",
        ]  # fmt: skip
        assert {one["user"] for one in found if one["code"] == "unknown-user"} == {"456", "789"}
        pages = (await http.get(f"{LOGS}/findings", params={**asked, "limit": "3"})).json()
        assert len(pages["items"]) == 3
        assert pages["next_cursor"]
    stored = audit.parts.db.read_now(lambda session: list(session.query(RoomEntry)))
    assert not any("花子".encode() in row.operator for row in stored)


@pytest.mark.asyncio
async def test_a_name_is_shown_for_a_case_only(host: Host, audit: Service) -> None:
    async with host.client("audit", staff("auditor")) as http:
        await http.post(LOGS, content=DOCUMENT)
        entry = (await http.get(f"{LOGS}/days/2019-01-04")).json()["entries"][0]["id"]
        assert (await http.get(f"{LOGS}/entries/{entry}/name")).json()["code"] == "purpose-required"
        why = {"Shokai-Purpose": "audit", "Shokai-Case": "finding-1"}
        shown = (await http.get(f"{LOGS}/entries/{entry}/name", headers=why)).json()
        assert shown["operator"] == "記録 花子"
    async with host.client("audit", staff("clerk")) as http:
        assert (await http.get(f"{LOGS}/days/2019-01-04")).status_code == 403


@pytest.mark.asyncio
async def test_an_act_is_reconciled_when_the_log_arrives(host: Host, audit: Service) -> None:
    await on_roster(audit, "operator-1", "123")
    await on_roster(audit, "operator-2", "456")
    matcher = Source("matcher")

    def act(staff_id: str) -> dict[str, object]:
        return matcher.make(
            1, actor=Actor("staff", staff_id, team="operator", place="security_room"), reason=UNCONFIRMED
        )[0]

    await deliver(audit.parts, [act("operator-1"), act("operator-2")])  # type: ignore[arg-type]
    host.clock.set(datetime(2026, 6, 1, 6, 0, tzinfo=UTC))
    log = csv_of(("2026/6/1 8:50", "123", True), ("2026/6/1 9:30", "123", False))
    async with host.client("audit", staff("supervisor")) as http:
        assert (await http.post(LOGS, content=log)).status_code == 201
        checks = (await http.get(f"{LOGS}/days/{DAY}")).json()["checks"]
    assert [(one["staff_id"], one["outcome"], one["unconfirmed"]) for one in checks] == [
        ("operator-1", "confirmed", True),
        ("operator-2", "not-inside", True),
    ]
    since = datetime(2026, 5, 31, 15, 0, tzinfo=UTC)
    left = audit.parts.db.read_now(lambda session: unexplained(session, since, since + timedelta(days=1)))
    assert [row.staff_id for row in left] == ["operator-2"]


@pytest.mark.asyncio
async def test_the_feed_tells_who_is_inside_and_the_file_adds_nothing(host: Host, audit: Service) -> None:
    await on_roster(audit, "operator-1", "123")
    host.clock.set(datetime(2026, 6, 1, 0, 10, tzinfo=UTC))
    event = {
        "at": "2026-06-01T09:04:30+09:00", "door": "0-06", "kind": "アクセス制御", "from_zone": OUTSIDE,
        "to_zone": ROOM, "user": "123", "operator": "氏名 太郎",
    }  # fmt: skip
    async with host.client("audit", DOOR) as door:
        assert (await door.post("/audit/v1/room-presence", json={"events": [event]})).json() == {
            "fresh": 1,
            "inside": 1,
        }
        assert (await door.post("/audit/v1/room-presence", json={"events": [event]})).json() == {
            "fresh": 0,
            "inside": 1,
        }
        late = {**event, "at": "2026-06-01T23:00:00+09:00"}
        assert (await door.post("/audit/v1/room-presence", json={"events": [late]})).json()["code"] == "room-log-ahead"
    await host.idle()
    async with host.client("audit", staff("supervisor")) as http:
        inside = (await http.get("/audit/v1/room-presence")).json()
        assert (inside["live"], inside["inside"]) == (True, ["operator-1"])
        host.clock.set(datetime(2026, 6, 1, 0, 13, tzinfo=UTC))
        assert (await http.get("/audit/v1/room-presence")).json()["live"] is False
        assert (await http.post("/audit/v1/room-presence", json={"events": []})).status_code == 403
        same = (await http.post(LOGS, content=csv_of(("2026/6/1 9:04", "123", True)))).json()
        assert (same["rows"], same["fresh"]) == (1, 0)
    until = datetime(2026, 6, 2, 3, 0, tzinfo=UTC)
    due = await next_day(audit.parts, until)  # type: ignore[arg-type]
    assert due == datetime(2026, 6, 1, 16, 0, tzinfo=UTC)
    host.clock.set(due)
    assert await check_day(audit.parts, due) == {"outcomes": 0}  # type: ignore[arg-type]
    assert await next_day(audit.parts, until) is None  # type: ignore[arg-type]
    span = (datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC))
    assert len(audit.parts.db.read_now(lambda session: passages(session, *span))) == 1


@pytest.mark.asyncio
async def test_the_newest_standing_stays_whatever_the_order(host: Host, audit: Service) -> None:
    await on_roster(audit, "operator-1", "999", revision=2)
    await on_roster(audit, "operator-1", "123", revision=1)
    (known,) = audit.parts.db.read_now(standings)
    assert (known.staff_id, known.door_user, known.roster_from) == ("operator-1", "999", date(2026, 4, 1))
