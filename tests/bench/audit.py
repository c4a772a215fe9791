"""`python -m tests.bench.audit [--records N]`: access records of another service through the broker into the log."""

import argparse
import asyncio
import os
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import MetaData
from sqlmodel import Session

from services.audit.app import create_service
from services.audit.parts import AuditParts
from services.audit.settings import AuditSettings
from services.audit.storage import log
from services.audit.usecases.publish_checkpoint import checkpoint, next_checkpoint
from shared.auth.tokens import TokenVerifier
from shared.bus.inbox import Inbox
from shared.bus.rabbit import BusSettings, RabbitBus
from shared.bus.relay import Relay
from shared.calendar.clock import SystemClock
from shared.crypto.keyring import Keyring
from shared.crypto.published import KeyringKeys
from shared.db import Database, Plumbing, Schema
from shared.db.postgres import PostgresSettings, PostgresStore
from shared.hosting.process import spare_the_collector
from shared.trail import Access, Actor, chained
from shared.trail.record import FIRST_PREVIOUS
from tests.integration.stores import Databases, PostgresKit
from tests.parts.postgres import Postgres
from tests.parts.rabbitmq import RabbitMQ

SOURCES: Final = ("intake", "matcher", "media")
SETTLE_SECONDS: Final = 6
METADATA: Final = MetaData()
PLUMBING: Final = Plumbing(METADATA)
A_BATCH: Final = 1000


def access(number: int) -> Access:
    """The n-th act of a busy house: two hundred people, many requests, a person named in each."""
    return Access(
        Actor("staff", f"clerk-{number % 200}", team="clerk", equipment=f"office-{number % 40}", place="office"),
        "intake.request.read",
        "request",
        f"01a20e98-0a4f-709d-a3f5-{number % 50_000:012x}",
        case=f"01a20e98-0a4f-709d-a3f5-{number % 50_000:012x}",
        purpose="intake-check",
        subjects=1,
        subject_tokens=(f"{number % 1_000_000:032x}",),
        channel="http",
        request_id=f"01a20e98-1111-709d-a3f5-{number:012x}",
    )


def chained_body(number: int, *, source: str = "bench", previous: str = FIRST_PREVIOUS) -> tuple[bytes, str]:
    """The record of the n-th act and its digest."""
    at = datetime.now(UTC)
    return chained(access(number), source=source, sequence=number + 1, previous=previous, at=at)


def fill_trail(url: str, source: str, count: int) -> None:
    """What a service has recorded and not sent yet."""
    digest = FIRST_PREVIOUS
    into = "COPY trail (sequence, body) FROM STDIN"
    with psycopg.connect(url) as connection, connection.cursor() as cursor, cursor.copy(into) as copy:
        for number in range(count):
            body, digest = chained_body(number, source=source, previous=digest)
            copy.write_row((number + 1, body))


def sender_of(url: str, source: str) -> Database:
    """The database of a service that sends."""
    schema = Schema(source, METADATA, PLUMBING, "")
    return Database(PostgresStore(PostgresSettings(url), service=source), schema, clock=SystemClock())


async def send(server_url: str, broker_url: str) -> None:
    """The sending services: a relay each, for ever."""
    running = []
    for source in SOURCES:
        database = sender_of(f"{server_url}{source}", source)
        bus = RabbitBus(BusSettings(service=source, urls=(broker_url,)))
        running += [bus.run(Inbox(database, None, {}).accept), Relay(database, bus.send).run()]
    await asyncio.gather(*running)


@dataclass(frozen=True, slots=True)
class Passed:
    """A run: seconds, the longest wait of a record for its checkpoint, the audit process's own work."""

    records: int
    seconds: float
    lag: float
    processor_seconds: float


async def through(postgres: Postgres, rabbitmq: RabbitMQ, count: int) -> Passed:
    """So many records of each source, committed there already, until all are durable in the log."""
    for source in SOURCES:
        postgres.create_database(source)
        METADATA.create_all(sender_of(postgres.url(source), source).engine)
        fill_trail(postgres.url(source), source, count)
    with TemporaryDirectory(prefix="shokai-bench-") as name:
        parts, inbox, _ = audit_in(Path(name), postgres)
        bus = RabbitBus(BusSettings(service="audit", urls=(rabbitmq.url(),)))
        tasks = [asyncio.create_task(one) for one in (bus.run(inbox.accept), inbox.run())]
        while not bus.connected:
            await asyncio.sleep(0.05)
        spare_the_collector()
        signing = Signing(parts)
        tasks.append(asyncio.create_task(signing.run()))
        command = [sys.executable, "-m", "tests.bench.audit", "--send", postgres.url(""), rabbitmq.url()]
        other = subprocess.Popen(command)
        try:
            passed = await _until_all(parts, count * len(SOURCES))
        finally:
            other.kill()
            other.wait()
        await asyncio.sleep(SETTLE_SECONDS)
        await _end(bus, tasks)
        parts.db.close()
    return replace(passed, lag=signing.longest)


