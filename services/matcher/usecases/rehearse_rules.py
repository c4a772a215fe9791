"""A proposed table is tried on a past batch: asked for here, done by whoever has time, slice by slice."""

import asyncio
from functools import partial
from typing import Any, Final

from services.matcher.domain.rehearsal import changes_of, counted, rehearsed, summary, summed
from services.matcher.domain.table import Table
from services.matcher.settings import MatcherParts
from services.matcher.storage.batches import batch_of, parts_left, ref_of, slices_of
from services.matcher.storage.rules import (
    COMPLETE,
    FAILED,
    RUNNING,
    Rehearsal,
    RehearsedSlice,
    kept_until,
    rehearsal_of,
    rehearsed_slices,
    reviewed_in,
    rule_table_of,
)
from services.matcher.storage.tables import Slice
from services.matcher.usecases.destroy_copies import doom
from services.matcher.usecases.rules_in_force import table_of
from services.matcher.usecases.show_rehearsal import counts_in, report
from shared.auth.caller import Caller
from shared.blobs.columns import get_frame, put_frame
from shared.blobs.errors import BlobGone
from shared.bus.handling import Effect
from shared.db import Work
from shared.events.matcher import RehearsalRequested, RulesRehearsed
from shared.http import Once
from shared.ids import new_id
from shared.refusals import Refusal
from shared.trail import Access, Actor

ACT: Final = "matcher.rules.rehearse"
JOB: Final = Actor.job("matcher.rehearse-rules")
KEY: Final = "evidence"


async def ask_rehearsal(parts: MatcherParts, caller: Caller, version: str, batch_id: str, once: Once) -> dict[str, Any]:
    """A rehearsal that is about to run. Refusal `evidence-gone` where the batch has none, or not of all its slices."""

    def ask(work: Work) -> dict[str, Any]:
        rule_table_of(work.session, version)
        batch = batch_of(work.session, batch_id)
        slices = slices_of(work.session, batch_id)
        if parts_left(work.session, batch_id) or not slices or not all(_has_evidence(work, one) for one in slices):
            raise Refusal("evidence-gone")
        rehearsal = Rehearsal(
            id=new_id(),
            version=version,
            batch_id=batch.id,
            rows=sum(one.rows for one in slices),
            asked_by=caller.principal.id,
            asked_at=work.now,
        )
        work.session.add(rehearsal)
        work.announce(RehearsalRequested(rehearsal_id=rehearsal.id), subject=rehearsal.id)
        work.record(caller.access(ACT, "rules", version, case=caller.case or batch.id))
        return report(rehearsal, [])

    return await once.write(parts.db, ask)


def _has_evidence(work: Work, one: Slice) -> bool:
    return one.evidence is not None and kept_until(work.session, ref_of(one.evidence).id) is not None


async def rehearse_rules(parts: MatcherParts, event: RehearsalRequested) -> Effect | None:
    """Every slice that is left, each committed by itself, so that progress is seen and a crash costs one slice."""
    return await asyncio.to_thread(_rehearse, parts, event.rehearsal_id)


def _rehearse(parts: MatcherParts, rehearsal_id: str) -> Effect | None:
    rehearsal = parts.db.read_now(lambda session: rehearsal_of(session, rehearsal_id))
    if rehearsal.state != RUNNING:
        return None
    table = parts.db.read_now(lambda session: table_of(rule_table_of(session, rehearsal.version)))
    done = parts.db.read_now(lambda session: {one.position for one in rehearsed_slices(session, rehearsal_id)})
    slices = parts.db.read_now(lambda session: slices_of(session, rehearsal.batch_id))
    try:
        for one in slices:
            if one.position not in done:
                _rehearse_slice(parts, rehearsal_id, one, table)
    except BlobGone:
        return partial(_finish, rehearsal_id=rehearsal_id, state=FAILED)
    return partial(_finish, rehearsal_id=rehearsal_id, state=COMPLETE)


def _rehearse_slice(parts: MatcherParts, rehearsal_id: str, one: Slice, table: Table) -> None:
    evidence = get_frame(parts.blobs, ref_of(one.evidence))
    reviewed = parts.db.read_now(lambda session: reviewed_in(session, one.id))
    outcomes = rehearsed(evidence, reviewed, table)
    changes = changes_of(evidence, outcomes)
    stored = put_frame(parts.blobs, changes, purpose="rehearsal", key=KEY) if changes.height else None

    def keep(work: Work) -> None:
        if work.session.get(RehearsedSlice, (rehearsal_id, one.position)) is not None:
            return
        row = RehearsedSlice(
            rehearsal_id=rehearsal_id,
            position=one.position,
            first_seq=one.first_seq,
            rows=outcomes.height,
            counts=[list(count) for count in counted(outcomes)],
            changed=changes["seq"].n_unique(),
            changes=None if stored is None else stored.model_dump(),
        )
        work.session.add(row)
        if stored is not None:
            # The list says no more than the evidence does, so it lives no longer.
            until = kept_until(work.session, ref_of(one.evidence).id) or work.now
            doom(work, stored, what="evidence", batch_id=one.batch_id, at=until)

    parts.db.write_now(keep)


def _finish(work: Work, *, rehearsal_id: str, state: str) -> None:
    rehearsal = rehearsal_of(work.session, rehearsal_id)
    if rehearsal.state != RUNNING:
        return
    rehearsal.state, rehearsal.done_at = state, work.now
    slices = rehearsed_slices(work.session, rehearsal_id)
    figures = summary(summed(counts_in(one) for one in slices))
    work.announce(
        RulesRehearsed(
            rehearsal_id=rehearsal.id,
            version=rehearsal.version,
            batch_id=rehearsal.batch_id,
            state=state,
            inquiries=figures.inquiries,
            changed=figures.changed,
            identified_though_refused=figures.identified_though_refused,
        ),
        subject=rehearsal.id,
    )
    work.record(Access(JOB, ACT, "rehearsal", rehearsal.id, case=rehearsal.batch_id, reason=state))
