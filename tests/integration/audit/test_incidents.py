"""Incidents over HTTP: opened, assessed, led to their end; freezes; who is affected."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.audit.app import create_service
from services.audit.parts import AuditParts
from services.audit.settings import AuditSettings
from services.audit.storage import chains
from services.audit.storage.disclosure.tables import SubjectList
from services.audit.usecases.incidents.open_incident import next_alarm, open_for_alarms, open_for_misuse
from shared.db import Work
from shared.events import Event
from shared.events.intake import RequestAccepted
from shared.events.media import DiscLost, DiscVerified, PackageReady
from shared.hosting import Service
from tests.integration.audit.conftest import Source, deliver
from tests.integration.conftest import START, Host, staff

SUPERVISOR = staff("supervisor", "office_pc")
AUDITOR = staff("auditor", "office_pc")
DISC, REQUEST, OTHER = (f"{at:08d}-0000-7000-8000-000000000000" for at in (1, 2, 3))
SQLITE = pytest.mark.parametrize("store", ["sqlite"])
PLAN, OTHER_PLAN = "00012345", "00054321"
LEAK = {"people": 40, "my_numbers": True, "encrypted": "none", "happened": "leak", "reason": "影響範囲の調査による"}


async def tell(host: Host, *events: Event) -> None:
    """Events as other services announce them."""
    database = host.services["audit"].parts.db
    for event in events:
        await database.write(lambda work, event=event: work.announce(event, subject="x"))  # type: ignore[misc]
    await host.idle()


async def opened(http: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    body = {"object_type": "disc", "object_id": DISC, "reason": "配達先に届いていない"} | more
    answer = await http.post("/audit/v1/incidents", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def accepted(host: Host, request_id: str, plan: str, kind: Any, people: int) -> None:
    event = RequestAccepted(
        request_id=request_id,
        plan_number=plan,
        kind=kind,
        cycle="2026-06-A",
        received=people,
        accepted=people,
        rejected=0,
    )
    await tell(host, event)


@SQLITE
async def test_an_incident_from_detection_to_its_end(host: Host, audit: Service) -> None:
    async with host.client("audit", SUPERVISOR) as http:
        incident = await opened(http)
        url = f"/audit/v1/incidents/{incident['id']}"

        async def post(path: str, **body: Any) -> httpx.Response:
            return await http.post(f"{url}/{path}", json=body)

        refused = await post("steps", state="contained", reason="x")
        assert (refused.status_code, refused.json()["facts"]["allowed"]) == (409, ["triaged"])
        assert (await post("steps", state="triaged", reason="x")).json()["code"] == "incident-not-assessed"
        assessed = (await post("assessments", **LEAK)).json()
        assert [one["code"] for one in assessed["categories"]] == ["mna-1"]
        assert next((one["code"], one["due_on"], one["clock"]) for one in assessed["duties"]) == (
            "ppc-first",
            "2026-06-05",
            "running",
        )
        await post("steps", state="triaged", reason="漏えいのおそれ")
        await post("steps", state="contained", reason="再発行を止めた")
        for item in ("outline", "data_items", "people", "measures_for_people", "cause", "secondary_damage"):
            assert (await post(f"items/{item}", text="確認した内容", after=0)).status_code == 200
        stopped = (await post("steps", state="reported", reason="報告")).json()
        assert (stopped["code"], stopped["facts"]["duties"]) == (
            "incident-duty-open",
            ["jlis", "minister", "ppc-first"],
        )
        for duty in ("ppc-first", "jlis", "minister", "plans", "people"):
            assert (await post(f"duties/{duty}", reference="受付1")).status_code == 200
        assert (await post("duties/jlis", reference="")).json()["code"] == "duty-done"
        for state in ("reported", "people_informed", "causes_found"):
            assert (await post("steps", state=state, reason="次へ")).status_code == 200
        missing = (await post("steps", state="prevention_decided", reason="次へ")).json()
        assert (missing["code"], missing["facts"]["items"]) == ("incident-item-missing", ["prevention"])
        await post("items/prevention", text="追跡を毎日確認する", after=0)
        await post("items/publication", text="公表しない", after=0)
        await post("steps", state="prevention_decided", reason="次へ")
        await post("steps", state="published", reason="次へ")
        assert (await post("steps", state="closed", reason="終結")).json()["facts"]["duties"] == ["ppc-final"]
        await post("duties/ppc-final", reference="受付9")
        closed = (await post("steps", state="closed", reason="終結")).json()
        assert (closed["state"], len(closed["steps"]), closed["allowed"]) == ("closed", 9, [])
        assert (await post("assessments", **LEAK)).json()["code"] == "incident-closed"
        listed = (await http.get("/audit/v1/incidents", params={"state": "open"})).json()
        assert listed["items"] == []


@SQLITE
async def test_items_have_versions_and_nobody_overwrites_another(host: Host, audit: Service) -> None:
    async with host.client("audit", SUPERVISOR) as http:
        url = f"/audit/v1/incidents/{(await opened(http))['id']}/items/cause"
        for after, text in enumerate(("調査中", "取り違え")):
            assert (await http.post(url, json={"text": text, "after": after})).status_code == 200
        late = await http.post(url, json={"text": "別の原因", "after": 1})
        assert (late.status_code, late.json()["code"]) == (409, "item-changed")
        assert [one["text"] for one in (await http.get(url)).json()["items"]] == ["調査中", "取り違え"]
        number = await http.post(url, json={"text": "番号は 123456789018", "after": 2})
        assert (number.status_code, number.json()["code"]) == (422, "text-holds-number")


@SQLITE
async def test_what_presses_is_asked_for_by_itself(host: Host, audit: Service) -> None:
    async with host.client("audit", SUPERVISOR) as http:
        new, running = await opened(http), await opened(http)
        await http.post(f"/audit/v1/incidents/{running['id']}/assessments", json=LEAK)

        async def pressing() -> list[str]:
            found = (await http.get("/audit/v1/incidents", params={"state": "pressing"})).json()
            return [one["id"] for one in found["items"]]

        assert await pressing() == [new["id"]]
        host.clock.set(datetime(2026, 6, 3, 3, tzinfo=UTC))
        assert await pressing() == [new["id"], running["id"]]


async def test_the_radius_of_a_batch_is_that_of_its_replies(host: Host, audit: Service) -> None:
    lists: list[dict[str, Any]] = [
        {"id": at, "request_id": request, "part": at, "plan_number": plan, "subjects": people}
        for at, request, plan, people in ((1, REQUEST, PLAN, 30), (2, REQUEST, PLAN, 5), (3, OTHER, OTHER_PLAN, 7))
    ]
    same: dict[str, Any] = {
        "reply_id": DISC,
        "kind": "main",
        "cycle": "2026-06-A",
        "batch_id": "b-1",
        "loaded_at": START,
    }
    await audit.parts.db.write(lambda work: work.session.add_all(SubjectList(**one, **same) for one in lists))
    source = Source("matcher")
    handed = source.make(1, action="matcher.batch.hand_over", object_type="batch", object_id="b-1", subjects=42)
    await deliver(audit.parts, handed)  # type: ignore[arg-type]
    async with host.client("audit", SUPERVISOR) as http:
        found = (await http.get("/audit/v1/radius", params={"object_type": "batch", "object_id": "b-1"})).json()
    assert (found["people"], found["encrypted"], found["accesses"]) == (42, "none", 1)
    assert [one["people"] for one in found["plans"]] == [35, 7]


@SQLITE
async def test_clocks_warn_and_run_out(host: Host, audit: Service) -> None:
    async with host.client("audit", SUPERVISOR) as http:
        incident = await opened(http, learned_at="2026-06-01T08:00:00+09:00")
        await http.post(f"/audit/v1/incidents/{incident['id']}/assessments", json=LEAK)
        seen = []
        for day in (1, 3, 5, 6):
            host.clock.set(datetime(2026, 6, day, 3, tzinfo=UTC))
            (line,) = (await http.get("/audit/v1/incidents")).json()["items"]
            seen.append((await _clock(http, incident["id"], "ppc-first"), line["overdue"]))
        assert seen == [("running", 0), ("warning", 0), ("warning", 0), ("overdue", 1)]
        early = await http.post(
            "/audit/v1/incidents", json={"object_type": "disc", "learned_at": "2027-01-01T00:00Z", "reason": "x"}
        )
        assert early.json()["code"] == "learned-in-the-future"


async def _clock(http: httpx.AsyncClient, incident_id: str, duty: str) -> str:
    shown = (await http.get(f"/audit/v1/incidents/{incident_id}")).json()
    return str(next(one["clock"] for one in shown["duties"] if one["code"] == duty))


@SQLITE
async def test_a_false_alarm_closes_early_and_a_leak_does_not(host: Host, audit: Service) -> None:
    async with host.client("audit", SUPERVISOR) as http:
        for facts, closes in ((LEAK, 409), (LEAK | {"happened": "nothing", "people": 0}, 200)):
            url = f"/audit/v1/incidents/{(await opened(http))['id']}"
            await http.post(f"{url}/assessments", json=facts)
            await http.post(f"{url}/steps", json={"state": "triaged", "reason": "見つかった"})
            answer = await http.post(f"{url}/steps", json={"state": "closed", "reason": "見つかった"})
            assert answer.status_code == closes, answer.text


async def test_a_lost_disc_opens_one_incident_and_its_radius_is_known(host: Host, audit: Service) -> None:
    await accepted(host, REQUEST, PLAN, "my_number", 30)
    await accepted(host, OTHER, PLAN, "my_number", 12)
    verified = DiscVerified(disc_id=DISC, plan_number=PLAN, request_ids=(REQUEST, OTHER), sha256="0" * 64)
    await tell(host, verified, verified)
    media = Source("media")
    made = media.make(1, action="media.disc.make_image", object_type="disc", object_id=DISC, subjects=42)
    read = media.make(2, action="media.disc.read_image", object_type="disc", object_id=DISC, subjects=42)
    await deliver(audit.parts, made + read)  # type: ignore[arg-type]
    lost = DiscLost(disc_id=DISC, plan_number=PLAN)
    await tell(host, lost, lost)
    async with host.client("audit", SUPERVISOR) as http:
        (incident,) = (await http.get("/audit/v1/incidents")).json()["items"]
        assert (incident["origin"], incident["object_id"], incident["assessed"]) == ("disc-lost", DISC, False)
        radius = (await http.get(f"/audit/v1/incidents/{incident['id']}/radius")).json()
        assert (radius["people"], radius["plans"]) == (42, [{"plan_number": PLAN, "people": 42}])
        assert (radius["my_numbers"], radius["encrypted"], radius["kinds"]) == (True, "strong", ["my_number"])
        assert [one["code"] for one in radius["duties"]] == ["jlis", "plans"]
        assert sum(reader["times"] for reader in radius["readers"]) == 3
        draft = (await http.get(f"/audit/v1/incidents/{incident['id']}/drafts/plans")).json()
        told = {one["item"]: one["text"] for one in draft["sections"]}
        assert "個人番号" in told["data_items"]
        assert told["people"] == "最大42人(企業年金1先)"
        told_password = media.make(1, action="media.disc.password", object_type="disc", object_id=DISC)
        await deliver(audit.parts, told_password)  # type: ignore[arg-type]
        radius = (await http.get("/audit/v1/radius", params={"object_type": "disc", "object_id": DISC})).json()
        assert radius["encrypted"] == "unknown"
        assert [one["code"] for one in radius["categories"]] == ["mna-1"]


async def test_the_radius_of_an_account_a_span_a_plan_and_a_key(host: Host, audit: Service) -> None:
    await accepted(host, REQUEST, PLAN, "main", 30)
    await accepted(host, OTHER, OTHER_PLAN, "my_number", 12)
    ready = PackageReady(reply_id=DISC, request_id=REQUEST, plan_number=PLAN, kind="main", sha256="0" * 64, size=1)
    await tell(host, ready)
    source = Source("intake")
    seen = {"action": "intake.media.read_in", "object_type": "request", "subjects": 30}
    records = source.make(3, object_id=REQUEST, **seen) + source.make(3, object_id=OTHER, **seen)
    records += source.make(1, action="matcher.review.read", object_type="review", object_id="v1", subjects=1)
    await deliver(audit.parts, records)  # type: ignore[arg-type]
    span = {"from": "2026-05-31T00:00:00Z", "to": "2026-06-02T00:00:00Z"}
    async with host.client("audit", AUDITOR) as http:

        async def radius(**asked: str) -> Any:
            answer = await http.get("/audit/v1/radius", params=asked)
            return answer.json() if answer.status_code == 200 else answer.json()["code"]

        account = await radius(object_type="account", object_id="clerk-1")
        assert (account["people"], account["accesses"], account["encrypted"]) == (43, 3, "none")
        assert {reader["actor"] for reader in account["readers"]} == {"clerk-1"}
        everybody = await radius(object_type="time_span", **span)
        assert (everybody["people"], everybody["accesses"], len(everybody["plans"])) == (43, 7, 2)
        assert await radius(object_type="time_span") == "span-required"
        assert (await radius(object_type="time_span", **(span | {"to": "2026-05-31T01:00:00Z"})))["people"] == 0
        plan = await radius(object_type="plan", object_id=PLAN)
        assert (plan["people"], plan["plans"]) == (30, [{"plan_number": PLAN, "people": 30}])
        assert (await radius(object_type="key", object_id=f"plan/{OTHER_PLAN}"))["people"] == 12
        numbers = await radius(object_type="key", object_id="my_number")
        assert (numbers["people"], numbers["my_numbers"]) == (12, True)
        assert (await radius(object_type="key", object_id="media"))["people"] == 30
        assert await radius(object_type="key", object_id="tokens") == "key-without-people"
        unheard_of = await radius(object_type="disc", object_id=OTHER)
        assert (unheard_of["people"], unheard_of["encrypted"], unheard_of["my_numbers"]) == (None, "unknown", True)
        assert [one["code"] for one in unheard_of["categories"]] == ["mna-1", "mna-4", "appi-4"]


@SQLITE
async def test_a_case_of_misuse_is_one_incident_with_its_last_access_in_it(host: Host, audit: Service) -> None:
    source = Source("matcher")
    records = source.make(2, action="matcher.review.read", object_type="review", object_id="v1", subjects=1)
    await deliver(audit.parts, records)  # type: ignore[arg-type]
    for _ in range(2):
        await audit.parts.db.write(lambda work: open_for_misuse(work, "c-1", "clerk-1", START, START))
    async with host.client("audit", SUPERVISOR) as http:
        (incident,) = (await http.get("/audit/v1/incidents")).json()["items"]
        assert (incident["origin"], incident["object_id"]) == ("case", "clerk-1")
        radius = (await http.get(f"/audit/v1/incidents/{incident['id']}/radius")).json()
        assert (radius["people"], radius["accesses"], radius["assessment"]["happened"]) == (1, 1, "misuse")


async def test_a_forked_log_is_an_incident(host: Host, audit: Service) -> None:
    def fork(work: Work) -> None:
        chains.raise_alarm(work.session, "log-forked", "", 0, 0, work.now)

    await audit.parts.db.write(fork)
    parts, now = audit.parts, host.clock.now()
    assert isinstance(parts, AuditParts)
    assert await next_alarm(parts, now) == now
    assert await open_for_alarms(parts, now) == {"incidents": 1}
    assert await next_alarm(parts, now) is None
    async with host.client("audit", SUPERVISOR) as http:
        (incident,) = (await http.get("/audit/v1/incidents")).json()["items"]
        assert (incident["origin"], incident["object_type"]) == ("alarm", "log")
        answer = await http.get(f"/audit/v1/incidents/{incident['id']}/radius")
        assert (answer.status_code, answer.json()["code"]) == (422, "span-required")
        assert (await http.get(f"/audit/v1/incidents/{incident['id']}/drafts/jlis")).status_code == 200


async def test_a_freeze_is_set_by_one_and_lifted_by_two(host: Host, audit: Service) -> None:
    async with host.client("audit", AUDITOR) as http:
        body = {"object_type": "plan", "object_id": PLAN, "reason": "紛失の調査"}
        freeze = (await http.post("/audit/v1/freezes", json=body, headers={"Idempotency-Key": "k"})).json()
        assert (await http.post("/audit/v1/freezes", json=body, headers={"Idempotency-Key": "k"})).json() == freeze
        assert (await http.post(f"/audit/v1/freezes/{freeze['id']}/lift", json={"reason": "x"})).status_code == 403
        own = body | {"object_type": "account", "object_id": AUDITOR.id}
        assert (await http.post("/audit/v1/freezes", json=own)).json()["code"] == "freeze-yourself"
    await host.idle()
    assert await frozen_here(audit) == [("plan", PLAN)]
    lift = f"/audit/v1/freezes/{freeze['id']}/lift"
    async with host.client("audit", SUPERVISOR) as http:
        assert (await http.post(lift, json={"reason": "x"})).json()["code"] == "approval-required"
    other = await host.approve("audit", "audit.freeze.lift", "another-freeze", requester=SUPERVISOR.id)
    async with host.client("audit", SUPERVISOR, approval=other) as http:
        assert (await http.post(lift, json={"reason": "x"})).json()["code"] == "approval-for-something-else"
    approval = await host.approve("audit", "audit.freeze.lift", freeze["id"], requester=SUPERVISOR.id)
    async with host.client("audit", SUPERVISOR, approval=approval) as http:
        lifted = (await http.post(lift, json={"reason": "調査が終わった"})).json()
        assert (lifted["state"], lifted["lifted_by"]) == ("lifted", SUPERVISOR.id)
        await host.idle()
        assert await frozen_here(audit) == []
        assert (await http.get("/audit/v1/freezes", params={"state": "set"})).json()["items"] == []


async def frozen_here(audit: Service) -> list[tuple[str, str]]:
    """What stands in this service's own table of freezes."""
    table = audit.parts.db.plumbing.freeze
    rows = await audit.parts.db.read(lambda session: session.connection().execute(table.select()).all())
    return [(row.object_type, row.object_id) for row in rows]


@SQLITE
async def test_only_supervisors_work_on_incidents(host: Host) -> None:
    await host.start(create_service(AuditSettings(), host.kit))
    for who, opens, works in (
        (staff("clerk"), 201, 403),
        (staff("ops"), 201, 403),
        (AUDITOR, 201, 403),
        (staff("admin"), 403, 403),
        (SUPERVISOR, 201, 422),
    ):
        async with host.client("audit", who) as http:
            body = {"object_type": "disc", "object_id": DISC, "reason": "x"}
            assert (await http.post("/audit/v1/incidents", json=body)).status_code == opens
            assert (await http.post(f"/audit/v1/incidents/{DISC}/steps", json={})).status_code == works
