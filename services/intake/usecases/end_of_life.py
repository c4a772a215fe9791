"""What intake's own clocks end: registrations without a file, reader's copies, the data of requests long finished."""

from datetime import datetime, timedelta

from services.intake.parts import IntakeParts
from services.intake.storage.doomed import doom
from services.intake.storage.registers import reader_copies
from services.intake.storage.requests import finished_requests, first_awaiting, move
from services.intake.storage.tables import RequestRow, ref, refs
from services.intake.storage.uploads import forget_parts, parts_of_file
from shared.blobs.ref import BlobRef
from shared.calendar.retention import add_months, due
from shared.db import Work
from shared.trail import Access, Actor

EXPIRY = Actor.job("intake.expiry")


def expire_registrations(work: Work, parts: IntakeParts, at: datetime) -> int:
    """Expire registrations whose file never came; how many. What came of a file in parts goes."""
    rows = first_awaiting(work.session, at - timedelta(days=parts.settings.registration_days))
    for row in rows:
        pieces = parts_of_file(work.session, row.id)
        doom(work, refs([each.blob for each in pieces]), what="", object_type="request", object_id=row.id)
        forget_parts(work.session, row.id)
        move(work, row, "expired")
        work.record(Access(EXPIRY, "intake.request.expire", "request", row.id))
    return len(rows)


def doom_reader_copies(work: Work, at: datetime) -> int:
    """Doom the reader's copies whose 120 days are over; how many."""
    count = 0
    for row in reader_copies(work.session, now=work.now):
        ends = None if row.processed_at is None else due("reader_copy", row.processed_at)
        if ends is None or ends > at:
            break
        doom(
            work,
            [ref(row.reader_copy)],
            what="reader_copy",
            object_type="reception",
            object_id=row.reception_id,
            due_at=ends,
        )
        row.reader_copy = None
        work.session.add(row)
        count += 1
    return count


def doom_request_data(work: Work, parts: IntakeParts, at: datetime) -> int:
    """Doom the data of people in requests that ended long enough ago; how many requests. Counts and states stay."""
    count = 0
    for row in finished_requests(work.session, now=work.now):
        ends = data_due(row, parts.settings.request_data_months)
        if ends is None or ends > at:
            break
        doom(work, data_of(row), what="request_data", object_type="request", object_id=row.id, due_at=ends)
        row.files, row.chunks, row.rejected_chunk, row.findings, row.keys = [], [], None, None, None
        row.form_contact = row.form_remarks = ""
        row.data_destroyed_at = work.now
        work.session.add(row)
        count += 1
    return count


def data_of(row: RequestRow) -> list[BlobRef | None]:
    """The blobs that hold the data of a request's people."""
    return [*refs(row.files), *refs(row.chunks), ref(row.rejected_chunk), ref(row.findings), ref(row.keys)]


def data_due(row: RequestRow, months: int) -> datetime | None:
    """When a request's data are due to be destroyed."""
    return None if row.ended_at is None else add_months(row.ended_at, months)


def registration_ends(row: RequestRow, days: int) -> datetime:
    """When a registration without a file expires."""
    return row.registered_at + timedelta(days=days)
