"""Queries on replies and on what is expected."""

from collections.abc import Sequence

from sqlmodel import Session, col, func, select

from services.media.storage.tables import Arrived, Expected, Reply
from shared.refusals import Refusal

CLOSED = "closed"
"""Stands among the kinds of a cycle once its closing list is known."""


def reply_of(session: Session, reply_id: str) -> Reply:
    """The reply. Refusal `not-found`."""
    reply = session.get(Reply, reply_id)
    if reply is None:
        raise Refusal("not-found")
    return reply


def replies_after(
    session: Session, *, after: str, limit: int, plans: frozenset[str], request_id: str, state: str, cycle: str
) -> Sequence[Reply]:
    """Up to limit + 1 replies of these plans (`*`: all), oldest first, narrowed by what is not empty."""
    query = select(Reply).where(col(Reply.id) > after).order_by(col(Reply.id)).limit(limit + 1)
    if "*" not in plans:
        query = query.where(col(Reply.plan_number).in_(plans))
    for column, value in ((Reply.request_id, request_id), (Reply.state, state), (Reply.cycle, cycle)):
        if value:
            query = query.where(col(column) == value)
    return session.exec(query).all()


def next_serial(session: Session, plan_number: str) -> int:
    """The running number of a plan's next reply."""
    last = session.exec(select(func.max(Reply.serial)).where(col(Reply.plan_number) == plan_number)).one()
    return (last or 0) + 1


def note_arrival(session: Session, cycle: str, kind: str) -> None:
    """Keep that all replies of this kind and cycle are here, or with `CLOSED` that the cycle's list is."""
    session.merge(Arrived(cycle=cycle, kind=kind))
    session.flush()


def unplanned_disc_replies(session: Session, cycle: str) -> Sequence[Reply]:
    """Replies of the cycle that are to go on a disc and stand on none yet."""
    query = select(Reply).where(col(Reply.cycle) == cycle, col(Reply.channel) == "disc", col(Reply.disc_set) == "")
    return session.exec(query.order_by(col(Reply.plan_number), col(Reply.id))).all()


def is_waiting_for_more(session: Session, cycle: str, plan_number: str, group: str) -> bool:
    """Whether a reply for the same disc is still to come, or the cycle's list is not known yet."""
    arrived = set(session.exec(select(Arrived.kind).where(col(Arrived.cycle) == cycle)).all())
    awaited = select(Expected.kind).where(
        col(Expected.cycle) == cycle,
        col(Expected.plan_number) == plan_number,
        col(Expected.kind_group) == group,
        col(Expected.channel) == "disc",
        col(Expected.accepted) > 0,
    )
    return CLOSED not in arrived or not arrived.issuperset(session.exec(awaited).all())


def replies_of_set(session: Session, disc_set: str) -> Sequence[Reply]:
    """The replies that share a set of discs, in their order on it."""
    return session.exec(select(Reply).where(col(Reply.disc_set) == disc_set).order_by(col(Reply.id))).all()
