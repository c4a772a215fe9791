"""What a service itself knows about an act and its caller: ended tokens, who is in the room, changed matrix rows."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from shared.auth.presence import InRoom
from shared.db.plumbing import Plumbing


def is_revoked(session: Session, plumbing: Plumbing, token_id: str) -> bool:
    """Whether the token was ended before its time."""
    table = plumbing.revoked_token
    gone = select(table.c.token_id).where(table.c.token_id == token_id)
    return session.connection().execute(gone).first() is not None


def who_is_in(session: Session, plumbing: Plumbing, room: str) -> InRoom | None:
    """What the door system's live feed has told last; None where there is no feed."""
    table = plumbing.room_presence
    known = session.connection().execute(select(table).where(table.c.room == room)).one_or_none()
    return None if known is None else InRoom(known.as_of, frozenset(known.inside))


def bounds_of(session: Session, plumbing: Plumbing, act: str, on: date) -> Mapping[str, Any]:
    """How two people have narrowed the act's row of the matrix, as it holds on a day; empty where they have not."""
    table = plumbing.matrix_row
    rows = select(table.c.bounds).where(table.c.act == act, table.c.valid_from <= on)
    newest = session.connection().execute(rows.order_by(table.c.valid_from.desc()).limit(1)).scalar_one_or_none()
    return newest or {}
