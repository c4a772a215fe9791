"""Intake on the real foundation, a register of plans, and files as a plan would make them."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, cast

import httpx
import pytest_asyncio

from services.intake.app import SCHEMA, create_service
from services.intake.parts import IntakeParts
from services.intake.settings import IntakeSettings
from services.intake.usecases.register_plan import PlanEntry, register_plan
from shared.auth.principals import Principal
from shared.events import EVENTS, Event
from shared.trail import Access, Actor
from tests.integration.conftest import Host, portal, staff

PLAN, OTHER = "00012345", "00099999"
GOOD = "ﾔﾏﾀﾞ ﾀﾛｳ,山田　太郎,19500401,1,1000005,東京都千代田区丸の内１－１－１"
BAD_DATE = "ｻﾄｳ ﾊﾅｺ,佐藤　花子,19500230,2,1000005,東京都千代田区丸の内１－１－２"


def request_file(
    rows: Sequence[str], *, kind: str = "1", plan: str = PLAN, serial: str = "001", charset: str = "cp932"
) -> bytes:
    """A request file: rows without record type and serial."""
    data = [f"2,{at},{row}" for at, row in enumerate(rows, start=1)]
    lines = [f"1,{kind},{plan},20260601,{serial},{charset}", *data, f"9,{len(rows)}"]
    return "".join(f"{line}\r\n" for line in lines).encode(charset)


def people(*rows: str) -> list[str]:
    """Rows with member ids."""
    return [f"M{at:04d},{row}" for at, row in enumerate(rows, start=1)]


@dataclass
class Intake:
    """Intake as its callers see it."""

    host: Host
    heard: list[Event]

    @property
    def parts(self) -> IntakeParts:
        return cast(IntakeParts, self.host.services["intake"].parts)

    def client(self, principal: Principal | None = None, **headers: str) -> httpx.AsyncClient:
        return self.host.client("intake", principal or portal(PLAN), **headers)

    def clerk(self, equipment: str = "media_station", **headers: str) -> httpx.AsyncClient:
        return self.host.client("intake", staff("clerk", equipment), **headers)

    async def register(self, data: bytes, count: int, kind: str = "provisional", **more: Any) -> httpx.Response:
        body = registration(data, count, kind) | more
        async with self.client(portal("*")) as client:
            return await client.post("/intake/v1/requests", json=body)

    async def send(self, data: bytes, count: int, kind: str = "provisional", **more: Any) -> dict[str, Any]:
        """Register and upload; the request after its check."""
        answer = await self.register(data, count, kind, **more)
        assert answer.status_code == 201, answer.text
        request_id = answer.json()["id"]
        async with self.client(portal("*")) as client:
            sent = await client.put(f"/intake/v1/requests/{request_id}/file", content=data)
            assert sent.status_code == 202, sent.text
            await self.host.idle()
            return dict((await client.get(f"/intake/v1/requests/{request_id}")).json())

    async def get(self, path: str, principal: Principal | None = None) -> Any:
        async with self.client(principal or portal("*")) as client:
            answer = await client.get(f"/intake/v1/{path}")
            assert answer.status_code == 200, answer.text
            return answer.json()

    async def run_jobs(self, at: Any) -> dict[str, Any]:
        """Run all of intake's jobs due up to an instant, as the scheduler does."""
        from shared.hosting import run_due

        runs = await run_due([self.host.services["intake"]], at, move_to=self.host.clock.set, settle=self.host.idle)
        self.host.clock.set(at)
        return {run.job: run.counts for run in runs}

    def heard_of(self, kind: type[Event]) -> list[Any]:
        return [each for each in self.heard if isinstance(each, kind)]


def registration(data: bytes, count: int, kind: str = "provisional", plan: str = PLAN) -> dict[str, Any]:
    return {
        "plan_number": plan,
        "kind": kind,
        "record_count": count,
        "sha256": hashlib.sha256(data).hexdigest(),
        "form": {"date": "2026-06-01", "contact": "年金課"},
    }


@pytest_asyncio.fixture
async def intake(host: Host) -> AsyncIterator[Intake]:
    service = create_service(IntakeSettings(), host.kit)
    heard: list[Event] = []
    await host.start(service, _listener(host, heard))
    _register_plans(cast(IntakeParts, service.parts))
    yield Intake(host, heard)


def _register_plans(parts: IntakeParts) -> None:
    access = Access(Actor.job("test"), "intake.plan.register", "plan", PLAN)
    for number, channel in ((PLAN, "network"), (OTHER, "disc")):
        entry = PlanEntry(
            number=number,
            name="試験企業年金",
            kind="DB",
            channel=channel,  # type: ignore[arg-type]
            contract_from=date(2020, 4, 1),
        )
        parts.db.write_now(partial(register_plan, entry=entry, access=access))


def _listener(host: Host, heard: list[Event]) -> Any:
    """A second service that only listens, with a database of its own."""
    from shared.hosting import Parts, Service

    async def hear(_: Any, event: Event) -> None:
        if event not in heard:
            heard.append(event)

    parts = Parts(
        name="listener",
        db=host.kit.database(replace(SCHEMA, service="listener")),
        blobs=host.kit.blobs("listener"),
        keyring=host.kit.keyring,
        clock=host.kit.clock,
    )
    app = host.services["intake"].app if "intake" in host.services else None
    return Service(app=app, parts=parts, consumers=dict.fromkeys(EVENTS.values(), hear))  # type: ignore[arg-type]
