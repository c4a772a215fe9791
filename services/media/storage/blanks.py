"""Queries on blank discs."""

from collections.abc import Sequence

from sqlmodel import Session, col, func, select

from services.media.storage.tables import Blank


def blanks_after(session: Session, number: int, *, limit: int) -> Sequence[Blank]:
    """Up to limit + 1 blanks in number order."""
    query = select(Blank).where(col(Blank.number) > number).order_by(col(Blank.number)).limit(limit + 1)
    return session.exec(query).all()


def oldest_in_stock(session: Session) -> Blank | None:
    """The blank to be taken next."""
    return session.exec(select(Blank).where(col(Blank.state) == "stock").order_by(col(Blank.number))).first()


def last_number(session: Session) -> int:
    """The highest number given to a blank so far; 0 for none."""
    return session.exec(select(func.max(Blank.number))).one() or 0


def blank_of(session: Session, disc_id: str) -> Blank | None:
    """The blank that a disc was last burnt on."""
    query = select(Blank).where(col(Blank.disc_id) == disc_id).order_by(col(Blank.number).desc())
    return session.exec(query).first()


def count_by_state(session: Session) -> dict[str, int]:
    """How many blanks are in each state that has any."""
    return dict(session.exec(select(Blank.state, func.count()).group_by(col(Blank.state))).all())
