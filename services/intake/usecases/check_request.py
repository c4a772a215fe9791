"""The daily check of one request's file: read once, block by block, then accepted or returned in one transaction."""

import asyncio
from dataclasses import dataclass, field

import polars as pl

from services.intake.parts import IntakeParts
from services.intake.storage.doomed import doom
from services.intake.storage.file_streams import FileDamaged, JoinedBlobs
from services.intake.storage.registers import number_lists
from services.intake.storage.requests import kind_of, move, waiting
from services.intake.storage.requests import same_file_exists as in_house
from services.intake.storage.tables import PlanRow, RequestRow, refs
from services.intake.usecases.change_request import put_in_place
from services.intake.usecases.scanning import is_clean
from services.intake.usecases.tell_request_data import tell_request_data
from shared.blobs.columns import get_frame, put_frame
from shared.blobs.ref import BlobRef
from shared.bus.handling import Effect
from shared.calendar.clock import JST
from shared.check import FileFacts
from shared.check.columns import SCHEMA, KnownNumbers, RequestCheck
from shared.check.columns.hashed_set import HashedSet
from shared.check.verdict import Verdict
from shared.db import Work
from shared.events.intake import RequestAccepted, RequestReturned
from shared.layouts import KIND_CODES, layout
from shared.layouts.columns import read
from shared.telemetry.stages import stage
from shared.trail import Access, Actor

ACTOR = Actor.job("intake.check")
REJECTED = {"serial": pl.Int32, "member_id": pl.String, "codes": pl.String}


@dataclass
class Outcome:
    """What a check made, before it is committed."""

    verdict: Verdict
    chunks: list[BlobRef] = field(default_factory=list)
    rejected_chunk: BlobRef | None = None
    findings: BlobRef | None = None
    keys: BlobRef | None = None
    file_key: str = ""
    finding_counts: dict[str, int] = field(default_factory=dict)

    @property
    def made(self) -> list[BlobRef | None]:
        """Every blob of it."""
        return [*self.chunks, self.rejected_chunk, self.findings, self.keys]


async def check_request(parts: IntakeParts, request_id: str) -> Effect | None:
    """Check the file outside a transaction; what comes back commits the outcome, once."""
    row = await parts.db.read(lambda session: session.get(RequestRow, request_id))
    if row is None or row.state != "checking":
        return None
    try:
        outcome = await asyncio.to_thread(_run, parts, row)
    except FileDamaged:
        outcome = await asyncio.to_thread(_unreadable, parts, row)
    return lambda work: _commit(work, request_id, outcome, parts.settings.request_data_months)


def _unreadable(parts: IntakeParts, row: RequestRow) -> Outcome:
    """The file goes back, so that nothing waits for ever: neither its plan nor the cutoff."""
    verdict = Verdict.unreadable(KIND_CODES[row.kind])
    found = _frame(verdict)
    return Outcome(verdict, findings=_stored(parts, row, found, "findings"), finding_counts=_counted(found))


@stage("intake.check")
def _run(parts: IntakeParts, row: RequestRow) -> Outcome:
    files = refs(row.files)
    facts, numbers, file_key = _facts(parts, row, files)
    chunks: list[BlobRef] = []
    rejected, findings, keys = [pl.DataFrame(schema=REJECTED)], [], []
    with JoinedBlobs(parts.blobs, files) as source:
        check = RequestCheck(source, facts, numbers)
        for block in check.blocks():
            if block.accepted.height:
                chunks.append(put_frame(parts.blobs, block.accepted, purpose="accepted-chunk", key=_key(row)))
            rejected.append(block.rejected)
            findings.append(block.findings)
            keys.append(block.keys)
    verdict = check.verdict()
    found = pl.concat([_frame(verdict), *findings])
    return Outcome(
        verdict,
        chunks,
        _stored(parts, row, pl.concat(rejected), "rejected-chunk"),
        _stored(parts, row, found, "findings"),
        _stored(parts, row, pl.concat(keys), "inquiry-keys") if keys else None,
        file_key,
        _counted(found),
    )


def _counted(findings: pl.DataFrame) -> dict[str, int]:
    """How often each code was found."""
    return dict(findings.group_by("code").len().sort("code").iter_rows())


