"""A service with a parked event or two, for the tests of what people do with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import insert, select
from sqlmodel import Session

from services.intake.app import SCHEMA
from shared.auth.principals import Principal
from shared.bus.handling import Effect, Handler, Permanent
from shared.db import Work
from shared.events import Event
from shared.events.authority import StaffChanged
from shared.events.intake import CycleClosed, FileReceived
from shared.events.matcher import BatchHandedOver, PartRequested
from shared.hosting import Parts, Service
from shared.hosting.parked_routes import parked_routes
from shared.http import service_app
from shared.ids import new_id
from tests.integration.conftest import Host, staff

OPS = staff("ops", name="ops-1")
PROBLEMS = Path("services/intake/api/problems.toml")


@dataclass
class Desk:
    """A service whose handlers do as the test says, and its parked events as people see them."""

    host: Host
    mended: bool = False
    begins: bool = False
    handled: list[str] = field(default_factory=list)

    @property
    def parts(self) -> Parts:
        return self.host.services["intake"].parts

    async def announce(self, event: Event, subject: str) -> None:
        await self.parts.db.write(lambda work: work.announce(event, subject=subject))
        await self.host.idle()

    async def call(
        self, method: str, path: str, body: Any = None, *, who: Principal = OPS, status: int = 200, **headers: str
    ) -> Any:
        """What the service answers; `path` below /intake/v1/events."""
        async with self.host.client("intake", who, **headers) as client:
            answer = await client.request(method, f"/intake/v1/events{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def groups(self) -> list[dict[str, Any]]:
        return list((await self.call("GET", "/parked"))["items"])

    async def parked_ids(self) -> list[str]:
        rows = self.rows("parked")
        return [row.event_id for row in rows]

    def rows(self, status: str = "") -> list[Any]:
        """The inbox, in order."""
        table = self.parts.db.plumbing.inbox
        wanted = select(table).order_by(table.c.position)
        wanted = wanted.where(table.c.status == status) if status else wanted
        return self.parts.db.read_now(lambda session: list(session.connection().execute(wanted)))

    def records(self, action: str) -> list[dict[str, Any]]:
        """The access records of one action."""
        trail = self.parts.db.plumbing.trail
        bodies = self.parts.db.read_now(lambda s: list(s.connection().execute(select(trail.c.body)).scalars()))
        return [record for record in map(orjson.loads, bodies) if record["action"] == action]

    def done(self, action: str) -> list[dict[str, Any]]:
        """Those of acts that were not refused."""
        return [record for record in self.records(action) if record["outcome"] == "done"]

    def counts(self) -> dict[str, int]:
        """Rows of every table but those that a look at parked events itself writes to."""
        quiet = {"trail", "trail_head"}
        tables = [table for table in SCHEMA.metadata.sorted_tables if table.name not in quiet]

        def count(session: Session) -> dict[str, int]:
            return {one.name: len(session.connection().execute(select(one)).all()) for one in tables}

        return self.parts.db.read_now(count)

    def blobs(self) -> set[str]:
        """Every file of the blob store but gravestones."""
        root = self.host.kit.data_dir / "blobs"
        files = [path for path in root.rglob("*") if path.is_file()]
        return {path.relative_to(root).as_posix() for path in files if "gone" not in path.relative_to(root).parts[0]}


def desk_on(host: Host) -> tuple[Desk, Service]:
    """The desk and its service, to be started."""
    desk = Desk(host)

    async def on_part(parts: Parts, event: PartRequested) -> Effect:
        if not desk.mended:
            raise Permanent("山田太郎")
        desk.handled.append(f"{event.batch_id}/{event.part}")
        return lambda work: None

    async def on_handed_over(parts: Parts, event: BatchHandedOver) -> Effect:
        if not desk.mended:
            raise Permanent("another cause")
        desk.handled.append(f"{event.batch_id}/over")
        return lambda work: None

    consumers: Mapping[type[Event], Handler] = {PartRequested: on_part, BatchHandedOver: on_handed_over}
    consumers = {**consumers, FileReceived: on_busy_file(desk), CycleClosed: refuse, StaffChanged: refuse}
    parts = Parts(
        name="intake",
        db=host.kit.database(SCHEMA),
        blobs=host.kit.blobs("intake"),
        keyring=host.kit.keyring,
        clock=host.clock,
    )
    routers = [parked_routes("intake", consumers)]
    app = service_app(parts, title="t", problems=PROBLEMS, routers=routers, tokens=host.kit.tokens)
    return desk, Service(app=app, parts=parts, consumers=consumers)


async def refuse(parts: Parts, event: Event) -> Effect:
    raise Permanent("not this one")


def on_busy_file(desk: Desk) -> Handler:
    """Writes, reads back, makes, destroys, announces and records, in its preparation and in its effect."""

    async def on_file(parts: Parts, event: FileReceived) -> Effect:
        if not desk.begins:
            raise Permanent
        ref = parts.blobs.put(b"personal data", purpose="test", key="intake")
        parts.db.write_now(lambda work: note(work, parts, "prepared"))
        seen = await parts.db.read(lambda session: noted(session, parts))
        if seen != ["prepared"]:
            raise Permanent(f"saw {seen}")
        parts.blobs.destroy(event.request_id)
        parts.keyring.destroy("some-key")
        if not desk.mended:
            raise Permanent("山田太郎")

        def effect(work: Work) -> None:
            note(work, parts, "applied")
            parts.blobs.get(ref)
            work.announce(PartRequested(batch_id=new_id(), part=1), subject="x")
            desk.handled.append(event.request_id)

        return effect

    return on_file


def note(work: Work, parts: Parts, name: str) -> None:
    """A row that a handler writes."""
    row = {"id": name, "object_type": "test", "object_id": "test"}
    work.session.connection().execute(insert(parts.db.plumbing.freeze).values(row))


def noted(session: Session, parts: Parts) -> list[str]:
    """The rows that handlers have written."""
    return list(session.connection().execute(select(parts.db.plumbing.freeze.c.id)).scalars())
