"""Who is on the duty roster, as authority has told it."""

from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from services.audit.domain.detections.facts import Standing
from services.audit.storage.rooms.tables import StaffStanding
from services.audit.storage.tables import AuditTable
from shared.db.plumbing import insert_or_ignore

FACTS: Final = ("team", "roster_from", "roster_to", "pledged_on", "trained_on", "left_on", "door_user", "revision")


def keep_standing(session: Session, staff_id: str, facts: dict[str, Any]) -> None:
    """How a person stands now; an older revision that comes late changes nothing."""
    table = AuditTable.metadata.tables["staff_standing"]
    stated = insert_or_ignore(table).values(staff_id=staff_id, **{name: facts[name] for name in FACTS})
    newest = stated.on_conflict_do_update(
        index_elements=[table.c.staff_id],
        set_={name: stated.excluded[name] for name in FACTS},
        where=table.c.revision < stated.excluded.revision,
    )
    session.connection().execute(newest)


def standings(session: Session) -> tuple[Standing, ...]:
    """Everybody who is or was on the roster, in the order of their ids."""
    return tuple(
        Standing(
            row.staff_id,
            row.team,
            row.roster_from,
            row.roster_to,
            row.pledged_on,
            row.trained_on,
            row.left_on,
            row.door_user,
        )
        for row in session.scalars(select(StaffStanding).order_by(col(StaffStanding.staff_id)))
        if row.roster_from is not None
    )


def door_users(session: Session) -> dict[str, str]:
    """Staff id -> number at the door, of those who have one; who has left gives the number up to a successor."""
    rows = sorted(standings(session), key=lambda one: one.left_on is None)
    taken = {one.door_user: one.staff_id for one in rows if one.door_user}
    return {staff_id: user for user, staff_id in taken.items()}
