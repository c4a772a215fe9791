"""The relay of one service: takes events and access records out of its database and sends them on, in order."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import delete, func, select, update
from sqlmodel import Session

from shared.bus.waking import wake_here
from shared.calendar.clock import SystemClock
from shared.db.database import Database
from shared.db.work import OUTBOX, Work
from shared.events import Envelope
from shared.events.audit import RecordsMade, TrailHead
from shared.faults import reach
from shared.telemetry.logs import cause_of, log
from shared.telemetry.stages import sending

Send = Callable[[Sequence[tuple[Envelope, bytes]]], Awaitable[None]]

EVENTS_AT_MOST: Final = 200
RECORDS_AT_MOST: Final = 1000
LOOK_SECONDS: Final = 0.5
RECORDS_NAMESPACE: Final = uuid.UUID("5d0e4c5e-0a5c-5d6a-9a35-6f1f2f0f6f51")


class Relay:
    """Sends what has been committed; an event leaves the outbox only after its consumers hold it durably."""

    def __init__(self, database: Database, send: Send) -> None:
        self._database = database
        self._send = send
        self._clock = SystemClock()
        self._log = log(database.service)
        self._wake = asyncio.Event()
        self._head_told = 0

    def listen(self) -> None:
        """Be woken by each commit that has something for the bus, from whichever thread it comes."""
        self._database.wake_on(OUTBOX, wake_here(self._wake))

    async def run(self) -> None:
        """Relay for ever; a failure is logged and tried again."""
        while True:
            self._wake.clear()
            try:
                sent = await self.relay_once()
            except asyncio.CancelledError:
                raise
            except Exception as error:
                self._log.warning("bus.relay.failed", cause=cause_of(error))
                sent = 0
            if not sent:
                try:
                    await asyncio.wait_for(self._wake.wait(), LOOK_SECONDS)
                except TimeoutError:
                    continue

    async def relay_once(self) -> int:
        """Send one batch of events and one of access records; how many went."""
        return await self._events() + await self._records()

    def waiting(self, session: Session) -> int:
        """How many events and access records have not left yet."""
        outbox, trail = self._database.plumbing.outbox, self._database.plumbing.trail
        events = session.connection().execute(select(func.count()).select_from(outbox)).scalar_one()
        unsent = select(func.count()).select_from(trail).where(trail.c.sent_at.is_(None))
        return int(events) + int(session.connection().execute(unsent).scalar_one())

    async def _events(self) -> int:
        outbox = self._database.plumbing.outbox
        oldest = select(outbox.c.position, outbox.c.body).order_by(outbox.c.position).limit(EVENTS_AT_MOST)
        rows = await self._database.read(lambda session: session.connection().execute(oldest).all())
        if not rows:
            return 0
        reach("relay.read")
        batch = [(Envelope.model_validate_json(row.body), row.body) for row in rows]
        with sending(self._database.service, [(envelope.type, envelope.traceparent) for envelope, _ in batch]):
            await self._send(batch)
        reach("relay.sent")
        gone = delete(outbox).where(outbox.c.position.in_([row.position for row in rows]))
        await self._database.write(lambda work: _execute(work, gone))
        return len(rows)

    async def _records(self) -> int:
        trail = self._database.plumbing.trail
        unsent = select(trail.c.sequence, trail.c.body).where(trail.c.sent_at.is_(None))
        oldest = unsent.order_by(trail.c.sequence).limit(RECORDS_AT_MOST)
        rows = await self._database.read(lambda session: session.connection().execute(oldest).all())
        if not rows:
            await self._tell_head()
            return 0
        first, last = rows[0].sequence, rows[-1].sequence
        message = _records_envelope(self._database.service, first, last, [row.body for row in rows])
        with sending(self._database.service, [(RecordsMade.TYPE, "")]):
            await self._send([message])
        reach("relay.sent")
        mark = update(trail).where(trail.c.sequence.between(first, last)).values(sent_at=self._clock.now())
        await self._database.write(lambda work: _execute(work, mark))
        return len(rows)

    async def _tell_head(self) -> None:
        """Where the trail ends elsewhere than its head says, a record went before it left: the log is told, once."""
        trail, head = self._database.plumbing.trail, self._database.plumbing.trail_head
        said = select(
            head.c.sequence, head.c.digest, select(func.max(trail.c.sequence)).scalar_subquery().label("last")
        )
        row = await self._database.read(lambda session: session.connection().execute(said).one_or_none())
        if row is None or row.sequence in (row.last, self._head_told):
            return
        await self._send([_head_envelope(self._database.service, row.sequence, row.digest, self._clock.now())])
        self._head_told = row.sequence


def _head_envelope(source: str, sequence: int, digest: str, at: datetime) -> tuple[Envelope, bytes]:
    envelope = Envelope(
        id=str(uuid.uuid5(RECORDS_NAMESPACE, f"{source}/head/{sequence}")),
        source=f"/{source}",
        type=TrailHead.TYPE,
        subject=f"records/{source}",
        time=at.isoformat(),
        data={"source": source, "sequence": sequence, "digest": digest},
    )
    return envelope, envelope.model_dump_json().encode()


def _records_envelope(source: str, first: int, last: int, bodies: Sequence[bytes]) -> tuple[Envelope, bytes]:
    """One message for a run of records; sent again after a crash it is recognised by its id or by its sequences.

    The records stand in it as they were stored, byte for byte: nothing of them is read but the time of the last.
    """
    envelope = Envelope(
        id=str(uuid.uuid5(RECORDS_NAMESPACE, f"{source}/{first}-{last}")),
        source=f"/{source}",
        type=RecordsMade.TYPE,
        subject=f"records/{source}",
        time=orjson.loads(bodies[-1])["at"],
        data={"source": source, "first": first, "last": last, "records": []},
    )
    empty = orjson.dumps(envelope.model_dump())
    return envelope, empty.removesuffix(b"]}}") + b",".join(bodies) + b"]}}"


def _execute(work: Work, statement: Any) -> None:
    work.session.connection().execute(statement)
