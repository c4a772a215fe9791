"""Take a request's file, whole or in parts; when it is whole its check may start."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from services.intake.storage.doomed import doom
from services.intake.storage.file_streams import JoinedBlobs
from services.intake.storage.requests import move
from services.intake.storage.tables import RequestRow, UploadPartRow
from services.intake.storage.uploads import forget_parts, parts_of_file
from services.intake.usecases.find_own_request import find_own_request
from shared.auth.caller import Caller
from shared.blobs.ref import BlobRef
from shared.blobs.store import BlobStore
from shared.calendar.cutoffs import cycle_of
from shared.db import Work
from shared.events.intake import FileReceived
from shared.refusals import Refusal

PIECE_BYTES = 1 << 20


@dataclass(frozen=True)
class Part:
    """A part of a file: bytes `start` to `stop` (exclusive) of `total`."""

    start: int
    stop: int
    total: int


def awaits_file(session: Session, request_id: str, caller: Caller) -> RequestRow:
    """The request, ready to take a file. Refusal `not-found` or `wrong-state`."""
    row = find_own_request(session, request_id, caller)
    if row.state != "awaiting_file":
        raise Refusal("wrong-state", state=row.state, wanted="checking", allowed=["awaiting_file"])
    return row


def check_part(session: Session, row: RequestRow, part: Part) -> None:
    """Refusal `part-out-of-order` that says where the next part must begin."""
    parts = parts_of_file(session, row.id)
    begin = sum(each.blob["size"] for each in parts)
    if part.start != begin or any(each.total != part.total for each in parts):
        raise Refusal("part-out-of-order", next_byte=begin)


def keep_part(work: Work, request_id: str, part: Part, blob: BlobRef, caller: Caller) -> list[BlobRef]:
    """Keep a part; all parts when the file is whole now, none before."""
    row = awaits_file(work.session, request_id, caller)
    check_part(work.session, row, part)
    kept = UploadPartRow(request_id=row.id, start=part.start, total=part.total, blob=blob.model_dump())
    work.session.add(kept)
    work.record(caller.access("intake.request.upload", "request", row.id, release=blob.sha256))
    if part.stop < part.total:
        return []
    work.session.flush()
    return [BlobRef.model_validate(each.blob) for each in parts_of_file(work.session, row.id)]


def digest_of(blobs: BlobStore, files: Sequence[BlobRef]) -> str:
    """The SHA-256 of the whole file, in hex."""
    if len(files) == 1:
        return files[0].sha256
    digest = hashlib.sha256()
    with JoinedBlobs(blobs, files) as joined:
        while piece := joined.read(PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()


def take_file(work: Work, request_id: str, files: Sequence[BlobRef], sha256: str, caller: Caller) -> RequestRow:
    """The file is whole: it counts for the cycle of this instant, and its check may start.

    Refusal `digest-mismatch` when it is not the file that was registered.
    """
    row = awaits_file(work.session, request_id, caller)
    if sha256 != row.registered_sha256:
        raise Refusal("digest-mismatch")
    row.files = [each.model_dump() for each in files]
    row.file_sha256 = sha256
    row.file_size = sum(each.size for each in files)
    row.file_received_at = work.now
    row.cycle = cycle_of(work.now)
    forget_parts(work.session, row.id)
    move(work, row, "checking")
    work.announce(FileReceived(request_id=row.id), subject=f"request/{row.id}")
    subjects = row.registered_records or 0
    work.record(caller.access("intake.request.upload", "request", row.id, subjects=subjects, release=sha256))
    return row


def drop_file(work: Work, request_id: str, files: Sequence[BlobRef]) -> None:
    """A file that is not the registered one: its bytes go, and the request still waits."""
    forget_parts(work.session, request_id)
    doom(work, files, what="", object_type="request", object_id=request_id)
