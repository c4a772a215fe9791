"""The register of staff: enter, change, end."""

import base64
from collections.abc import Callable
from datetime import date
from typing import Any, Final

from services.authority.domain.duty import refusal_of_duty
from services.authority.parts import AuthorityParts
from services.authority.storage.registers import holder_of_door_user, staff_by_id
from services.authority.storage.sessions import end_session, open_sessions
from services.authority.storage.tables import Staff
from services.authority.usecases.entries import StaffEntry
from services.authority.usecases.secrets import STAFF_FIELDS, password_hash
from services.authority.usecases.tokens import standing_of
from shared.calendar.clock import JST
from shared.db import Work
from shared.events.authority import StaffChanged
from shared.refusals import Refusal
from shared.trail import Access

NAME_PLACE: Final = "staff.name"
TOTP_PLACE: Final = "staff.totp"
SHORTEST_PASSWORD: Final = 12
STANDING: Final = (
    "revision",
    "team",
    "roster_from",
    "roster_to",
    "pledged_on",
    "trained_on",
    "left_on",
    "door_user",
)


def add_staff(parts: AuthorityParts, entry: StaffEntry, access: Access) -> Callable[[Work], dict[str, Any]]:
    """Prepares the entry (hashing takes its time), returns the transaction. Refusal `staff-exists`."""
    password = entry.password.get_secret_value()
    if parts.mode != "demo" and len(password) < SHORTEST_PASSWORD:
        raise Refusal("password-too-short", at_least=SHORTEST_PASSWORD)
    cipher = parts.keyring.field_cipher(STAFF_FIELDS)
    row: dict[str, Any] = {
        "id": entry.id,
        "name_sealed": cipher.encrypt(entry.name, place=NAME_PLACE, row=entry.id),
        "team": entry.team,
        "password_hash": password_hash(password),
        "totp_sealed": _sealed_totp(parts, entry),
        "roster_from": entry.roster_from,
        "roster_to": entry.roster_to,
        "pledged_on": entry.pledged_on,
        "trained_on": entry.trained_on,
        "door_user": entry.door_user,
    }

    def write(work: Work) -> dict[str, Any]:
        if staff_by_id(work.session, entry.id) is not None:
            raise Refusal("staff-exists")
        _refuse_shared_door_user(work, entry.id, entry.door_user)
        staff = Staff(**row, added_at=work.now)
        work.session.add(staff)
        _announce(work, staff, "added", access)
        return staff_view(parts, staff)

    return write


def change_staff(
    parts: AuthorityParts, staff_id: str, changes: dict[str, Any], access: Access
) -> Callable[[Work], dict[str, Any]]:
    """Changes roster days, pledge, training, password or one-time secret. Refusals `not-found`, `staff-left`."""
    named = dict(changes)
    if (password := named.pop("password", None)) is not None:
        named["password_hash"] = password_hash(password)

    def write(work: Work) -> dict[str, Any]:
        staff = _known(work, staff_id)
        if staff.left_on is not None:
            raise Refusal("staff-left")
        for name, value in named.items():
            setattr(staff, name, value)
        if staff.roster_to is not None and staff.roster_to < staff.roster_from:
            raise Refusal("roster-days-reversed")
        _refuse_shared_door_user(work, staff.id, staff.door_user)
        if refusal_of_duty(standing_of(staff), work.now.astimezone(JST).date()) is not None:
            sign_out_everywhere(parts, work, staff.id)
        _announce(work, staff, "changed", access)
        return staff_view(parts, staff)

    return write


def end_staff(parts: AuthorityParts, staff_id: str, on: date, access: Access) -> Callable[[Work], dict[str, Any]]:
    """The person's last day was `on`: signed out at once, for good. The entry stays for the record."""

    def write(work: Work) -> dict[str, Any]:
        staff = _known(work, staff_id)
        staff.left_on = on
        sign_out_everywhere(parts, work, staff_id)
        _announce(work, staff, "ended", access)
        return staff_view(parts, staff)

    return write


def staff_view(parts: AuthorityParts, staff: Staff) -> dict[str, Any]:
    """An entry as the register shows it; nothing to sign in with."""
    cipher = parts.keyring.field_cipher(STAFF_FIELDS)
    days = ("roster_from", "roster_to", "pledged_on", "trained_on", "left_on")
    return {
        "id": staff.id,
        "name": cipher.decrypt(staff.name_sealed, place=NAME_PLACE, row=staff.id),
        "team": staff.team,
        "totp": staff.totp_sealed is not None,
        "door_user": staff.door_user,
        **{day: value.isoformat() if (value := getattr(staff, day)) else None for day in days},
    }


def sign_out_everywhere(parts: AuthorityParts, work: Work, staff_id: str) -> None:
    """Ends every session of a person; who may still work signs in again."""
    for session in open_sessions(work.session, staff_id=staff_id):
        end_session(work, session, parts.machine.now())


def _refuse_shared_door_user(work: Work, staff_id: str, door_user: str) -> None:
    """One number at the door, one person: else the room log could not say who was inside."""
    if door_user and holder_of_door_user(work.session, door_user) not in (None, staff_id):
        raise Refusal("door-user-taken")


def _sealed_totp(parts: AuthorityParts, entry: StaffEntry) -> bytes | None:
    if entry.totp_secret is None:
        return None
    try:
        secret = base64.b32decode(entry.totp_secret.get_secret_value(), casefold=True)
    except ValueError as wrong:
        raise Refusal("totp-secret-unreadable") from wrong
    return parts.keyring.field_cipher(STAFF_FIELDS).encrypt(secret.hex(), place=TOTP_PLACE, row=entry.id)


def _known(work: Work, staff_id: str) -> Staff:
    staff = staff_by_id(work.session, staff_id)
    if staff is None:
        raise Refusal("not-found")
    return staff


def _announce(work: Work, staff: Staff, change: str, access: Access) -> None:
    work.record(access)
    announce_standing(work, staff, change)


def announce_standing(work: Work, staff: Staff, change: str) -> None:
    """Tell everybody how the person stands now, as the next revision of the entry."""
    staff.revision += 1
    work.session.add(staff)
    work.session.flush()
    facts = {name: getattr(staff, name) for name in STANDING}
    work.announce(StaffChanged(staff_id=staff.id, change=change, **facts), subject=staff.id)
