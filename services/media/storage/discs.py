"""Queries on discs, their content, their steps and blanks."""

from collections.abc import Sequence

from sqlmodel import Session, col, func, select

from services.media.domain.numbers import position_of
from services.media.storage.tables import Disc, DiscContent, DiscStep, DispatchDisc, Reply
from shared.refusals import Refusal


def disc_of(session: Session, disc_id: str) -> Disc:
    """The disc. Refusal `not-found`."""
    disc = session.get(Disc, disc_id)
    if disc is None:
        raise Refusal("not-found")
    return disc


def disc_by_label(session: Session, label: str) -> Disc:
    """The disc of this id or number. Refusal `not-found`."""
    numbered = session.exec(select(Disc).where(col(Disc.number) == label)).first()
    return numbered or disc_of(session, label)


def discs_after(
    session: Session, *, after: str, limit: int, state: str, cycle: str, plan_number: str
) -> Sequence[Disc]:
    """Up to limit + 1 discs in number order, narrowed by what is not empty; `after` is a number."""
    query = select(Disc).where(col(Disc.number) > after).order_by(col(Disc.number)).limit(limit + 1)
    for column, value in ((Disc.state, state), (Disc.cycle, cycle), (Disc.plan_number, plan_number)):
        if value:
            query = query.where(col(column) == value)
    return session.exec(query).all()


def next_position(session: Session, cycle: str) -> int:
    """Where the next set of discs of a cycle stands in number order."""
    last = session.exec(select(func.max(Disc.number)).where(col(Disc.cycle) == cycle)).one()
    return position_of(last) + 1 if last else 1


def contents_of(session: Session, disc_id: str) -> Sequence[DiscContent]:
    """What is on a disc, in order."""
    query = select(DiscContent).where(col(DiscContent.disc_id) == disc_id)
    return session.exec(query.order_by(col(DiscContent.file_name))).all()


def steps_of(session: Session, disc_id: str) -> Sequence[DiscStep]:
    """The life of a disc so far."""
    return session.exec(select(DiscStep).where(col(DiscStep.disc_id) == disc_id).order_by(col(DiscStep.id))).all()


def replies_on(session: Session, disc: Disc) -> Sequence[Reply]:
    """The replies that a disc carries; before its image is made, those that it is planned for."""
    query = select(Reply).where(col(Reply.disc_set) == disc.disc_set)
    if disc.image is not None or disc.expires_at is not None:
        on_it = select(DiscContent.reply_id).where(col(DiscContent.disc_id) == disc.id)
        query = query.where(col(Reply.id).in_(on_it))
    return session.exec(query.order_by(col(Reply.id))).all()


def records_on_discs(session: Session, reply_id: str, states: frozenset[str]) -> int | None:
    """How many of a reply's records are on discs in one of these states; None where none of it is."""
    query = (
        select(DiscContent.first_record, DiscContent.records)
        .join(Disc, col(Disc.id) == col(DiscContent.disc_id))
        .where(col(DiscContent.reply_id) == reply_id, col(Disc.state).in_(states))
    )
    runs = dict(session.exec(query).all())  # the same run on a replaced disc counts once
    return sum(runs.values()) if runs else None


def replacement_of(session: Session, disc_id: str) -> Disc | None:
    """The disc that was made anew for this one."""
    return session.exec(select(Disc).where(col(Disc.replaces) == disc_id)).first()


def dispatch_id_of(session: Session, disc_id: str) -> str:
    """The newest envelope that a disc was put in; empty when in none."""
    query = select(DispatchDisc.dispatch_id).where(col(DispatchDisc.disc_id) == disc_id)
    return session.exec(query.order_by(col(DispatchDisc.dispatch_id).desc())).first() or ""
