"""The daily transfer: what the reader read goes to the work server as one batch, file by file, to be checked there."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlmodel import Session

from services.intake.parts import IntakeParts
from services.intake.storage.doomed import doom
from services.intake.storage.registers import find_medium, find_plan, find_reception, media_to_transfer
from services.intake.storage.requests import start
from services.intake.storage.tables import MediumRow, RequestHistoryRow, RequestRow, ref
from services.intake.usecases.read_medium import names_of_requests, tell_reader_copy
from shared.blobs.errors import BlobDamaged, BlobGone
from shared.blobs.ref import BlobRef
from shared.calendar.cutoffs import cycle_of
from shared.db import Work
from shared.discs.reader import Medium, MediumFile, UnreadableMedium, open_medium
from shared.events.intake import FileReceived
from shared.hosting.keeping import tell_kept
from shared.ids import new_id
from shared.layouts import kind_name, layout
from shared.layouts.columns import read
from shared.trail import Access, Actor

ACTOR = Actor.job("intake.transfer")


@dataclass(frozen=True)
class Transferred:
    """One request file on the work server."""

    kind: str
    blob: BlobRef


async def transfer_day(parts: IntakeParts, until: datetime) -> dict[str, int]:
    """Transfer every medium that was read by `until` and not transferred; counts of media and files."""
    media = await parts.db.read(lambda session: _waiting(session, until))
    files = 0
    for medium, plan_number in media:
        made = await asyncio.to_thread(_copy_files, parts, medium, plan_number)
        files += await parts.db.write(partial(_take_over, seen=medium, made=made))
    return {"media": len(media), "files": files}


def _waiting(session: Session, until: datetime) -> list[tuple[MediumRow, str]]:
    media = [each for each in media_to_transfer(session) if each.read_at is not None and each.read_at <= until]
    return [(each, find_reception(session, each.reception_id).plan_number) for each in media]


def _copy_files(parts: IntakeParts, row: MediumRow, plan_number: str) -> list[Transferred] | None:
    """Copies of the medium's request files; None where it cannot be read after all."""
    copy = ref(row.reader_copy)
    if copy is None:
        return None
    made: list[Transferred] = []
    try:
        with parts.blobs.open(copy) as source, open_medium(source, copy.size) as medium:
            kinds = names_of_requests(medium)
            for file in medium.files():
                if file.name in kinds:
                    blob = _copy(parts, medium, file, plan_number)
                    made.append(Transferred(kinds[file.name] or _kind_in(parts, blob), blob))
    except (UnreadableMedium, BlobDamaged, BlobGone):
        _drop(parts, made)
        return None
    except BaseException:
        _drop(parts, made)
        raise
    return made


def _drop(parts: IntakeParts, made: list[Transferred]) -> None:
    for each in made:
        parts.blobs.destroy(each.blob)


def _copy(parts: IntakeParts, medium: Medium, file: MediumFile, plan_number: str) -> BlobRef:
    with parts.blobs.create(purpose="transfer-file", key=f"plan/{plan_number}") as writer:
        for piece in medium.read(file, parts.settings.max_image_bytes):
            writer.write(piece)
    return writer.ref


def _kind_in(parts: IntakeParts, blob: BlobRef) -> str:
    """The kind that a file without a name states in its header; provisional where it states none."""
    with parts.blobs.open(blob) as source:
        return read(layout("pfa-request-1"), source).kind or "1"


def _take_over(work: Work, seen: MediumRow, made: list[Transferred] | None) -> int:
    row = find_medium(work.session, seen.reception_id, seen.number)
    if row.state != "read" or row.reader_copy != seen.reader_copy:
        doom(work, [each.blob for each in made or []], what="", object_type="reception", object_id=row.reception_id)
        return 0
    row.processed_at = work.now
    row.state = "unreadable" if made is None else "transferred"
    row.codes = ["F11"] if made is None else []
    work.session.add(row)
    tell_reader_copy(work, row, find_reception(work.session, row.reception_id).plan_number)
    for each in made or []:
        _start_request(work, row, each)
    work.record(
        Access(
            ACTOR, "intake.transfer.run", "reception", row.reception_id, purpose="intake-check", case=row.reception_id
        )
    )
    return len(made or [])


def _start_request(work: Work, medium: MediumRow, file: Transferred) -> None:
    """The file counts for the cycle in which its medium was read."""
    reception = find_reception(work.session, medium.reception_id)
    plan = find_plan(work.session, reception.plan_number)
    received_at = medium.read_at or work.now
    cycle = cycle_of(received_at)
    row = RequestRow(
        id=new_id(),
        plan_number=plan.number,
        kind=kind_name(file.kind) or "provisional",
        channel="disc",
        state="checking",
        cycle=cycle,
        registered_cycle=cycle,
        form_date=reception.received_on,
        reception_id=reception.id,
        registered_at=reception.registered_at,
        file_received_at=received_at,
        file_sha256=file.blob.sha256,
        file_size=file.blob.size,
        files=[file.blob.model_dump()],
    )
    work.session.add(RequestHistoryRow(request_id=row.id, state="awaiting_file", at=reception.registered_at))
    start(work, row)
    tell_kept(
        work,
        [file.blob],
        service="intake",
        what="transfer_file",
        object_type="request",
        object_id=row.id,
        belongs_to={"plan": plan.number, "reception": reception.id},
    )
    work.announce(FileReceived(request_id=row.id), subject=f"request/{row.id}")
