"""Queries on envelopes."""

from collections.abc import Sequence

from sqlmodel import Session, col, func, or_, select

from services.media.domain.states import ON_THE_WAY
from services.media.storage.tables import Disc, Dispatch, DispatchDisc, DispatchStep
from shared.refusals import Refusal


def dispatch_of(session: Session, dispatch_id: str) -> Dispatch:
    """The envelope. Refusal `not-found`."""
    dispatch = session.get(Dispatch, dispatch_id)
    if dispatch is None:
        raise Refusal("not-found")
    return dispatch


def dispatches_after(session: Session, *, after: str, limit: int, state: str) -> Sequence[Dispatch]:
    """Up to limit + 1 envelopes in the order of their making."""
    query = select(Dispatch).where(col(Dispatch.id) > after).order_by(col(Dispatch.id)).limit(limit + 1)
    if state:
        query = query.where(col(Dispatch.state) == state)
    return session.exec(query).all()


def discs_in(session: Session, dispatch_id: str) -> Sequence[Disc]:
    """The discs of an envelope, in number order."""
    query = select(Disc).join(DispatchDisc, col(DispatchDisc.disc_id) == col(Disc.id))
    return session.exec(query.where(col(DispatchDisc.dispatch_id) == dispatch_id).order_by(col(Disc.number))).all()


def envelope_steps(session: Session, dispatch_id: str) -> Sequence[DispatchStep]:
    """The way of an envelope so far."""
    query = select(DispatchStep).where(col(DispatchStep.dispatch_id) == dispatch_id)
    return session.exec(query.order_by(col(DispatchStep.position))).all()


def next_position(session: Session, prefix: str) -> int:
    """Where the next envelope of a month stands."""
    query = select(func.count()).select_from(Dispatch).where(col(Dispatch.number).startswith(prefix))
    return session.exec(query).one() + 1


def on_the_way_with(session: Session, *, tracking_number: str, seal_number: str) -> Dispatch | None:
    """An envelope under way that bears the same tracking or seal number."""
    same = [col(Dispatch.tracking_number) == tracking_number]
    if seal_number:
        same.append(col(Dispatch.seal_number) == seal_number)
    return session.exec(select(Dispatch).where(col(Dispatch.state).in_(ON_THE_WAY), or_(*same))).first()


def newest_with_tracking(session: Session, tracking_number: str) -> Dispatch | None:
    """The newest envelope of a tracking number."""
    query = select(Dispatch).where(col(Dispatch.tracking_number) == tracking_number)
    return session.exec(query.order_by(col(Dispatch.id).desc())).first()


def is_on_the_way(session: Session, disc_id: str) -> bool:
    """Whether a disc lies in an envelope that is under way."""
    query = select(Dispatch.id).join(DispatchDisc, col(DispatchDisc.dispatch_id) == col(Dispatch.id))
    query = query.where(col(DispatchDisc.disc_id) == disc_id, col(Dispatch.state).in_(ON_THE_WAY))
    return session.exec(query).first() is not None
