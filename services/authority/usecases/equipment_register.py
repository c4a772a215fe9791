"""The register of equipment: enter, end."""

from collections.abc import Callable
from typing import Any, Final

from services.authority.parts import AuthorityParts
from services.authority.storage.registers import equipment_by_id
from services.authority.storage.sessions import end_session, open_sessions
from services.authority.storage.tables import Equipment
from services.authority.usecases.entries import EquipmentEntry
from services.authority.usecases.secrets import machine_digest
from shared.db import Work
from shared.refusals import Refusal
from shared.trail import Access

SHORTEST_SECRET: Final = 16


def add_equipment(parts: AuthorityParts, entry: EquipmentEntry, access: Access) -> Callable[[Work], dict[str, Any]]:
    """The transaction that enters a piece of equipment. Refusal `equipment-exists`."""
    secret = entry.secret.get_secret_value()
    if parts.mode != "demo" and len(secret) < SHORTEST_SECRET:
        raise Refusal("secret-too-short", at_least=SHORTEST_SECRET)
    digest = machine_digest(parts.keyring, "equipment", entry.id, secret)

    def write(work: Work) -> dict[str, Any]:
        if equipment_by_id(work.session, entry.id) is not None:
            raise Refusal("equipment-exists")
        equipment = Equipment(
            id=entry.id,
            equipment_class=entry.equipment_class,
            place=entry.place,
            secret_digest=digest,
            added_at=work.now,
        )
        work.session.add(equipment)
        work.record(access)
        return equipment_view(equipment)

    return write


def end_equipment(parts: AuthorityParts, equipment_id: str, access: Access) -> Callable[[Work], dict[str, Any]]:
    """Nobody signs in there any more, and who is signed in there is signed out."""

    def write(work: Work) -> dict[str, Any]:
        equipment = equipment_by_id(work.session, equipment_id)
        if equipment is None:
            raise Refusal("not-found")
        equipment.ended_at = equipment.ended_at or work.now
        work.session.add(equipment)
        for session in open_sessions(work.session, equipment_id=equipment_id):
            end_session(work, session, parts.machine.now())
        work.record(access)
        return equipment_view(equipment)

    return write


def equipment_view(equipment: Equipment) -> dict[str, Any]:
    """An entry as the register shows it."""
    return {
        "id": equipment.id,
        "class": equipment.equipment_class,
        "place": equipment.place,
        "added_at": equipment.added_at.isoformat(),
        "ended_at": equipment.ended_at.isoformat() if equipment.ended_at else None,
    }
