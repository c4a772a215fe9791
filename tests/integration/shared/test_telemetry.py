"""What a service tells of itself to those who watch it: ready or not, how much waits, how long it takes."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert

from services.intake.app import create_service
from services.intake.parts import IntakeParts
from services.intake.settings import IntakeSettings
from shared.db import Work
from shared.hosting import Service
from shared.telemetry.families import FAMILIES
from shared.telemetry.metrics import metrics_of
from shared.telemetry.tracing import span
from shared.telemetry.words import is_word
from tests.integration.conftest import START, Host, portal
from tests.unit.telemetry.collector import collecting

PATHS = ("/intake/v1/requests/00012345-secret", "/intake/v1/cycles/2026-06-A", "/no/such/00012345", "/intake/v1/plans")
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@dataclass(frozen=True, kw_only=True)
class TellingParts(IntakeParts):
    """Parts of a service that tells more."""

    async def readiness(self) -> dict[str, int]:
        return {"alarms": 2}

    async def metrics(self) -> Mapping[str, float]:
        return {"batches_unbalanced": 3, "plan_00012345": 1}


@pytest_asyncio.fixture
async def service(host: Host) -> AsyncIterator[Service]:
    service = create_service(IntakeSettings(), host.kit)
    await host.start(service)
    yield service


async def told(host: Host) -> dict[str, float]:
    """The samples without labels."""
    async with host.client("intake", None) as client:
        text = (await client.get("/metrics")).text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {sample.name: sample.value for sample in samples if not sample.labels}


async def ready(host: Host) -> tuple[int, dict[str, Any]]:
    async with host.client("intake", None) as client:
        answer = await client.get("/readyz")
    return answer.status_code, answer.json()


async def test_a_service_is_ready_while_its_database_answers(host: Host, service: Service) -> None:
    status, body = await ready(host)
    assert (status, body["status"], body["bus"], body["inbox_parked"]) == (200, "ok", "local", 0)
    measured = await told(host)
    assert measured["shokai_database_up"] == measured["shokai_migrations_current"] == 1


async def test_an_absent_broker_is_told_and_waited_for(host: Host, service: Service) -> None:
    state = service.app.state
    state.bus, state.consuming, state.leads = (lambda: "away"), (lambda: False), (lambda: True)
    status, body = await ready(host)
    assert (status, body["bus"]) == (200, "away")
    measured = await told(host)
    names = ("shokai_bus_connected", "shokai_bus_consuming", "shokai_leader")
    assert [measured[name] for name in names] == [0, 0, 1]
    state.bus = lambda: "connected"
    assert (await told(host))["shokai_bus_connected"] == 1


async def test_an_absent_database_makes_it_unready_but_not_silent(
    host: Host, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(fn: Any) -> Any:
        raise OSError("山田太郎")

    monkeypatch.setattr(service.parts.db, "read", away)
    async with host.client("intake", None) as client:
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {"status": "unready", "service": "intake", "bus": "local", "database": "away"}
        assert (await client.get("/healthz")).status_code == 200
    assert (await told(host))["shokai_database_up"] == 0


async def test_a_database_older_than_the_code_makes_it_unready(
    host: Host, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Schema:
        metadata = None
        migrations = "services.intake.migrations"

    monkeypatch.setattr(service.parts.db, "schema", Schema, raising=False)
    assert (await ready(host))[0] == 200
    monkeypatch.setattr("shared.http.health.is_at_head", lambda *_: False)
    status, body = await ready(host)
    assert (status, body["database"]) == (503, "old")
    assert (await told(host))["shokai_migrations_current"] == 0


async def test_what_waits_is_counted_by_type(host: Host, service: Service) -> None:
    def leave(work: Work) -> None:
        inbox, row = service.parts.db.plumbing.inbox, {"subject": "s", "body": b"{}", "next_at": START}
        held = {"status": "parked", "received_at": START, **row}
        work.session.connection().execute(
            insert(inbox),
            [
                {"event_id": "1", "type": "intake.file.received.v1", **held},
                {"event_id": "2", "type": "intake.file.received.v1", **held},
                {"event_id": "3", "type": "0197f9a0-1c2d-7e3f-8a4b-5c6d7e8f9a0b", **held},
            ],
        )

    await service.parts.db.write(leave)
    assert (await told(host))["shokai_inbox_parked"] == 3
    registry = metrics_of("intake").registry
    assert registry.get_sample_value("shokai_inbox_held", {"type": "intake.file.received.v1"}) == 2
    assert registry.get_sample_value("shokai_inbox_held", {"type": "other"}) == 1


async def test_a_service_may_tell_more(host: Host, service: Service) -> None:
    parts = service.parts
    assert isinstance(parts, IntakeParts)
    more = TellingParts(**{name: getattr(parts, name) for name in parts.__dataclass_fields__})
    assert isinstance(service.app, FastAPI)
    from shared.http.health import health_routes

    app = FastAPI()
    app.include_router(health_routes(more))
    host.services["intake"] = Service(app=app, parts=parts, consumers={})
    assert (await told(host))["shokai_batches_unbalanced"] == 3
    assert metrics_of("intake").registry.get_sample_value("shokai_attention", {"what": "alarms"}) == 2
    assert (await ready(host))[1]["alarms"] == 2


async def test_a_call_is_timed_by_its_template_and_no_label_holds_an_identifier(host: Host, service: Service) -> None:
    registry = metrics_of("intake").registry
    one = {"method": "GET", "route": "/intake/v1/requests/{request_id}", "status": "4xx"}
    before = registry.get_sample_value("shokai_http_seconds_count", one) or 0
    async with host.client("intake", portal("00012345")) as client:
        for path in PATHS:
            await client.get(path)
        await client.request("山".encode().hex(), "/intake/v1/plans")
        text = (await client.get("/metrics")).text
    assert registry.get_sample_value("shokai_http_seconds_count", one) == before + 1
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    values = [(kind, value) for sample in samples for kind, value in sample.labels.items() if kind != "le"]
    assert len(values) > 10
    assert [(kind, value) for kind, value in values if not is_word(kind, value)] == []
    assert "00012345" not in text
    assert {name for name in (family.name for family in FAMILIES) if name in text}


async def test_a_call_is_a_span_of_the_trace_that_came_in(host: Host, service: Service) -> None:
    with collecting() as collector:
        async with host.client("intake", portal("00012345")) as client:
            client.headers["traceparent"] = TRACEPARENT
            problem = await client.get("/intake/v1/requests/00012345-secret")
            await client.get("/healthz")
        (seen,) = collector.spans()
    assert problem.json()["trace_id"] == seen.trace_id == TRACEPARENT[3:35]
    assert (seen.service, seen.name) == ("intake", "GET /intake/v1/requests/{request_id}")
    assert seen.attributes["http.response.status_code"] == problem.status_code == 404
    assert "00012345" not in str(seen)


async def test_a_call_from_inside_goes_on_with_its_callers_trace(host: Host, service: Service) -> None:
    async with host.client("intake", portal("00012345")) as client:
        with span("console.read", parent=TRACEPARENT):
            inside = (await client.get("/intake/v1/requests/none")).json()
        alone = (await client.get("/intake/v1/requests/none")).json()
        other = (await client.get("/intake/v1/requests/none")).json()
    assert inside["trace_id"] == TRACEPARENT[3:35]
    assert len({inside["trace_id"], alone["trace_id"], other["trace_id"]}) == 3


async def test_an_unforeseen_error_is_answered_in_its_trace(
    host: Host, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(fn: Any) -> Any:
        raise LookupError("山田太郎")

    monkeypatch.setattr(service.parts.db, "read", broken)
    with collecting() as collector:
        async with host.client("intake", portal("00012345")) as client:
            client.headers["traceparent"] = TRACEPARENT
            answer = await client.get("/intake/v1/cycles")
        seen = collector.spans()[-1]
    assert (answer.status_code, answer.json()["trace_id"]) == (500, TRACEPARENT[3:35])
    assert (seen.failed, seen.attributes["error.type"]) == (True, "LookupError")
    assert "山田" not in str(collector.spans())
