"""Planted people go through two whole cycles; afterwards no trace of them stands anywhere in clear."""

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import pytest_asyncio
import structlog

from shared.events.intake import RequestReturned
from shared.sentinel.numbers import Seeker
from shared.sentinel.places import Sentinel
from shared.telemetry.logs import configure_logs, log
from shared.trail import Access, Actor
from tests.e2e.outside_client import with_purpose
from tests.e2e.outside_files import Reply, disc_of, open_package, request_file
from tests.hardening.house import DISC_PLAN, PLAN, House, answers, house_in
from tests.hardening.marks import WRONG, Trace, asked, every_file, land, marks, traces

pytestmark = pytest.mark.asyncio(loop_scope="module")

DOOR = "扉名称,機器アドレス,起動区分,変化時刻,移動元区画名,移動先区画名,ユーザID,操作者,属性1\n"
EVENTS = "select body from outbox union all select body from inbox"


@dataclass
class Lived:
    """A system in which it all happened, what was logged, and the replies as their plan opened them."""

    house: House
    logged: io.StringIO
    replies: list[Reply] = field(default_factory=list)
    answers_with_people: list[str] = field(default_factory=list)
    disclosed: int = 0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lived(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lived]:
    """Both cycles, with errors, a retry, reviews and a refusal."""
    logged = io.StringIO()
    configure_logs(logged, level=0)
    try:
        async with house_in(tmp_path_factory.mktemp("canary") / "data") as house:
            life = Lived(house, logged)
            await first_cycle(life)
            await second_cycle(life)
            await mistakes(house)
            await audited(life)
            await house.embedded.idle()
            yield life
    finally:
        structlog.reset_defaults()


async def first_cycle(life: Lived) -> None:
    """Provisional inquiries by network and by disc; one review agrees, one refuses; one answer is wrong at first."""
    house, rows = life.house, [each.row for each in asked()]
    request = (await house.send(request_file(PLAN, "provisional", "20260601", rows), len(rows)))["id"]
    await put_disc(house, request_file(DISC_PLAN, "provisional", "20260602", rows[:2]))
    await house.close_cycle("2026-06-15T23:59:59+09:00")
    (batch,) = (await house.batches("2026-06-A")).values()
    handlers = house.embedded._inboxes["matcher"]._handlers
    await house.carry_out(batch)
    header, inquiries = await house.carry_out(batch)
    right = answers(land(), header, inquiries)
    await house.put_answer(batch, right.replace("空蝉".encode(), "空蟬".encode()))
    await house.until("operator-1", f"/matcher/v1/batches/{batch}", "balance_error")
    fail_once(handlers, "matcher.part.requested.v1", right.decode())
    await house.put_answer(batch, right)
    await house.until("operator-1", f"/matcher/v1/batches/{batch}", "in_review")
    await decide(life, batch)
    await house.release(batch)
    life.replies.append(await fetch(house, request))


def fail_once(handlers: dict[str, Any], kind: str, text: str) -> None:
    """The first handling of such an event fails with an error full of personal data."""
    assert kind in handlers, sorted(handlers)
    original = handlers[kind]

    async def failing(parts: Any, event: Any) -> Any:
        handlers[kind] = original
        raise ValueError(text)

    handlers[kind] = failing


async def decide(life: Lived, batch: str) -> None:
    """Whoever states no purpose is refused; one operator decides, or two who say the same."""
    house = life.house
    found = (await house.json("operator-2", "GET", f"/matcher/v1/reviews?batch_id={batch}&state=waiting"))["items"]
    assert found
    for review in found:
        if await judge(life, "operator-2", review["id"]) != "decided":
            assert await judge(life, "operator-1", review["id"]) == "decided"
    await house.until("operator-2", f"/matcher/v1/batches/{batch}", "releasable")


async def judge(life: Lived, who: str, review: str) -> str:
    """The state of a review after one person has taken, seen and judged it."""
    house, path = life.house, f"/matcher/v1/reviews/{review}"
    await house.json(who, "POST", f"{path}/assignment")
    assert await house.code(who, "GET", path) == "purpose-required"
    shown = await house.call(who, "GET", path, headers=with_purpose("review", review))
    house.seen.remove(shown)
    life.answers_with_people.append(shown.text)
    decision = {"same_person": "蛍火" in shown.text, "reason": "両側を見比べた"}
    return str((await house.json(who, "POST", f"{path}/decision", json=decision))["state"])


