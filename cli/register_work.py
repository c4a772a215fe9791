"""The registers of a data directory, worked on without a server or beside one that runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from pydantic import BaseModel, ValidationError

from cli.data_dir import DataDir
from services.authority.app import create_parts
from services.authority.parts import AuthorityParts
from services.authority.settings import AuthoritySettings
from services.authority.storage.registers import clients_after, equipment_after, staff_after
from services.authority.usecases.change_keys import rotate_key, tell_key_destroyed
from services.authority.usecases.client_register import client_view
from services.authority.usecases.equipment_register import equipment_view
from services.authority.usecases.staff_register import staff_view
from services.intake.app import create_service as create_intake
from services.intake.parts import IntakeParts
from services.intake.settings import IntakeSettings
from services.intake.storage.registers import all_plans
from services.intake.storage.tables import PlanRow
from services.intake.usecases.end_contract import end_contract
from services.intake.usecases.load_plans import load_plans
from shared.auth.caller import Caller
from shared.auth.principals import Principal
from shared.auth.tokens import TokenVerifier
from shared.crypto.published import KeyringKeys
from shared.db import Work
from shared.hosting import Kit
from shared.refusals import Refusal
from shared.trail import Access, Actor

OPERATOR: Final = Actor.job("command-line")
ALL: Final = 100_000
E = TypeVar("E", bound=BaseModel)
Step = Callable[[Work], dict[str, Any]]


def kit_of(data_dir: Path) -> Kit:
    """What a host would give to a service on this directory."""
    place = DataDir(data_dir)
    facts = place.facts()
    keyring = place.keyring()
    return Kit(
        data_dir=data_dir,
        keyring=keyring,
        clock=place.clock(),
        tokens=TokenVerifier(KeyringKeys(keyring)),
        mode=facts.mode,
        association=facts.association,
    )


@contextmanager
def authority_on(data_dir: Path) -> Iterator[AuthorityParts]:
    """Authority's stores; a server that runs on the same directory sees what is written here at once."""
    parts = create_parts(AuthoritySettings(), kit_of(data_dir))
    try:
        yield parts
    finally:
        parts.db.close()


@contextmanager
def intake_on(data_dir: Path) -> Iterator[IntakeParts]:
    """Intake's stores, likewise."""
    parts = cast(IntakeParts, create_intake(IntakeSettings(), kit_of(data_dir)).parts)
    try:
        yield parts
    finally:
        parts.db.close()


def entry_of(model: type[E], values: dict[str, Any]) -> E:
    """A checked entry. Refusal `invalid-input` with the places that are wrong, never with a value."""
    try:
        return model.model_validate({name: value for name, value in values.items() if value not in (None, "")})
    except ValidationError as invalid:
        errors = invalid.errors(include_input=False, include_url=False)
        wrong = [f"{'.'.join(map(str, error['loc'])) or 'entry'}: {error['msg']}" for error in errors]
        raise Refusal("invalid-input", errors=wrong) from None


def change(data_dir: Path, step_of: Callable[[AuthorityParts], Step]) -> dict[str, Any]:
    """One change of authority's registers."""
    with authority_on(data_dir) as parts:
        return parts.db.write_now(step_of(parts))


def access(action: str, object_type: str, object_id: str) -> Access:
    """The record of something done at the command line."""
    return Access(OPERATOR, action, object_type, object_id, channel="command-line")


def list_staff(data_dir: Path) -> list[dict[str, Any]]:
    """The duty roster."""
    with authority_on(data_dir) as parts:
        parts.db.write_now(lambda work: work.record(access("authority.staff.list", "staff", "")))
        return [staff_view(parts, row) for row in parts.db.read_now(lambda session: staff_after(session, "", ALL))]


def list_equipment(data_dir: Path) -> list[dict[str, Any]]:
    """Registered equipment."""
    with authority_on(data_dir) as parts:
        parts.db.write_now(lambda work: work.record(access("authority.equipment.list", "equipment", "")))
        return [equipment_view(row) for row in parts.db.read_now(lambda session: equipment_after(session, "", ALL))]


def list_clients(data_dir: Path) -> list[dict[str, Any]]:
    """API clients."""
    with authority_on(data_dir) as parts:
        parts.db.write_now(lambda work: work.record(access("authority.client.list", "client", "")))
        return [client_view(row) for row in parts.db.read_now(lambda session: clients_after(session, "", ALL))]


def list_plans(data_dir: Path) -> list[dict[str, Any]]:
    """Plans under contract, and those whose contract has ended."""
    with intake_on(data_dir) as parts:
        parts.db.write_now(lambda work: work.record(access("intake.plan.read", "plan", "")))
        return [_plan_view(row) for row in parts.db.read_now(all_plans)]


def add_plan(data_dir: Path, row: dict[str, Any]) -> dict[str, Any]:
    """Enters a plan. Refusals `plan-exists`, and `bootstrap-invalid` with the places that are wrong."""
    given = {name: value for name, value in row.items() if value is not None}
    with intake_on(data_dir) as parts:
        if load_plans(parts, [given]) == 0:
            raise Refusal("plan-exists", plan_number=given["number"])
        return next(_plan_view(plan) for plan in parts.db.read_now(all_plans) if plan.number == given["number"])


def end_plan(data_dir: Path, number: str, on: date) -> dict[str, Any]:
    """Ends a plan's contract."""
    record = access("intake.plan.end_contract", "plan", number)
    with intake_on(data_dir) as parts:
        return parts.db.write_now(lambda work: _plan_view(end_contract(work, number, on, record)))


def rotate(data_dir: Path, name: str, by: str, approval: str) -> dict[str, Any]:
    """Rotates a key, with two people."""
    with authority_on(data_dir) as parts:
        _use_approval(parts, "keys.rotate", name, by, approval)
        return rotate_key(parts.keyring, parts.blobs, name)


def destroy(data_dir: Path, name: str, by: str, approval: str) -> dict[str, Any]:
    """Destroys a key and all that it protects, with two people; the certificate's facts."""
    with authority_on(data_dir) as parts:
        caller = _use_approval(parts, "keys.destroy", name, by, approval)
        facts = parts.keyring.destroy(name)
        parts.db.write_now(lambda work: tell_key_destroyed(work, caller, facts))
        return facts


def _use_approval(parts: AuthorityParts, action: str, name: str, by: str, approval: str) -> Caller:
    """The approval is the one that authority keeps: asked for by `by`, decided by somebody else, used once."""
    if not any(info.name == name for info in parts.keyring.list()):
        raise Refusal("not-found", key=name)
    if not (by and approval):
        raise Refusal("approval-required", action=action)
    caller = Caller(Principal(kind="staff", id=by), approval=approval, channel="command-line")

    def write(work: Work) -> None:
        work.use_approval(caller, action, name)
        work.record(caller.access(action, "key", name))

    parts.db.write_now(write)
    return caller


def _plan_view(row: PlanRow) -> dict[str, Any]:
    days = {
        name: value.isoformat() if (value := getattr(row, name)) else None for name in ("contract_from", "contract_to")
    }
    return {"number": row.number, "name": row.name, "kind": row.kind, "channel": row.channel, **days}
