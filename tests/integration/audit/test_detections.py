"""What is odd in the log becomes a case that a person decides; each record is scored once."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import text

from services.audit.domain.checksheets.periods import Quarter
from services.audit.parts import AuditParts
from services.audit.storage.rooms.roster import keep_standing
from services.audit.usecases.append_records import append_records
from services.audit.usecases.detections.evidence import evidence
from services.audit.usecases.detections.scan import next_scan, scan
from services.audit.usecases.detections.scan_room import next_room_day, scan_room
from shared import faults
from shared.hosting import Service
from shared.trail import Access, Actor, chained
from shared.trail.record import FIRST_PREVIOUS
from tests.integration.audit.conftest import batch
from tests.integration.audit.test_rooms import csv_of
from tests.integration.conftest import Host, staff

NOON = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)  # a Monday, 12:00 in Japan
NIGHT = NOON + timedelta(hours=11)
MINUTE = timedelta(minutes=1)
LATER = NIGHT + timedelta(days=40)
CASES = "/audit/v1/cases"
EXCEPTIONS = "/audit/v1/exceptions"
LOGS = "/audit/v1/room-logs"


def parts_of(service: Service) -> AuditParts:
    assert isinstance(service.parts, AuditParts)
    return service.parts


class Desk:
    """A service whose records are made at stated instants."""

    def __init__(self, name: str = "matcher") -> None:
        self.name, self.sequence, self.digest = name, 0, FIRST_PREVIOUS

    def made(self, *accesses: tuple[datetime, Access]) -> list[dict[str, Any]]:
        records = []
        for at, access in accesses:
            self.sequence += 1
            body, self.digest = chained(access, source=self.name, sequence=self.sequence, previous=self.digest, at=at)
            records.append(orjson.loads(body))
        return records


def reading(actor: str = "operator-1", case: str = "rv-1", **more: Any) -> Access:
    """A member of staff reads a review in the room."""
    who = Actor("staff", actor, team="operator", equipment="jlis-1", place="security_room")
    stated: dict[str, Any] = {"subjects": 1, "purpose": "review", "case": case} | more
    return Access(who, "matcher.review.read", "review", "rv-1", **stated)


def taking(actor: str = "operator-1") -> Access:
    """A member of staff takes a review: from then on there is such a case."""
    return Access(reading(actor).actor, "matcher.review.take", "review", "rv-1")


async def deliver(service: Service, records: Sequence[dict[str, Any]]) -> None:
    await service.parts.db.write(await append_records(parts_of(service), batch(records)))


async def look(service: Service, host: Host, at: datetime) -> dict[str, int]:
    """Moves the clock and runs the job, if it is due."""
    host.clock.set(at)
    due = await next_scan(parts_of(service), at)
    return {} if due is None else dict(await scan(parts_of(service), at))


async def asked(client: httpx.AsyncClient, path: str, **query: Any) -> Any:
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def sent(client: httpx.AsyncClient, path: str, status: int, **body: Any) -> Any:
    answer = await client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def one_case(audit: Service, host: Host) -> dict[str, Any]:
    await deliver(audit, Desk().made((NIGHT, taking()), (NIGHT + MINUTE, reading()), (NIGHT + 2 * MINUTE, reading())))
    await look(audit, host, NIGHT + timedelta(minutes=10))
    async with host.client("audit", staff("auditor")) as client:
        (case,) = (await asked(client, CASES))["items"]
    assert isinstance(case, dict)
    return case


async def test_a_case_is_read_taken_and_decided_by_a_person(audit: Service, host: Host) -> None:
    case = await one_case(audit, host)
    assert (case["about"], case["state"], case["severity"]) == ({"kind": "staff", "id": "operator-1"}, "open", "medium")
    path = f"{CASES}/{case['id']}"
    async with host.client("audit", staff("auditor")) as client, host.client("audit", staff("supervisor")) as other:
        whole = await asked(client, path)
        findings = {(hit["variant"], hit["signs"]) for hit in whole["findings"]}
        assert findings == {("other", 1), ("hours", 2)}
        told = next(hit["sentence"] for hit in whole["findings"] if hit["variant"] == "hours")
        assert told["ja"] == "operator-1 が勤務時間外の 23:01 に個人情報を扱いました(要確認の閲覧)。"
        assert [(row["action"], row["odd"]) for row in whole["accesses"]] == [
            ("matcher.review.take", True),
            ("matcher.review.read", True),
            ("matcher.review.read", True),
        ]
        await sent(client, f"{path}/decision", 409, decision="explained", reason="残業")
        await sent(client, f"{path}/assignment", 200)
        await sent(other, f"{path}/decision", 403, decision="explained", reason="残業")
        await sent(client, f"{path}/decision", 422, decision="explained", reason=" ")
        await sent(client, f"{path}/decision", 422, decision="explained", reason="番号 123456789018 の人")
        decided = await sent(client, f"{path}/decision", 200, decision="misuse", reason="私用の閲覧")
        assert (decided["state"], decided["decided_by"]) == ("misuse", "auditor-1")
        await sent(client, f"{path}/assignment", 409)
        said = await audit.parts.db.read(lambda session: list(evidence(session, Quarter(2026, 2), host.clock.now())))
        late = await audit.parts.db.read(lambda session: list(evidence(session, Quarter(2026, 2), LATER)))
        steps = [step["state"] for step in (await asked(client, path))["steps"]]
        incidents = (await asked(client, "/audit/v1/incidents"))["items"]
    assert steps == ["open", "assigned", "misuse"]
    assert [(one.code, one.says) for one in said] == [("accesses-analysed", "yes")]
    assert "案件 1 件のうち 1 件" in said[0].ja
    assert [(one.code, one.says) for one in late] == [("analysis-behind", "no"), ("accesses-analysed", "")]
    assert [(one["origin"], one["object_type"], one["object_id"]) for one in incidents] == [
        ("case", "account", "operator-1")
    ]


async def test_what_comes_after_a_decision_is_a_new_case_that_names_the_old_one(audit: Service, host: Host) -> None:
    case = await one_case(audit, host)
    async with host.client("audit", staff("auditor")) as client:
        await sent(client, f"{CASES}/{case['id']}/assignment", 200)
        await sent(client, f"{CASES}/{case['id']}/return", 200)
        await sent(client, f"{CASES}/{case['id']}/assignment", 200, to="auditor-1")
        await sent(client, f"{CASES}/{case['id']}/decision", 200, decision="false_alarm", reason="時計のずれ")
        await deliver(audit, Desk("media").made((NIGHT + 20 * MINUTE, reading()), (NIGHT + 21 * MINUTE, reading())))
        await look(audit, host, NIGHT + timedelta(minutes=40))
        fresh, old = (await asked(client, CASES))["items"]
        waiting = (await asked(client, CASES, state="waiting", about="staff:operator-1"))["items"]
        rules = {rule["code"]: rule["found"] for rule in (await asked(client, "/audit/v1/detections"))["items"]}
    assert (fresh["follows"], old["id"]) == (case["id"], case["id"])
    assert [one["id"] for one in waiting] == [fresh["id"]]
    assert (rules["off-hours"]["false_alarm"], rules["off-hours"]["waiting"]) == (2, 1)


async def test_nobody_works_on_a_case_about_themselves(audit: Service, host: Host) -> None:
    await deliver(audit, Desk().made((NIGHT, reading("supervisor-1", case=""))))
    await look(audit, host, NIGHT + timedelta(minutes=10))
    async with host.client("audit", staff("supervisor")) as client, host.client("audit", staff("auditor")) as other:
        (case,) = (await asked(client, CASES))["items"]
        for step in ("assignment", "return"):
            assert (await sent(client, f"{CASES}/{case['id']}/{step}", 403))["code"] == "own-case"
        await sent(other, f"{CASES}/{case['id']}/assignment", 403, to="supervisor-1")
        await sent(other, f"{CASES}/{case['id']}/assignment", 200)


async def test_an_exception_needs_two_people_and_expires(audit: Service, host: Host) -> None:
    scope = {"rule": "off-hours", "about": "staff:operator-1", "reason": "締切日の残業"}
    span = {"from": NOON.isoformat(), "until": (NIGHT + 20 * MINUTE).isoformat()}
    host.clock.set(NOON)
    async with host.client("audit", staff("auditor")) as client, host.client("audit", staff("supervisor")) as other:
        wide = await sent(client, EXCEPTIONS, 422, rule="off-hours", reason="残業", **span)
        assert wide["code"] == "exception-too-wide"
        await sent(client, EXCEPTIONS, 422, **scope | {"rule": "nothing"}, **span)
        await sent(client, EXCEPTIONS, 422, **scope, **span | {"until": "2036-01-01T00:00:00Z"})
        made = await sent(client, EXCEPTIONS, 201, **scope, **span)
        assert (await sent(client, f"{EXCEPTIONS}/{made['id']}/confirmation", 403))["code"] == "own-request"
        await sent(other, f"{EXCEPTIONS}/{made['id']}/confirmation", 200)
        late = NIGHT + 20 * MINUTE  # the same night, the end itself is not covered
        await deliver(audit, Desk().made((NIGHT, taking()), (NIGHT + MINUTE, reading())))
        await look(audit, host, NIGHT + timedelta(minutes=10))
        assert (await asked(client, CASES))["items"] == []
        excepted = (await asked(client, "/audit/v1/hits", excepted="true"))["items"]
        assert {hit["exception"] for hit in excepted} == {made["id"]}
        await deliver(audit, Desk("media").made((late, reading())))
        await look(audit, host, late + timedelta(minutes=10))
        (case,) = (await asked(client, CASES))["items"]
        assert (case["about"]["id"], case["hits"]) == ("operator-1", 1)
        await sent(other, f"{EXCEPTIONS}/{made['id']}/end", 200)
        await sent(other, f"{EXCEPTIONS}/{made['id']}/end", 409)


async def test_each_record_is_scored_once_whoever_else_looks(audit: Service, host: Host) -> None:
    desk = Desk()
    records = desk.made(*((NIGHT + n * MINUTE, reading(f"operator-{n % 7}", case="")) for n in range(1100)))
    await deliver(audit, records)
    host.clock.set(NIGHT + timedelta(days=1))
    runs = await asyncio.gather(*(scan(parts_of(audit), host.clock.now()) for _ in range(3)))
    opened = await audit.parts.db.read(
        lambda session: session.connection().execute(text("SELECT count(*) FROM odd_case")).scalar_one()
    )
    assert 1100 <= sum(run["records"] for run in runs) <= 1100 + opened  # that a case was opened is a record too
    counts = await audit.parts.db.read(
        lambda session: session.connection().execute(text("SELECT count(*), sum(signs) FROM detection_hit")).one()
    )
    again = await look(audit, host, NIGHT + timedelta(days=2))
    after = await audit.parts.db.read(
        lambda session: session.connection().execute(text("SELECT count(*), sum(signs) FROM detection_hit")).one()
    )
    assert counts == after
    assert set(again) <= {"records", "hits"}
    async with host.client("audit", staff("auditor")) as client:
        first = await asked(client, "/audit/v1/scores", limit=1000)
        second = await asked(client, "/audit/v1/scores", limit=1000, cursor=first["next_cursor"])
        high = await asked(client, "/audit/v1/scores", actor="operator-3", at_least=90)
    indexes = [row["index"] for row in (*first["items"], *second["items"])]
    assert indexes == list(range(1099, -1, -1))
    assert {row["actor"] for row in high["items"]} <= {"operator-3"}
    assert (await client_status(host, "/audit/v1/scores", cursor="eA")) == 400


async def test_a_run_that_dies_before_its_commit_leaves_nothing_behind(
    audit: Service, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    await deliver(audit, Desk().made((NIGHT, reading(case="")), (NIGHT + MINUTE, reading(case=""))))
    host.clock.set(NIGHT + timedelta(minutes=10))
    monkeypatch.setattr(faults, "_FAULTS", faults.parse("commit.before=fail:1"))
    monkeypatch.setattr(faults, "_reached", Counter())
    with pytest.raises(OSError):  # as a full disk does
        await scan(parts_of(audit), host.clock.now())
    monkeypatch.undo()
    counts = await scan(parts_of(audit), host.clock.now())
    assert counts["records"] >= 2
    async with host.client("audit", staff("auditor")) as client:
        found = (await asked(client, "/audit/v1/hits"))["items"]
    assert {(hit["rule"], hit["signs"]) for hit in found} == {("off-hours", 2), ("purpose-without-case", 2)}


async def client_status(host: Host, path: str, **query: str) -> int:
    async with host.client("audit", staff("auditor")) as client:
        return (await client.get(path, params=query)).status_code


async def test_missing_records_are_a_case_of_their_source(audit: Service, host: Host) -> None:
    desk = Desk("intake")
    records = desk.made(*((NOON, taking()) for _ in range(5)))
    host.clock.set(NOON)
    await deliver(audit, records[:2])
    await deliver(audit, records[3:])
    await look(audit, host, NOON + timedelta(minutes=10))
    async with host.client("audit", staff("auditor")) as client:
        (case,) = (await asked(client, CASES))["items"]
        whole = await asked(client, f"{CASES}/{case['id']}")
    assert case["about"] == {"kind": "source", "id": "intake"}
    assert whole["findings"][0]["sentence"]["en"] == "Records 3 to 3 of intake (1) have not arrived."
    assert (whole["accesses"], whole["passages"], whole["standing"]) == ([], [], None)


async def test_declared_ties_and_the_roster_are_facts(audit: Service, host: Host) -> None:
    await on_roster(audit, "operator-2", "456")
    await on_roster(audit, "auditor-1", "")
    async with host.client("audit", staff("auditor")) as client:
        for _ in range(2):
            await sent(client, "/audit/v1/ties", 201, staff_id="operator-2", token="t-1")
        assert len((await asked(client, "/audit/v1/ties"))["items"]) == 1
        await deliver(
            audit, Desk().made((NOON, taking("operator-2")), (NOON, reading("operator-2", subject_tokens=("t-1",))))
        )
        await look(audit, host, NOON + timedelta(minutes=10))
        (case,) = (await asked(client, CASES))["items"]
        whole = await asked(client, f"{CASES}/{case['id']}")
        assert [hit["rule"] for hit in whole["findings"]] == ["own-or-colleague"]
        assert (whole["standing"]["team"], whole["standing"]["in_force"]) == ("operator", True)
        await sent(client, "/audit/v1/ties/removal", 200, staff_id="operator-2", token="t-1")
        await sent(client, "/audit/v1/ties/removal", 404, staff_id="operator-2", token="t-1")


async def test_a_day_of_the_room_is_judged_when_its_log_is_there(audit: Service, host: Host) -> None:
    await on_roster(audit, "operator-1", "123")
    await on_roster(audit, "operator-2", "456")
    acts = [(NOON, reading("operator-1")), (NOON + MINUTE, reading("operator-2"))]
    await deliver(audit, Desk().made((NOON - MINUTE, taking()), *acts))
    await look(audit, host, NOON + timedelta(minutes=10))
    parts, evening = parts_of(audit), NOON + timedelta(hours=2)
    assert await next_room_day(parts, evening) is None
    async with host.client("audit", staff("supervisor")) as client, host.client("audit", staff("auditor")) as auditor:
        host.clock.set(evening)
        answer = await client.post(LOGS, content=csv_of(("2026/6/1 9:00", "123", True)))
        assert answer.status_code == 201, answer.text
        await judge_room(audit, host, evening + MINUTE)
        assert (await asked(auditor, CASES))["items"] == []  # the day is not over
        late = csv_of(("2026/6/1 9:00", "123", True), ("2026/6/1 11:58", "123", False), ("2026/6/1 11:59", "999", True))
        morning = evening + timedelta(days=1)
        host.clock.set(morning)
        await client.post(LOGS, content=late)
        await judge_room(audit, host, morning + MINUTE)
        found = {case["about"]["id"]: case for case in (await asked(auditor, CASES))["items"]}
        rules = {
            about: {hit["rule"] for hit in (await asked(auditor, f"{CASES}/{case['id']}"))["findings"]}
            for about, case in found.items()
        }
        scored = (await asked(auditor, "/audit/v1/scores", actor="operator-2"))["items"]
        passages = (await asked(auditor, f"{CASES}/{found['999']['id']}"))["passages"]
    assert rules == {
        "operator-2": {"no-presence", "two-on-one-entry"},
        "999": {"presence-without-duty"},
    }
    assert [passage["direction"] for passage in passages] == ["in"]
    assert scored[0]["score"] > 90


async def test_a_day_without_its_room_log_is_told_after_a_while(audit: Service, host: Host) -> None:
    await deliver(audit, Desk().made((NOON - MINUTE, taking()), (NOON, reading())))
    await look(audit, host, NOON + timedelta(minutes=10))
    await judge_room(audit, host, NOON + timedelta(days=2))
    async with host.client("audit", staff("auditor")) as client:
        assert (await asked(client, "/audit/v1/hits", rule="no-presence"))["items"] == []
        await judge_room(audit, host, NOON + timedelta(days=5))
        (hit,) = (await asked(client, "/audit/v1/hits", rule="no-presence"))["items"]
        assert (hit["variant"], hit["case"]) == ("no-log", "")
        assert await next_room_day(parts_of(audit), NOON + timedelta(days=90)) is None


async def on_roster(audit: Service, staff_id: str, door_user: str) -> None:
    stated: dict[str, Any] = {"roster_from": date(2024, 1, 1), "pledged_on": date(2024, 1, 1), "revision": 1}
    stated |= {"trained_on": date(2026, 4, 1), "roster_to": None, "left_on": None, "team": "operator"}
    told = stated | {"door_user": door_user}
    await audit.parts.db.write(lambda work: keep_standing(work.session, staff_id, told))


async def judge_room(audit: Service, host: Host, at: datetime) -> None:
    """Runs the job as often as it is due up to an instant."""
    host.clock.set(at)
    for _ in range(20):
        if (due := await next_room_day(parts_of(audit), at)) is None:
            return
        await scan_room(parts_of(audit), due)
    raise AssertionError("still due")
