"""`python -m tests.bench.audit_search [--records N]`: searches and disclosures in a large log on PostgreSQL."""

import argparse
import asyncio
import hashlib
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import psycopg

from services.audit.parts import AuditParts
from services.audit.storage.records import Wanted
from services.audit.usecases.disclosure.disclose import disclose
from services.audit.usecases.search_records import search_records
from shared.auth.caller import Caller
from shared.auth.principals import Principal
from shared.trail import Access, Actor, chained
from shared.trail.record import FIRST_PREVIOUS
from tests.bench.audit import audit_in
from tests.parts.postgres import Postgres

START: Final = datetime(2025, 6, 1, tzinfo=UTC)
A_CYCLE: Final = 1_000_000
CYCLES: Final = 3
LISTS: Final = 20
TIMES: Final = 40
AUDITOR: Final = Principal(kind="staff", id="auditor-1", team="auditor", token_id="bench")
CALLER: Final = Caller(AUDITOR, purpose="audit", case="bench-1")
# One act in ten seconds or so for a year and more; a few are rare, one in two hundred is refused.
RECORDS: Final = """
INSERT INTO entry (log_index, leaf_hash, canonical, appended_at, source, sequence, at, actor, action, object_type,
                   object_id, case_id, purpose, equipment, place, outcome)
SELECT n, sha256(int8send(n)),
       convert_to(format('{"action":"%%s","actor":"%%s","actor_kind":"staff","approval":"","at":"%%s","case":"%%s",'
         '"channel":"http","equipment":"%%s","id":"01a20e98-0a4f-709d-a3f5-%%s","legal_basis":"","object":"%%s",'
         '"object_type":"request","outcome":"%%s","place":"%%s","previous":"%%s","purpose":"%%s","reason":"","release":"",'
         '"request_id":"01a20e98-1111-709d-a3f5-%%s","sequence":%%s,"source":"intake","subject_tokens":["%%s"],'
         '"subjects":1,"team":"clerk","trace_id":"%%s"}',
         action, actor, to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), object_id, equipment, lpad(n::text, 12, '0'),
         object_id, outcome, place, md5(n::text) || md5((n + 1)::text), purpose, lpad(n::text, 12, '0'), n + 1,
         md5((n %% 1000000)::text), md5(n::text)), 'UTF8'),
       at, 'intake', n + 1, at, actor, action, 'request', object_id, object_id, purpose, equipment, place, outcome
FROM (SELECT n, %(start)s::timestamptz + n * %(step)s::interval AS at,
             'clerk-' || (n * 7919 %% 200) AS actor, 'r-' || (n * 104729 %% 200000) AS object_id,
             CASE WHEN n %% 5000 = 0 THEN 'media.disc.reissue' WHEN n %% 3 = 0 THEN 'intake.request.check'
                  ELSE 'intake.request.read' END AS action,
             CASE WHEN n %% 4 = 0 THEN 'review' ELSE 'intake-check' END AS purpose,
             'office-' || (n * 31 %% 40) AS equipment,
             CASE WHEN n %% 10 = 0 THEN 'security_room' ELSE 'office' END AS place,
             CASE WHEN n %% 100000 = 0 THEN 'failed' WHEN abs(hashint8(n)) %% 200 = 0 THEN 'refused'
                  ELSE 'done' END AS outcome
      FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n) AS made
"""
SUBJECTS: Final = "INSERT INTO entry_subject SELECT md5((n % 1000000)::text), n FROM generate_series(0, {0} - 1) AS n"
HOURS: Final = """
INSERT INTO entry_hour SELECT floor(extract(epoch FROM at))::int / 3600, min(log_index), max(log_index)
FROM entry GROUP BY 1
"""
MEMBERS: Final = """
INSERT INTO subject_member
SELECT decode(md5(n::text), 'hex'), {0} * {1} + n * {1} / {2} + 1 FROM generate_series(0, {2} - 1) AS n
"""
ACTIONS: Final = ("matcher.batch.hand_over", "matcher.batch.store_answer", "matcher.part.match", "matcher.reply.make")


def fill(owner: str, count: int) -> None:
    """A log of so many records, three cycles of a million people, and the acts on them."""
    with psycopg.connect(owner, autocommit=True) as line:
        line.execute("SET maintenance_work_mem = '1GB'")
        indexes = line.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'entry' AND indexname LIKE 'ix%'"
        ).fetchall()
        for name, _ in indexes:
            line.execute(f'DROP INDEX "{name}"')
        step = timedelta(days=365) / count
        for first in range(0, count, 500_000):
            last = min(first + 500_000, count) - 1
            line.execute(RECORDS, {"start": START, "step": step, "first": first, "last": last})
        line.execute(SUBJECTS.format(count))
        last = _bulk_acts(line, count)
        line.execute(HOURS)
        for _, definition in indexes:
            line.execute(definition)
        line.execute("UPDATE log_head SET size = %s", (last,))
        line.execute("VACUUM ANALYZE")