async def _until_all(parts: AuditParts, count: int) -> Passed:
    """From the first record in the log to the last."""
    while (first := (await parts.db.read(log.tree)).size) == 0:
        await asyncio.sleep(0.02)
    started, worked = time.perf_counter(), time.process_time()
    while (await parts.db.read(log.tree)).size < count:
        await asyncio.sleep(0.1)
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    return Passed(count - first, seconds, 0.0, worked)


async def _end(bus: RabbitBus, tasks: list["asyncio.Task[None]"]) -> None:
    await bus.stop()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class Signing:
    """Checkpoints as the job makes them, under load; `longest`: how many seconds a record waited for its own."""

    def __init__(self, parts: AuditParts) -> None:
        self._parts = parts
        self.longest = 0.0

    async def run(self) -> None:
        """For ever."""
        while True:
            due = await next_checkpoint(self._parts, self._parts.clock.now())
            if due is not None:
                await self._sign(due)
            await asyncio.sleep(0.2)

    async def _sign(self, due: datetime) -> None:
        oldest = await self._parts.db.read(_oldest_unsigned)
        await checkpoint(self._parts, due)
        if oldest is not None:
            self.longest = max(self.longest, (self._parts.clock.now() - oldest).total_seconds())


def _oldest_unsigned(session: Session) -> datetime | None:
    last = log.last_checkpoint(session)
    return log.appended_at(session, last.size if last else 0)


def bare_copy(postgres: Postgres, count: int) -> float:
    """The baseline: the same bytes by COPY into one table without an index, a commit each thousand; seconds."""
    postgres.create_database("bare")
    bodies = [body for body, _ in (chained_body(number) for number in range(A_BATCH))]
    with psycopg.connect(postgres.url("bare")) as line:
        line.execute("CREATE TABLE bare (body bytea)")
        line.commit()
        started = time.perf_counter()
        for _ in range(count // A_BATCH):
            with line.cursor() as cursor, cursor.copy("COPY bare FROM STDIN") as copy:
                for body in bodies:
                    copy.write_row((body,))
            line.commit()
    return time.perf_counter() - started


def audit_in(folder: Path, postgres: Postgres) -> tuple[AuditParts, Inbox, str]:
    """The audit service and its inbox on a PostgreSQL database, used as its restricted role; the owner's address."""
    keyring = Keyring.create(folder / "keys" / "keyring.json")
    kit = PostgresKit(
        data_dir=folder,
        keyring=keyring,
        clock=SystemClock(),
        tokens=TokenVerifier(KeyringKeys(keyring)),
        databases=Databases(postgres),
    )
    service = create_service(AuditSettings(), kit)
    assert isinstance(service.parts, AuditParts)
    inbox = Inbox(service.parts.db, service.parts, service.consumers, concurrency=service.concurrency)
    name = conninfo_to_dict(kit.made["audit"].url)["dbname"]
    return service.parts, inbox, postgres.url(str(name))


def main() -> None:
    """Print records a second, the lag of checkpoints, and what each record cost."""
    parser = argparse.ArgumentParser(prog="bench.audit", description=__doc__)
    parser.add_argument("--records", type=int, default=300_000)
    parser.add_argument("--send", nargs=2, metavar=("SERVER", "BROKER"))
    asked = parser.parse_args()
    if asked.send:
        asyncio.run(send(*asked.send))
        return
    postgres, rabbitmq = Postgres(fsync=True).start(), RabbitMQ().start()
    try:
        each = asked.records // len(SOURCES)
        passed = asyncio.run(through(postgres, rabbitmq, each))
        bare = bare_copy(postgres, asked.records)
    finally:
        rabbitmq.close()
        postgres.close()
    print(f"audit: {asked.records:,} records of {len(SOURCES)} services, outbox to log, broker, PostgreSQL with fsync")
    print(f"{'durable in the log':<44}{passed.records / passed.seconds:>12,.0f} records/s")
    print(f"{'longest wait for a checkpoint':<44}{passed.lag:>12.1f} s")
    print(f"{'work of the audit process':<44}{passed.processor_seconds / passed.records * 1e6:>12.0f} us a record")
    print(f"{'baseline: COPY of the same bytes':<44}{asked.records / bare:>12,.0f} records/s")
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