async def second_cycle(life: Lived) -> None:
    """Main and my_number requests by the inquiry numbers."""
    house = life.house
    numbers = {row[1]: row[3] for row in life.replies[0].records if row[3]}
    assert len(numbers) == 3
    rows = [[member, number] for member, number in numbers.items()]
    files = {kind: request_file(PLAN, kind, "20260620", rows) for kind in ("main", "my_number")}
    made = [(await house.send(data, 3, kind=kind))["id"] for kind, data in files.items()]
    wrong = request_file(PLAN, "main", "20260621", [["MK-98", "ABCDEFGHJ1"]], serial=2)
    await house.send(wrong, 1, kind="main")
    await house.close_cycle("2026-06-30T23:59:59+09:00")
    for batch in (await house.batches("2026-06-B")).values():
        header, inquiries = await house.carry_out(batch)
        await house.put_answer(batch, answers(land(), header, inquiries))
        await house.until("operator-1", f"/matcher/v1/batches/{batch}", "releasable")
        await house.release(batch)
    life.replies += [await fetch(house, request) for request in made]


async def fetch(house: House, request: str) -> Reply:
    """The reply of a request, opened by its plan."""
    await house.until("portal", f"/intake/v1/requests/{request}", "replied")
    (reply,) = (await house.json("portal", "GET", f"/media/v1/replies?request_id={request}"))["items"]
    path = f"/media/v1/replies/{reply['id']}"
    digest = (await house.until("portal", path, "ready"))["sha256"]
    package = (await house.call("portal", "GET", f"{path}/package")).content
    assert (await house.call("portal", "POST", f"{path}/receipt", json={"sha256": digest})).is_success
    return open_package(package, (await house.json("portal", "GET", f"{path}/password"))["password"], "cp932")


async def put_disc(house: House, data: bytes) -> None:
    """An envelope with a disc."""
    envelope = {"plan_number": DISC_PLAN, "received_on": "2026-06-01", "form_enclosed": True, "media": [{"label": "1"}]}
    reception = (await house.json("clerk-1", "POST", "/intake/v1/receptions", json=envelope))["id"]
    path = f"/intake/v1/receptions/{reception}/media/1/image"
    image = disc_of({f"S{DISC_PLAN}_1_20260602_001.csv": data})
    await house.json("clerk-1", "PUT", path, content=image, headers=with_purpose("intake-check", reception))


async def mistakes(house: House) -> None:
    """Callers put personal data where none belongs: in addresses, headers, parameters and bodies."""
    for text in marks().values():
        await house.call("portal", "GET", f"/intake/v1/requests/{text}")
        await house.call("portal", "GET", "/intake/v1/requests", params={"state": text, "cursor": text, "limit": text})
        await house.call("operator-1", "GET", f"/matcher/v1/reviews/{text}")
        await house.call("portal", "POST", "/intake/v1/requests", json={text: text, "plan_number": text, "kind": text})
        body = {"grant_type": "client_credentials", "client_id": text, "client_secret": text}
        await house.call("", "POST", "/authority/v1/token", data=body)
    records = [{"member_id": "MK-1", "name_kanji": "空蝉珪輔", "address": "９７番８６号", "birth_date": "19710231"}]
    checked = await house.call("portal", "POST", "/intake/v1/checks", json={"kind": "provisional", "records": records})
    assert checked.is_success


async def audited(life: Lived) -> None:
    """The auditor follows one person by number, searches in every form, takes a room log in, opens every list."""
    house, number = life.house, next(row[3] for row in life.replies[0].records if row[3])
    headers = with_purpose("audit", "disclosure-1")
    whom = {"plan_number": PLAN, "inquiry_number": number}
    found = await house.json("auditor-1", "POST", "/matcher/v1/subjects", json=whom, headers=headers)
    told = await house.json(
        "auditor-1", "POST", "/audit/v1/disclosures", json={"tokens": found["tokens"]}, headers=headers
    )
    life.disclosed = len(told["acts"])
    for text in (number, *(marks()[name] for name in ("number of 0", "code of 1", "kanji of 2"))):
        body = {"plan_number": PLAN, "inquiry_number": text}
        await house.call("auditor-1", "POST", "/matcher/v1/subjects", json=body, headers=headers)
        await house.call("auditor-1", "POST", "/audit/v1/disclosures", json={"tokens": [text]}, headers=headers)
        await house.call("auditor-1", "GET", "/audit/v1/records", params={"object": text, "subject": text})
    room = DOOR + f"マイナンバー室扉,0-06,アクセス制御,2026/6/1 9:04,000 区画外,018 マイナンバー室,123,{WRONG[1]},\n"
    taken = await house.call("auditor-1", "POST", "/audit/v1/room-logs", content=room.encode("cp932"))
    assert taken.status_code == 201, taken.text
    for path in await lists(house):
        for who in ("auditor-1", "supervisor-1"):
            await house.call(who, "GET", path)


async def lists(house: House) -> list[str]:
    """Every page of every service that can be opened without knowing anything."""
    found = []
    for service in house.embedded.services:
        paths = (await house.http.get(f"/{service}/openapi.json")).json()["paths"]
        found += [path for path, operations in paths.items() if "get" in operations and "{" not in path]
    assert len(found) > 30
    return found


