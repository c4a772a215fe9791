"""The first entries of the registers, from a bootstrap file."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import ValidationError

from services.authority.parts import AuthorityParts
from services.authority.storage.registers import client_by_id, equipment_by_id, staff_by_id
from services.authority.usecases.client_register import add_client
from services.authority.usecases.entries import ClientEntry, Entry, EquipmentEntry, StaffEntry
from services.authority.usecases.equipment_register import add_equipment
from services.authority.usecases.staff_register import add_staff
from shared.db import Work
from shared.refusals import Refusal
from shared.trail import Access, Actor

BOOTSTRAP: Final = Actor.job("bootstrap")
ENTRIES: Final[Mapping[str, type[Entry]]] = {"staff": StaffEntry, "equipment": EquipmentEntry, "clients": ClientEntry}


def load_bootstrap(parts: AuthorityParts, bootstrap: Mapping[str, Any]) -> dict[str, int]:
    """Enters staff, equipment and clients, all or none; what is entered already stays as it is. Counts what is new.

    Refusal `bootstrap-invalid` with every place that is wrong, and why; never with a value.
    """
    entries = _read(bootstrap)
    steps = [(kind, _entering(parts, kind, at, entry)) for kind, at, entry in entries]

    def write(work: Work) -> dict[str, int]:
        made = dict.fromkeys(ENTRIES, 0)
        for kind, step in steps:
            if step is not None:
                step(work)
                made[kind] += 1
        return made

    return parts.db.write_now(write)


def _read(bootstrap: Mapping[str, Any]) -> list[tuple[str, int, Any]]:
    entries: list[tuple[str, int, Any]] = []
    wrong: list[str] = []
    for kind, model in ENTRIES.items():
        rows = bootstrap.get(kind, [])
        if not isinstance(rows, list):
            raise Refusal("bootstrap-invalid", errors=[f"{kind}: must be written as [[{kind}]]"])
        for at, row in enumerate(rows):
            try:
                entries.append((kind, at, model.model_validate(row)))
            except ValidationError as invalid:
                wrong += [_place(kind, at, error) for error in invalid.errors(include_input=False, include_url=False)]
    for kind in ENTRIES:
        ids = [entry.id for of, _, entry in entries if of == kind]
        wrong += [f"{kind}: id {one} twice" for one in sorted({one for one in ids if ids.count(one) > 1})]
    if wrong:
        raise Refusal("bootstrap-invalid", errors=wrong)
    return entries


def _entering(parts: AuthorityParts, kind: str, at: int, entry: Any) -> Callable[[Work], object] | None:
    """The step that enters a row, or None where it is there already."""
    try:
        match entry:
            case StaffEntry():
                known = parts.db.read_now(lambda session: staff_by_id(session, entry.id) is not None)
                access = Access(BOOTSTRAP, "authority.staff.add", "staff", entry.id)
                return None if known else add_staff(parts, entry, access)
            case EquipmentEntry():
                known = parts.db.read_now(lambda session: equipment_by_id(session, entry.id) is not None)
                access = Access(BOOTSTRAP, "authority.equipment.add", "equipment", entry.id)
                return None if known else add_equipment(parts, entry, access)
            case _:
                known = parts.db.read_now(lambda session: client_by_id(session, entry.id) is not None)
                access = Access(BOOTSTRAP, "authority.client.add", "client", entry.id)
                return None if known else add_client(parts, entry, access)
    except Refusal as refusal:
        raise Refusal("bootstrap-invalid", errors=[f"{kind}[{at}]: {refusal.code}"]) from refusal


def _place(kind: str, at: int, error: Any) -> str:
    where = ".".join(str(step) for step in error["loc"])
    return f"{kind}[{at}]{'.' if where else ''}{where}: {error['msg']}"
