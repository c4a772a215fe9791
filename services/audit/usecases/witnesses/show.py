"""How it stands with the witnesses."""

from typing import Any

from sqlmodel import Session

from services.audit.domain.witnesses import WitnessPlace
from services.audit.parts import AuditParts
from services.audit.storage import log, witnesses
from services.audit.usecases.show import instant


async def witnesses_shown(parts: AuditParts) -> list[dict[str, Any]]:
    """Each witness of the settings: its key, what it signed last, how many records are newer, why it failed."""
    return await parts.db.read(lambda session: [_shown(session, place) for place in parts.witnesses])


def _shown(session: Session, place: WitnessPlace) -> dict[str, Any]:
    row, signed = witnesses.witness(session, place.name), witnesses.last_cosignature(session, place.name)
    size = 0 if signed is None else signed.size
    return {
        "name": place.name,
        "key": place.key.text,
        "size": size,
        "signed_at": instant(None if signed is None else signed.signed_at),
        "newer_records": log.tree(session).size - size,
        "failures": 0 if row is None else row.failures,
        "asked_at": instant(None if row is None else row.asked_at),
        "cause": "" if row is None else row.cause,
    }