def databases(house: House, query: str) -> list[tuple[str, bytes]]:
    """The bodies that a query finds in every service's database."""
    found = []
    for name, service in house.embedded.services.items():
        rows = service.parts.db.read_now(lambda session: session.connection().exec_driver_sql(query).all())
        found += [(name, bytes(row[0])) for row in rows]
    return found


def may_be_read(answer: httpx.Response) -> bool:
    """All but the file for J-LIS, which is nothing but people."""
    return not answer.request.url.path.endswith("/inquiry-file") or not answer.is_success


def everything(life: Lived) -> dict[str, list[tuple[str, bytes]]]:
    """All places in which no person may stand."""
    house = life.house
    files = list(every_file(house.data_dir))
    return {
        "events": databases(house, EVENTS),
        "records": databases(house, "select body from trail"),
        "log lines": [("log", life.logged.getvalue().encode())],
        "answers": [(str(each.request.url.path)[:24], each.content) for each in house.seen if may_be_read(each)],
        "file names": [("names", "\n".join(str(path) for path in house.data_dir.rglob("*")).encode())],
        "files": files,
    }


async def test_it_was_a_life(lived: Lived) -> None:
    """The planted people are in the replies, so that their absence elsewhere says something."""
    first, main, secret = lived.replies
    assert {row[1]: row[2] for row in first.records} == {each.member: each.outcome for each in asked() if each.outcome}
    assert [row[1] for row in first.rejected] == ["MK-99"]
    assert any("空蝉" in cell for row in main.records for cell in row)
    assert {row[-1] for row in secret.records} <= set(marks().values())
    assert any("釣鐘" in text for text in lived.answers_with_people)
    assert lived.disclosed > 10
    assert "bus.event.failed" in lived.logged.getvalue()
    for what, places in everything(lived).items():
        assert sum(len(data) for _, data in places) > 100, what
    assert len(databases(lived.house, EVENTS)) > 30
    assert len(databases(lived.house, "select body from trail")) > 100


@pytest.mark.parametrize("what", ["events", "records", "log lines", "answers", "file names", "files"])
async def test_nobody_is_found_in_clear(lived: Lived, what: str) -> None:
    assert list(traces(everything(lived)[what], marks())) == []


async def test_nobody_is_found_in_what_is_shown_to_ops(lived: Lived) -> None:
    shown = []
    for service in lived.house.embedded.services:
        for path in ("metrics", "readyz", "healthz", "openapi.json"):
            answer = await lived.house.http.get(f"/{service}/{path}")
            assert answer.status_code == 200
            shown.append((f"{service}/{path}", answer.content))
    assert list(traces(shown, marks())) == []


async def test_the_sentinel_finds_nobody_by_number_or_by_name(lived: Lived) -> None:
    """Two independent searches agree; the sentinel does not know whom it looks for by number."""
    sentinel = Sentinel(Seeker(marks()))
    sentinel.look_at_folder(lived.house.data_dir)
    assert (sentinel.looked.found, sentinel.looked.unread) == ([], [])
    assert sentinel.looked.values > 1000


async def test_the_search_finds_what_is_planted(lived: Lived) -> None:
    """A leaky event, record, log line, row and file are each found, in whatever encoding."""
    house, sought = lived.house, marks()
    database = house.embedded.services["matcher"].parts.db
    name, number = sought["kanji of 0"], sought["number of 0"]

    def leak(work: Any) -> None:
        work.announce(RequestReturned(request_id=name, plan_number=PLAN, kind="main", codes=(number,)), subject="leak")
        work.record(Access(Actor.job("leak"), "matcher.review.read", "review", name))

    await database.write(leak)
    log("test").error("host.leak", cause=name)
    (house.data_dir / "leak.bin").write_bytes(name.encode("utf-16-le") + sought["half of 0"].encode("cp932"))
    (house.data_dir / f"{name}.bin").write_bytes(b"")
    await house.embedded.idle()
    found = {what: {trace.what for trace in traces(places, sought)} for what, places in everything(lived).items()}
    assert found["events"] >= {"kanji of 0", "number of 0"}
    assert found["records"] >= {"kanji of 0"}
    assert found["log lines"] >= {"kanji of 0"}
    assert found["file names"] >= {"kanji of 0"}
    assert found["files"] >= {"kanji of 0", "half of 0", "number of 0"}
    sentinel = Sentinel()
    sentinel.look_at_folder(house.data_dir)
    assert "my_number" in {each.kind for each in sentinel.looked.found}
    assert Trace("half of 0", "leak.bin") in set(traces(every_file(house.data_dir), sought))
