"""`python -m tests.bench.radius [--records N]`: who is affected by a loss, out of a log of N records on PostgreSQL."""

import argparse
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson
import psycopg
from sqlmodel import Session

from services.audit.storage.incidents.carriers import know
from services.audit.storage.tables import PLUMBING, AuditTable
from services.audit.usecases.incidents.measure_radius import measure_radius
from shared.calendar.clock import SystemClock
from shared.db import Database, Schema, Work
from shared.db.postgres import PostgresSettings, PostgresStore
from tests.parts.postgres import Postgres

START: Final = datetime(2026, 6, 1, tzinfo=UTC)
DAYS: Final = 30
PEOPLE: Final = 40
DISCS: Final = 2_000
REQUESTS: Final = 20_000
ACTIONS: Final = (
    ("intake.request.read", "request", 0),
    ("matcher.review.read", "review", 1),
    ("media.disc.make_image", "disc", PEOPLE),
    ("media.disc.read_image", "disc", PEOPLE),
    ("intake.request.upload", "request", PEOPLE),
    ("audit.record.search", "log", 0),
    ("intake.request.list", "request", 0),
    ("media.disc.read", "disc", 0),
    ("authority.session.renew", "session", 0),
    ("matcher.batch.list", "batch", 0),
)
COLUMNS: Final = (
    "log_index, leaf_hash, canonical, appended_at, source, sequence, at, actor, action, object_type, object_id, "
    "case_id, purpose, equipment, place, outcome"
)


def main() -> None:
    """Fill, measure, print; beside it the same answer from reading every record, which needs no index."""
    parser = argparse.ArgumentParser(prog="radius")
    parser.add_argument("--records", type=int, default=1_000_000)
    count = parser.parse_args().records
    postgres = Postgres().start()
    try:
        postgres.create_database("radius")
        store = PostgresStore(PostgresSettings(postgres.url("radius")), service="audit")
        schema = Schema("audit", AuditTable.metadata, PLUMBING, "services.audit.migrations")
        database: Database = Database(store, schema, clock=SystemClock())
        AuditTable.metadata.create_all(database.engine)
        fill(postgres.url("radius"), count)
        database.write_now(know_all)
        report(database, count)
        database.close()
    finally:
        postgres.stop()


def records(count: int) -> Iterator[tuple[Any, ...]]:
    """The rows of a month."""
    step = timedelta(days=DAYS) / count
    for at in range(count):
        action, kind, people = ACTIONS[at % len(ACTIONS)]
        spread = {"disc": DISCS, "request": REQUESTS}.get(kind, 100_000)
        actor, place = f"clerk-{at % 199}", f"{kind}-{at // len(ACTIONS) % spread}"
        record = {
            "id": f"{at:036d}",
            "actor": actor,
            "team": "clerk",
            "action": action,
            "object_type": kind,
            "object": place,
            "subjects": people,
            "outcome": "done",
            "previous": "0" * 64,
            "request_id": f"{at:036d}",
        }
        when = START + step * at
        body = orjson.dumps(record, option=orjson.OPT_SORT_KEYS)
        yield (
            at,
            b"0" * 32,
            body,
            when,
            "media",
            at + 1,
            when,
            actor,
            action,
            kind,
            place,
            "",
            "",
            "pc",
            "office",
            "done",
        )


def fill(url: str, count: int) -> None:
    """All records by COPY."""
    started = time.perf_counter()
    command = f"COPY entry ({COLUMNS}) FROM STDIN"
    with psycopg.connect(url) as connection, connection.cursor() as cursor, cursor.copy(command) as copy:
        for row in records(count):
            copy.write_row(row)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE entry")
    print(f"radius: {count:,} records of {DAYS} days, filled in {time.perf_counter() - started:.0f} s", flush=True)


def know_all(work: Work) -> None:
    """Which request's people each object holds."""
    for at in range(REQUESTS):
        stated = {"plan_number": f"{at % 500:08d}", "kind": "my_number"}
        know(work, "request", f"request-{at}", [f"request-{at}"], people=PEOPLE, **stated)
        if at < DISCS:
            know(work, "disc", f"disc-{at}", [f"request-{at}"], people=-1, **stated)


def report(database: Database, count: int) -> None:
    """The questions of a bad day, each asked five times."""
    day = (START + timedelta(days=10), START + timedelta(days=11))
    print(f"{'question':<34}{'slowest s':>10}{'people':>10}{'accesses':>10}")
    for what, kind, name, span in (
        ("a lost disc", "disc", "disc-7", (None, None)),
        ("an account, one day", "account", "clerk-7", day),
        ("an account, the whole month", "account", "clerk-7", (None, None)),
        ("everybody, one day", "time_span", "", day),
        ("a plan", "plan", "00000007", (None, None)),
        ("the key over individual numbers", "key", "my_number", (None, None)),
    ):
        slowest, found = timed(database, lambda session: measure_radius(session, kind, name, *span))  # noqa: B023
        print(f"{what:<34}{slowest:>10.3f}{found.people or 0:>10,}{found.accesses:>10,}", flush=True)
    slowest, touched = timed(database, scanned, times=1)
    print(f"{'baseline: the disc, by reading all':<34}{slowest:>10.3f}{'':>10}{touched:>10,}   of {count:,}")


def timed(database: Database, question: Callable[[Session], Any], times: int = 5) -> tuple[float, Any]:
    """The slowest of some times, and the last answer."""
    slowest, answer = 0.0, None
    for _ in range(times):
        started = time.perf_counter()
        answer = database.read_now(question)
        slowest = max(slowest, time.perf_counter() - started)
    return slowest, answer


def scanned(session: Session) -> int:
    """The accesses to one disc, found in the records themselves."""
    rows = session.connection().execution_options(yield_per=5000).exec_driver_sql("SELECT canonical FROM entry")
    return sum(orjson.loads(body)["object"] == "disc-7" for (body,) in rows)


if __name__ == "__main__":
    main()