def _facts(parts: IntakeParts, row: RequestRow, files: tuple[BlobRef, ...]) -> tuple[FileFacts, KnownNumbers, str]:
    """What the server knows of this file, from one consistent look."""
    with JoinedBlobs(parts.blobs, files) as source:
        header = read(layout("pfa-request-1"), source).header
    file_key = _file_key(row, header)

    def look(session):  # type: ignore[no-untyped-def]
        plan = session.get(PlanRow, row.plan_number)
        issued = [each.numbers for each in number_lists(session, row.plan_number, "issued")]
        deleted = [each.numbers for each in number_lists(session, row.plan_number, "destroyed")]
        keys = [each.keys for each in waiting(session, row) if each.keys]
        return plan, issued, deleted, keys, in_house(session, row, row.file_sha256, file_key)

    plan, issued, deleted, keys, received_before = parts.db.read_now(look)
    today = (row.file_received_at or parts.clock.now()).astimezone(JST).date()
    numbered = row.kind != "provisional"
    facts = FileFacts(
        today=today,
        plan_number=row.plan_number,
        kind=KIND_CODES[row.kind],
        registered_records=row.registered_records,
        received_before=received_before,
        clean=is_clean(parts.settings, lambda: JoinedBlobs(parts.blobs, files)),
        contract_in_force=plan is not None and plan.in_force(today),
        max_records=parts.settings.max_records,
        max_bytes=parts.settings.max_file_bytes,
    )
    numbers = KnownNumbers(
        issued=_texts(parts, issued, "inquiry_number") if numbered else None,
        deleted=_texts(parts, deleted, "inquiry_number") if numbered else None,
        waiting=_texts(parts, keys, "key"),
    )
    return facts, numbers, file_key


def _frame(verdict: Verdict) -> pl.DataFrame:
    return pl.DataFrame(verdict.file_findings, schema=SCHEMA, orient="row")


def _texts(parts: IntakeParts, stored: list[dict[str, object]], column: str) -> HashedSet:
    found = HashedSet()
    for each in stored:
        found.add(get_frame(parts.blobs, BlobRef.model_validate(each)).get_column(column))
    return found


def _file_key(row: RequestRow, header: dict[str, str] | None) -> str:
    """Plan, kind, date and serial of a file; empty where its header cannot be read."""
    if header is None:
        return ""
    named = (row.plan_number, header["kind"], header["created"], header["media_serial"])
    return "/".join(named) if all(each.isascii() and len(each) <= 8 for each in named) else ""


def _stored(parts: IntakeParts, row: RequestRow, frame: pl.DataFrame, purpose: str) -> BlobRef | None:
    return put_frame(parts.blobs, frame, purpose=purpose, key=_key(row)) if frame.height else None


def _key(row: RequestRow) -> str:
    return f"plan/{row.plan_number}"


def _commit(work: Work, request_id: str, outcome: Outcome, keep_months: int) -> None:
    row = work.session.get(RequestRow, request_id)
    if row is None or row.state != "checking":
        doom(work, outcome.made, what="", object_type="request", object_id=request_id)
        return
    verdict = outcome.verdict
    row.charset, row.codes, row.file_key = verdict.charset, list(verdict.file_codes), outcome.file_key
    row.received, row.accepted, row.rejected = verdict.received, verdict.accepted, verdict.rejected
    row.findings, row.finding_counts = _dump(outcome.findings), outcome.finding_counts
    if verdict.returned:
        _return(work, row, outcome)
    else:
        _accept(work, row, outcome, keep_months)
    if row.channel == "disc":
        doom(work, refs(row.files), what="transfer_file", object_type="request", object_id=row.id)
        row.files = []
    tell_request_data(work, row, keep_months)
    access = Access(
        ACTOR, "intake.request.check", "request", row.id, subjects=row.received, purpose="intake-check", case=row.id
    )
    work.record(access)


def _accept(work: Work, row: RequestRow, outcome: Outcome, keep_months: int) -> None:
    row.chunks = [each.model_dump() for each in outcome.chunks]
    row.rejected_chunk, row.keys = _dump(outcome.rejected_chunk), _dump(outcome.keys)
    row.accepted_at = work.now
    move(work, row, "accepted")
    put_in_place(work, row, keep_months)
    event = RequestAccepted(
        request_id=row.id,
        plan_number=row.plan_number,
        kind=kind_of(row),
        cycle=row.cycle,
        received=row.received,
        accepted=row.accepted,
        rejected=row.rejected,
    )
    work.announce(event, subject=f"request/{row.id}")


def _return(work: Work, row: RequestRow, outcome: Outcome) -> None:
    unused = [*outcome.chunks, outcome.rejected_chunk, outcome.keys]
    doom(work, unused, what="", object_type="request", object_id=row.id)
    move(work, row, "returned")
    event = RequestReturned(request_id=row.id, plan_number=row.plan_number, kind=kind_of(row), codes=tuple(row.codes))
    work.announce(event, subject=f"request/{row.id}")


def _dump(blob: BlobRef | None) -> dict[str, object] | None:
    return None if blob is None else blob.model_dump()
