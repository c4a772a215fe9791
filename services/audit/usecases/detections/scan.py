"""Judge what came into the log since the last time: each record once, whatever is killed in between."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import orjson
from sqlmodel import Session

from services.audit.domain.detections.facts import Access, Facts, access_of, day_of
from services.audit.domain.detections.gaps import gap_signs
from services.audit.domain.detections.judging import Judged, judged, keys_of
from services.audit.domain.detections.leaving import exports_of_leavers, leavers
from services.audit.domain.detections.memory import Memory
from services.audit.domain.detections.rules import rules_on
from services.audit.parts import AuditParts
from services.audit.storage import log
from services.audit.storage.detections import hits
from services.audit.storage.detections import progress as stored
from services.audit.usecases.detections.keep_signs import keep_new_signs, keep_signs
from services.audit.usecases.detections.known_facts import known_facts, missing_records
from shared.db import Work

NAME: Final = "records"
AT_ONCE: Final = 1000
MOST_A_RUN: Final = 100_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Some records, and all that is needed to judge them."""

    position: int
    accesses: tuple[Access, ...]
    facts: Facts
    memory: Memory


async def next_scan(parts: AuditParts, until: datetime) -> datetime | None:
    """When records that nobody has judged are due: so long after the oldest of them came."""
    due = await parts.db.read(lambda session: _due(parts, session))
    return due if due is not None and due <= until else None


async def scan(parts: AuditParts, at: datetime) -> Mapping[str, int]:
    """The job. Judges at most so many records a run; the rest stays due."""
    return await asyncio.to_thread(_scan, parts, at)


def _due(parts: AuditParts, session: Session) -> datetime | None:
    found = stored.progress(session, NAME)
    oldest = log.appended_at(session, 0 if found is None else found.position)
    if oldest is None:
        return None
    due = oldest + timedelta(seconds=parts.settings.detection_seconds)
    # never twice at one instant, so that a clock that stands still sees the job through
    return due if found is None else max(due, found.moved_at + timedelta(milliseconds=1))


def _scan(parts: AuditParts, at: datetime) -> Mapping[str, int]:
    records = found = 0
    while records < MOST_A_RUN:
        batch = parts.db.read_now(_next_batch)
        if not batch.accesses:
            break
        results = list(judged(batch.accesses, batch.facts, batch.memory))
        made = parts.db.write_now(lambda work, batch=batch, results=results: _keep(work, batch, results))  # type: ignore[misc]
        if made is None:  # another process was faster
            break
        records, found = records + len(results), found + made
    return {"records": records, "hits": found + parts.db.write_now(lambda work: _look_beside(parts, work, at))}


def _next_batch(session: Session) -> Batch:
    position = stored.position(session, NAME)
    rows = stored.records_after(session, position, AT_ONCE)
    accesses = tuple(access_of(index, orjson.loads(entry)) for index, entry in rows)
    memory = Memory(stored.remembered(session, keys_of(accesses)))
    return Batch(position, accesses, known_facts(session, accesses), memory)


def _keep(work: Work, batch: Batch, results: list[Judged]) -> int | None:
    """Scores, hits, memory and the position in one transaction; None where somebody else has moved it."""
    found = stored.progress(work.session, NAME, to_move=True)
    if (0 if found is None else found.position) != batch.position:
        return None
    scored = [(one.access.index, one.access.at, one.access.actor[:200], one.score) for one in results if one.score]
    hits.keep_scores(work.session, scored)
    made = keep_signs(work, [sign for one in results for sign in one.signs])
    stored.remember(work.session, batch.memory.changes)
    stored.move(work.session, NAME, work.now, position=results[-1].access.index + 1)
    return made


def _look_beside(parts: AuditParts, work: Work, at: datetime) -> int:
    """What no single record shows: gaps, and people whose last day became known after what they did."""
    today = day_of(at)
    rules = rules_on(today)
    patience = timedelta(seconds=parts.settings.gap_alarm_seconds)
    signs = gap_signs(missing_records(work.session, at - patience), rules["log-gap"])
    leaving = leavers(known_facts(work.session, ()), today)
    memory = Memory(stored.remembered(work.session, {f"exports|{one.staff_id}" for one in leaving}))
    late = exports_of_leavers(rules["export-before-leaving"], leaving, memory)
    made = keep_new_signs(work, [*signs, *late])
    stored.forget(work.session, at)
    found = stored.progress(work.session, NAME)
    stored.move(work.session, NAME, work.now, position=0 if found is None else found.position)
    return made
