"""What a service itself knows about a caller: who is in the room, as the door system's live feed told it."""

from sqlalchemy import select
from sqlmodel import Session

from shared.auth.presence import InRoom
from shared.db.plumbing import Plumbing


def who_is_in(session: Session, plumbing: Plumbing, room: str) -> InRoom | None:
    """What the door system's live feed has told last; None where there is no feed."""
    table = plumbing.room_presence
    known = session.connection().execute(select(table).where(table.c.room == room)).one_or_none()
    return None if known is None else InRoom(known.as_of, frozenset(known.inside))
