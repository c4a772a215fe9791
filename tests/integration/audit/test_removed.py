"""A record removed from a service's own store before it left: found by the log, whichever it was."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import MetaData, delete, update

from services.audit.consumers import CONSUMES
from services.audit.parts import AuditParts
from services.audit.storage import chains
from services.audit.usecases.notice_gaps import next_gap, notice_gaps
from shared.bus.relay import Relay
from shared.calendar.clock import Clock
from shared.db import Database, Plumbing, Schema, Work
from shared.db.sqlite import SqliteStore
from shared.events import Envelope
from shared.events.event import event_of
from shared.hosting import Service
from shared.trail import Access, Actor
from tests.integration.audit.test_log import parts_of
from tests.integration.conftest import Host

RECORDS = 6


@pytest.fixture
def store() -> str:
    """What a source stores and sends is the same on both engines."""
    return "sqlite"


class Sender:
    """A service with its trail, and a relay that carries it to the log."""

    def __init__(self, name: str, folder: Path, clock: Clock, parts: AuditParts) -> None:
        metadata = MetaData()
        self.plumbing = Plumbing(metadata)
        schema = Schema(name, metadata, self.plumbing, "")
        self.db = Database(SqliteStore(f"sqlite:///{folder / name}.sqlite3"), schema, clock=clock)
        metadata.create_all(self.db.engine)
        self.relay = Relay(self.db, self._send)
        self._parts = parts

    def act(self, count: int = 1) -> None:
        for number in range(count):
            access = Access(Actor.job("test"), "intake.request.register", "request", f"r-{number}")
            self.db.write_now(lambda work, access=access: work.record(access))  # type: ignore[misc]

    def remove(self, *sequences: int) -> None:
        """What somebody with the service's database can do."""
        trail = self.plumbing.trail
        self._execute(delete(trail).where(trail.c.sequence.in_(sequences)))

    def rewind(self, sequence: int, digest: str) -> None:
        """Let the service count again from there, so that its chain shows nothing."""
        self._execute(update(self.plumbing.trail_head).values(sequence=sequence, digest=digest))

    async def relay_all(self) -> None:
        while await self.relay.relay_once():
            pass

    def _execute(self, statement: object) -> None:
        def apply(work: Work) -> None:
            work.session.connection().execute(statement)  # type: ignore[call-overload]

        self.db.write_now(apply)

    async def _send(self, batch: Sequence[tuple[Envelope, bytes]]) -> None:
        for _, body in batch:
            event = event_of(Envelope.model_validate_json(body))
            assert event is not None
            effect = await CONSUMES[type(event)](self._parts, event)
            assert effect is not None
            await self._parts.db.write(effect)


async def alarms(parts: AuditParts, host: Host) -> list[tuple[str, str, int, int]]:
    """What a minute later is an alarm."""
    later = host.clock.now() + timedelta(seconds=61)
    host.clock.set(later)
    if await next_gap(parts, later) is not None:
        await notice_gaps(parts, later)
    found = parts.db.read_now(lambda session: chains.alarms(session, state="open", after="", limit=99))
    return [(alarm.kind, alarm.source, alarm.first, alarm.last) for alarm in found]


async def test_each_position_is_found_and_named_also_the_last(audit: Service, host: Host, tmp_path: Path) -> None:
    parts, expected = parts_of(audit), []
    for position in range(1, RECORDS + 1):
        sender = Sender(f"service{position}", tmp_path, host.clock, parts)
        sender.act(RECORDS)
        sender.remove(position)
        await sender.relay_all()
        expected.append(("gap", f"service{position}", position, position))
        sender.db.close()
    assert sorted(await alarms(parts, host)) == sorted(expected)


async def test_a_trail_removed_whole_and_one_that_goes_on_afterwards(
    audit: Service, host: Host, tmp_path: Path
) -> None:
    parts = parts_of(audit)
    sender = Sender("service", tmp_path, host.clock, parts)
    sender.act(3)
    sender.remove(1, 2, 3)
    await sender.relay_all()
    assert await alarms(parts, host) == [("gap", "service", 1, 3)]
    sender.act(2)
    sender.remove(5)
    await sender.relay_all()
    assert await alarms(parts, host) == [("gap", "service", 1, 3), ("gap", "service", 5, 5)]
    sender.db.close()


async def test_a_source_that_counts_again_is_found(audit: Service, host: Host, tmp_path: Path) -> None:
    parts = parts_of(audit)
    sender = Sender("service", tmp_path, host.clock, parts)
    sender.act(4)
    await sender.relay_all()
    sender.rewind(2, "0" * 64)
    sender.remove(3, 4)
    await sender.relay_all()
    sender.rewind(1, "0" * 64)
    await sender.relay_all()
    kinds = {(kind, first, last) for kind, _, first, last in await alarms(parts, host)}
    assert ("head-rewound", 2, 4) in kinds
    sender.db.close()


async def test_an_untouched_trail_tells_nothing_but_its_records(audit: Service, host: Host, tmp_path: Path) -> None:
    parts = parts_of(audit)
    sender = Sender("service", tmp_path, host.clock, parts)
    for count in (0, 5, 0, 3):
        sender.act(count)
        await sender.relay_all()
    assert await alarms(parts, host) == []
    assert parts.db.read_now(lambda session: chains.spans(session, "service"))[0].last == 8
    sender.db.close()
