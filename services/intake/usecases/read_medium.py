"""Keep what the media reader read, and see at once whether it can be opened."""

from typing import cast

from sqlmodel import Session

from services.intake.domain.media_files import request_files
from services.intake.domain.receptions import MediumState, check_medium_transition
from services.intake.storage.doomed import doom
from services.intake.storage.registers import find_medium, find_reception
from services.intake.storage.tables import MediumRow, ref
from shared.auth.caller import Caller
from shared.blobs.errors import StoreAway
from shared.blobs.ref import BlobRef
from shared.blobs.store import BlobStore
from shared.calendar.retention import due
from shared.db import Work
from shared.discs.reader import Medium, UnreadableMedium, open_medium
from shared.hosting.keeping import tell_kept
from shared.layouts import layout
from shared.refusals import Refusal


def check_readable_now(session: Session, reception_id: str, number: int) -> MediumRow:
    """The medium, ready to be read in. Refusal `not-found` or `wrong-state`."""
    row = find_medium(session, reception_id, number)
    check_medium_transition(medium_state(row), "read")
    return row


def plan_to_read(session: Session, reception_id: str, number: int) -> str:
    """Whose medium it is, when it may be read in now. Refusal `not-found` or `wrong-state`."""
    check_readable_now(session, reception_id, number)
    return find_reception(session, reception_id).plan_number


def can_be_opened(blobs: BlobStore, copy: BlobRef) -> bool:
    """Whether the copy is a medium with request files on it (otherwise F11)."""
    try:
        with blobs.open(copy) as source, open_medium(source, copy.size) as medium:
            names_of_requests(medium)
    except StoreAway:
        raise  # the store does not answer: that says nothing of the medium
    except (UnreadableMedium, Refusal):
        return False
    return True


def names_of_requests(medium: Medium) -> dict[str, str]:
    """Name of each request file to its kind (a header's code; empty for a single file without a name)."""
    files = medium.files()
    if [each.name for each in files] == [""]:
        return {"": ""}
    return {
        each.name: each.kind for each in request_files([each.name for each in files], layout("pfa-request-1").file_name)
    }


def read_medium(work: Work, reception_id: str, number: int, copy: BlobRef, *, opens: bool, caller: Caller) -> MediumRow:
    """Keep the reader's copy; a medium that cannot be opened has finding F11 and waits to be returned or read again."""
    row = check_readable_now(work.session, reception_id, number)
    doom(work, [ref(row.reader_copy)], what="reader_copy", object_type="reception", object_id=reception_id)
    row.reader_copy = copy.model_dump()
    row.read_at = work.now
    row.state = "read" if opens else "unreadable"
    row.codes = [] if opens else ["F11"]
    row.processed_at = None if opens else work.now
    work.session.add(row)
    plan = find_reception(work.session, reception_id).plan_number
    tell_reader_copy(work, row, plan)
    work.record(caller.access("intake.media.read_in", "reception", reception_id, release=copy.sha256))
    return row


def tell_reader_copy(work: Work, row: MediumRow, plan_number: str) -> None:
    """Tell that the reader has a copy, and until when, once the medium is processed."""
    tell_kept(
        work,
        [ref(row.reader_copy)],
        service="intake",
        what="reader_copy",
        object_type="reception",
        object_id=row.reception_id,
        belongs_to={"plan": plan_number},
        kept_from=row.read_at,
        due_at=None if row.processed_at is None else due("reader_copy", row.processed_at),
    )


def medium_state(row: MediumRow) -> MediumState:
    """The state as the transition table knows it."""
    return cast(MediumState, row.state)