def _bulk_acts(line: "psycopg.Connection[Any]", count: int) -> int:
    """Lists of people, and four acts on the batch and each request of a cycle."""
    index = count
    for cycle in range(CYCLES):
        for part in range(LISTS):
            row = (cycle * LISTS + part + 1, f"q-{cycle}-{part}", f"a-{cycle}-{part}", f"b-{cycle}", A_CYCLE // LISTS)
            line.execute(
                "INSERT INTO subject_list VALUES (%s, %s, 0, %s, '00012345', 'main', '2026-06-A', %s, %s, now())", row
            )
        line.execute(MEMBERS.format(cycle, LISTS, A_CYCLE))
        objects = [f"b-{cycle}", *(f"q-{cycle}-{part}" for part in range(LISTS))]
        for name, action in ((name, action) for name in objects for action in ACTIONS):
            index += 1
            _act(line, index - 1, name, action)
    return index


def _act(line: "psycopg.Connection[Any]", index: int, name: str, action: str) -> None:
    access = Access(Actor.job("bench"), action, "batch", name, subjects=A_CYCLE)
    at = START + timedelta(days=365)
    body, _ = chained(access, source="matcher", sequence=index, previous=FIRST_PREVIOUS, at=at)
    row = (index, b"", body, at, "matcher", index, at, "bench", action, "batch", name, "", "", "", "", "done")
    line.execute(f"INSERT INTO entry VALUES ({', '.join(['%s'] * len(row))})", row)


async def measure(parts: AuditParts) -> None:
    """Each search as the API makes it, its own record included, so many times with words drawn anew."""
    chance = random.Random(7)

    def day(length: int) -> dict[str, datetime]:
        since = START + timedelta(days=chance.randrange(360 - length))
        return {"since": since, "before": since + timedelta(days=length)}

    def clerk() -> str:
        return f"clerk-{chance.randrange(200)}"

    asked: dict[str, Callable[[], Wanted]] = {
        "newest of all": lambda: _wanted(),
        "one actor": lambda: _wanted(actor=clerk()),
        "one actor in one week, newest": lambda: _wanted(actor=clerk(), **day(7)),
        "one day": lambda: _wanted(**day(1)),
        "one object's whole life": lambda: _wanted(object=f"r-{chance.randrange(200_000)}"),
        "one case and action": lambda: _wanted(case=f"r-{chance.randrange(200_000)}", action="intake.request.check"),
        "a rare action": lambda: _wanted(action="media.disc.reissue"),
        "an action that never was": lambda: _wanted(action="matcher.batch.mask"),
        "refusals at one machine": lambda: _wanted(outcome="refused", equipment=f"office-{chance.randrange(40)}"),
        "refusals of somebody who never was": lambda: _wanted(outcome="refused", actor="nobody"),
        "failures of one month": lambda: _wanted(outcome="failed", **day(30)),
        "security room, one purpose, one day": lambda: _wanted(place="security_room", purpose="review", **day(1)),
        "one person by token": lambda: _wanted(subject=_token(chance)),
    }
    every: list[float] = []
    for title, wanted in asked.items():
        every += await _timed(title, [partial(_search, parts, wanted()) for _ in range(TIMES)])
    _tell("all searches together", every)
    tokens = [_token(chance) for _ in range(TIMES)]
    await _timed(f"one person of {CYCLES} cycles of {A_CYCLE:,}", [partial(_disclose, parts, one) for one in tokens])
    shown = await _disclose(parts, tokens[0])
    print(f"  (each tells {len(shown['requests'])} requests and {len(shown['acts'])} acts)")


async def _search(parts: AuditParts, wanted: Wanted) -> None:
    await search_records(parts, CALLER, wanted, asked="bench", limit=100)


async def _disclose(parts: AuditParts, token: str) -> dict[str, Any]:
    return await disclose(parts, CALLER, [token], after=-1, limit=1000)


def _wanted(**words: Any) -> Wanted:
    own = {name: words.pop(name) for name in ("object", "subject", "since", "before") if name in words}
    return Wanted(same=words, newest_first=True, until=2**53, **own)


def _token(chance: random.Random) -> str:
    return hashlib.md5(str(chance.randrange(A_CYCLE)).encode()).hexdigest()


async def _timed(title: str, calls: Sequence[Callable[[], Awaitable[Any]]]) -> list[float]:
    times = []
    for call in calls:
        begun = time.perf_counter()
        await call()
        times.append((time.perf_counter() - begun) * 1000)
    _tell(title, times)
    return times


def _tell(title: str, times: Sequence[float]) -> None:
    ordered = sorted(times)
    p50, p95 = (ordered[int(part * (len(ordered) - 1))] for part in (0.5, 0.95))
    print(f"{title:<44}{p50:>9.1f}{p95:>9.1f}{ordered[-1]:>9.1f}", flush=True)


def baseline(owner: str) -> None:
    """The same question to a table without any index."""
    with psycopg.connect(owner) as line:
        for name in ("indexscan", "bitmapscan", "indexonlyscan"):
            line.execute(f"SET enable_{name} = off")
        begun = time.perf_counter()
        line.execute("SELECT canonical FROM entry WHERE object_id = 'r-77' ORDER BY log_index").fetchall()
        print(f"{'baseline: one object, no index':<44}{(time.perf_counter() - begun) * 1000:>9.1f}")


def main() -> None:
    """Fill, measure, print milliseconds."""
    parser = argparse.ArgumentParser(prog="bench.audit_search", description=__doc__)
    parser.add_argument("--records", type=int, default=10_000_000)
    count = parser.parse_args().records
    postgres = Postgres().start()
    try:
        with TemporaryDirectory(prefix="shokai-bench-") as name:
            parts, _, owner = audit_in(Path(name), postgres)
            begun = time.perf_counter()
            fill(owner, count)
            print(f"audit search: {count:,} records, PostgreSQL, filled in {time.perf_counter() - begun:.0f} s")
            print(f"{'milliseconds':<44}{'p50':>9}{'p95':>9}{'longest':>9}")
            asyncio.run(measure(parts))
            baseline(owner)
            parts.db.close()
    finally:
        postgres.close()


if __name__ == "__main__":
    main()
