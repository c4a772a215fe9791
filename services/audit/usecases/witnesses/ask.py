"""Ask the witnesses to cosign the newest checkpoint, and publish it with their signatures."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlmodel import Session

from services.audit.domain.checkpoints import checkpoint_of
from services.audit.domain.cosignatures import Cosigned, cosignature_in, with_cosignatures
from services.audit.domain.notes import Note, note_of, signatures_of
from services.audit.domain.proofs import consistency_proof
from services.audit.domain.witnesses import WitnessPlace, next_ask
from services.audit.domain.witnessing import submission_text
from services.audit.parts import AuditParts
from services.audit.storage import chains, log, witnesses
from services.audit.storage.witness_tables import Cosignature
from services.audit.usecases.prove import published
from services.audit.usecases.witnesses.call import SECONDS, Answer, add_checkpoint
from shared.crypto.signatures import verify
from shared.db import Work
from shared.refusals import Refusal

REFUSED: Final = "witness-refused"  # the alarm: what the witness saw of the log is not what we show
OK, CONFLICT, UNPROCESSABLE = 200, 409, 422


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking one witness. `saw`: the size that it holds against us, where it refused for that."""

    name: str
    signed: Cosigned | None = None
    cause: str = ""
    saw: int | None = None


async def next_asking(parts: AuditParts, until: datetime) -> datetime | None:
    """The earliest instant up to `until` at which a witness has to be asked."""

    def earliest(session: Session) -> datetime | None:
        last = log.last_checkpoint(session)
        if last is None:
            return None
        standings = [witnesses.standing(session, place.name) for place in parts.witnesses]
        due = [next_ask(standing, last.size, last.signed_at) for standing in standings]
        return min((at for at in due if at is not None), default=None)

    found = await parts.db.read(earliest) if parts.witnesses else None
    return found if found is not None and found <= until else None


async def ask_witnesses(parts: AuditParts, at: datetime) -> dict[str, int]:
    """Ask those who are due, side by side, for two seconds at most: no witness keeps the next checkpoint waiting."""
    last = await parts.db.read(log.last_checkpoint)
    if last is None:
        return {"cosigned": 0, "failed": 0}
    due = [place for place in parts.witnesses if await _is_due(parts, place, last.size, last.signed_at, at)]
    answers = await asyncio.gather(*(_ask_in_time(parts, place, last.size, last.note) for place in due))
    await parts.db.write(lambda work: _keep(work, last.size, answers))
    signed = sum(one.signed is not None for one in answers)
    if signed:
        await asyncio.to_thread(publish_cosigned, parts, last.size, last.note)
    return {"cosigned": signed, "failed": len(answers) - signed}


def publish_cosigned(parts: AuditParts, size: int, note: str) -> None:
    """Lay the cosigned checkpoint into the folder; under the plain one too, while that is still the newest."""
    lines = [row.line for row in parts.db.read_now(lambda session: witnesses.cosignatures(session, size))]
    whole = with_cosignatures(note, lines)
    with parts.publishing:
        before = parts.folder.cosigned()
        if before is None or checkpoint_of(note_of(before).text).size <= size:
            parts.folder.put_cosigned(whole)
        shown = parts.folder.checkpoint()
        if shown is not None and note_of(shown).text == note_of(note.encode()).text:
            parts.folder.put_checkpoint(whole)


async def _is_due(parts: AuditParts, place: WitnessPlace, size: int, signed_at: datetime, at: datetime) -> bool:
    standing = await parts.db.read(lambda session: witnesses.standing(session, place.name))
    due = next_ask(standing, size, signed_at)
    return due is not None and due <= at


async def _ask_in_time(parts: AuditParts, place: WitnessPlace, size: int, note: str) -> Asked:
    known = (await parts.db.read(lambda session: witnesses.standing(session, place.name))).size
    try:
        return await asyncio.wait_for(asyncio.to_thread(_ask, parts, place, known, size, note), SECONDS)
    except TimeoutError:
        return Asked(place.name, cause="no-answer")


def _ask(parts: AuditParts, place: WitnessPlace, known: int, size: int, note: str) -> Asked:
    """Ask once; and once more where the witness has seen another size than we remember."""
    answer = _submitted(parts, place, known, size, note)
    saw = _size_in(answer)
    if saw is not None and saw != known and saw <= size:
        known, answer = saw, _submitted(parts, place, saw, size, note)
        saw = _size_in(answer)
    if answer.status == OK:
        return _signed(place, note, answer)
    if answer.status == UNPROCESSABLE or saw is not None:
        return Asked(place.name, cause=REFUSED, saw=known if saw is None else saw)
    return Asked(place.name, cause=f"status-{answer.status}" if answer.status else "no-answer")


def _submitted(parts: AuditParts, place: WitnessPlace, known: int, size: int, note: str) -> Answer:
    proof = consistency_proof(published(parts), known, size)
    return add_checkpoint(place.url, submission_text(known, proof, note).encode(), parts.settings.witness_ca)


def _size_in(answer: Answer) -> int | None:
    text = answer.body.strip()
    return int(text) if answer.status == CONFLICT and text.isdigit() and len(text) < 20 else None


def _signed(place: WitnessPlace, note: str, answer: Answer) -> Asked:
    try:
        under = Note(note_of(note.encode()).text, signatures_of(answer.body.decode()))
    except (ValueError, Refusal):
        return Asked(place.name, cause="answer-unreadable")
    signed = cosignature_in(under, place.key, verify)
    return Asked(place.name, signed, cause="" if signed else "signature-wrong")


def _keep(work: Work, size: int, answers: list[Asked]) -> None:
    for asked in answers:
        if asked.signed is not None:
            signed_at = datetime.fromtimestamp(asked.signed.at, UTC)
            row = Cosignature(size=size, witness=asked.name, line=asked.signed.line, signed_at=signed_at)
            witnesses.keep_signed(work.session, row, work.now)
            continue
        witnesses.keep_failed(work.session, asked.name, asked.cause, work.now)
        if asked.saw is not None:
            chains.raise_alarm(work.session, REFUSED, asked.name[:80], asked.saw, asked.saw, work.now)
