"""One trace from a portal's call through the outbox and the inboxes to the last handler."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, cast

import pytest_asyncio

from services.intake.app import SCHEMA, create_service
from services.intake.parts import IntakeParts
from services.intake.settings import IntakeSettings
from services.intake.usecases.register_plan import PlanEntry, register_plan
from shared.events import Event
from shared.events.intake import RequestAccepted
from shared.hosting import Parts, Service, run_due
from shared.telemetry.metrics import metrics_of
from shared.telemetry.tracing import current_trace_id
from shared.trail import Access, Actor
from tests.integration.conftest import START, Host, portal
from tests.integration.intake.conftest import GOOD, PLAN, people, registration, request_file
from tests.unit.telemetry.collector import Received, collecting

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TRACE = TRACEPARENT[3:35]
FILE = request_file(people(GOOD))


@pytest_asyncio.fixture
async def heard(host: Host) -> AsyncIterator[list[str]]:
    """Intake and a service that listens; the trace in which it heard."""
    heard: list[str] = []

    async def hear(_: Any, event: Event) -> None:
        heard.append(current_trace_id())

    intake = create_service(IntakeSettings(), host.kit)
    database = host.kit.database(replace(SCHEMA, service="listener"))
    stores = {"blobs": host.kit.blobs("listener"), "keyring": host.kit.keyring, "clock": host.kit.clock}
    parts = Parts(name="listener", db=database, **stores)  # type: ignore[arg-type]
    listener = Service(app=intake.app, parts=parts, consumers={RequestAccepted: hear})
    await host.start(intake, listener)
    access = Access(Actor.job("test"), "intake.plan.register", "plan", PLAN)
    plan = PlanEntry(number=PLAN, name="試験", kind="DB", channel="network", contract_from=date(2020, 4, 1))
    cast(IntakeParts, intake.parts).db.write_now(partial(register_plan, entry=plan, access=access))
    yield heard


async def upload(host: Host) -> str:
    """Register, then send the file in the given trace."""
    async with host.client("intake", portal(PLAN)) as client:
        made = await client.post("/intake/v1/requests", json=registration(FILE, 1))
        request_id = str(made.json()["id"])
        client.headers["traceparent"] = TRACEPARENT
        sent = await client.put(f"/intake/v1/requests/{request_id}/file", content=FILE)
        assert sent.status_code == 202, sent.text
    await host.idle()
    return request_id


async def test_the_trace_of_the_call_reaches_the_last_handler(host: Host, heard: list[str]) -> None:
    with collecting() as collector:
        request_id = await upload(host)
        spans = [one for one in collector.spans() if one.trace_id == TRACE]
    assert heard == [TRACE]
    names = {(one.service, one.name, one.attributes.get("shokai.event_type", "")) for one in spans}
    assert names >= {
        ("intake", "PUT /intake/v1/requests/{request_id}/file", ""),
        ("intake", "bus.send", "intake.file.received.v1"),
        ("intake", "bus.handle", "intake.file.received.v1"),
        ("intake", "intake.check", ""),
        ("intake", "bus.send", "intake.request.accepted.v1"),
        ("listener", "bus.handle", "intake.request.accepted.v1"),
    }
    assert one_tree(spans)
    for personal in (request_id, PLAN, "山田", "M0001", hashlib.sha256(FILE).hexdigest()):
        assert personal not in str(spans)


def one_tree(spans: list[Received]) -> bool:
    """Every span but the first has its parent among the others."""
    known = {one.span_id for one in spans} | {TRACEPARENT[36:52]}
    return all(one.parent_id in known for one in spans)


async def test_ids_travel_without_a_collector(host: Host, heard: list[str]) -> None:
    await upload(host)
    assert heard == [TRACE]


async def test_a_job_starts_a_trace_of_its_own(host: Host, heard: list[str]) -> None:
    with collecting() as collector:
        await run_due([host.services["intake"]], START.replace(month=7), move_to=host.clock.set, settle=host.idle)
        runs = collector.spans("job.run")
        closed = [one for one in collector.spans("bus.send") if "cycle.closed" in str(one.attributes)]
    assert {str(one.attributes["shokai.job"]) for one in runs} >= {"intake-cutoff"}
    assert closed
    assert {one.trace_id for one in closed} <= {one.trace_id for one in runs}
    assert len({one.trace_id for one in runs}) == len(runs)


async def test_work_on_the_way_is_measured(host: Host, heard: list[str]) -> None:
    def count(service: str, name: str, **labels: str) -> float:
        return metrics_of(service).registry.get_sample_value(name, labels) or 0

    def counts() -> list[float]:
        return [
            count("intake", "shokai_event_seconds_count", type="intake.file.received.v1", outcome="done"),
            count("listener", "shokai_event_seconds_count", type="intake.request.accepted.v1", outcome="done"),
            count("intake", "shokai_stage_seconds_count", stage="intake.check", outcome="done"),
            count("intake", "shokai_publish_seconds_count", outcome="done"),
            count("intake", "shokai_events_published_total"),
            count("listener", "shokai_accept_batch_events_count"),
            count("intake", "shokai_commit_transactions_count"),
        ]

    before, again = counts(), count("listener", "shokai_events_redelivered_total")
    await upload(host)
    assert all(after > earlier for after, earlier in zip(counts(), before, strict=True))
    assert count("listener", "shokai_events_redelivered_total") == again
