"""Queries on deaths: those of a batch that wait, the register of those that plans were told, and the cases."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, exists, func, insert, select
from sqlmodel import Session, col

from services.matcher.domain.current import NOT_TOLD
from services.matcher.storage.tables import Held, Review
from services.matcher.storage.told_tables import DeathCase, DeathConfirmation, DeathFound, DeathTold
from shared.refusals import Refusal

STEP: Final = 10_000


def keep_found(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """The deaths of a matched part, but for numbers that were destroyed meanwhile."""
    live = _live(session, [row["inquiry_number"] for row in rows])
    kept = [row for row in rows if row["inquiry_number"] in live]
    if kept:
        session.execute(insert(DeathFound), kept)


def deaths_of(session: Session, batch_id: str, *, after: int = 0, limit: int) -> Sequence[DeathFound]:
    """The new deaths of a batch that will be told, in order of seq. One that a review refused is none of them."""
    wanted = select(DeathFound).where(*_new(batch_id), col(DeathFound.seq) > after)
    return session.scalars(wanted.order_by(col(DeathFound.seq)).limit(limit)).all()


def deaths_waiting(session: Session, batch_id: str) -> int:
    """How many new deaths a batch would tell."""
    return session.scalar(select(func.count()).select_from(DeathFound).where(*_new(batch_id))) or 0


def confirmation_of(session: Session, batch_id: str) -> DeathConfirmation | None:
    """Who confirmed the deaths of a batch, once somebody did."""
    return session.get(DeathConfirmation, batch_id)


def told_now(session: Session, batch_id: str) -> Sequence[DeathFound]:
    """All deaths that a release tells, new and known ones. They leave the batch."""
    found = session.scalars(select(DeathFound).where(col(DeathFound.batch_id) == batch_id, ~_refused())).all()
    session.execute(delete(DeathFound).where(col(DeathFound.batch_id) == batch_id))
    return found


def keep_told(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Deaths that plans were told; a plan that was told before keeps its row."""
    known = set[str]()
    numbers = [row["inquiry_number"] for row in rows]
    for start in range(0, len(numbers), STEP):
        some = col(DeathTold.inquiry_number).in_(numbers[start : start + STEP])
        known.update(session.scalars(select(col(DeathTold.inquiry_number)).where(some)))
    new = {row["inquiry_number"]: row for row in rows if row["inquiry_number"] not in known}
    if new:
        session.execute(insert(DeathTold), list(new.values()))


def newest_told(session: Session) -> int:
    """The position of the newest row of the register; 0 while it is empty."""
    return session.scalar(select(func.max(DeathTold.position))) or 0


def positions_of(session: Session, tokens: Sequence[bytes]) -> list[int]:
    """Where people of these tokens stand in the register."""
    found: list[int | None] = []
    for start in range(0, len(tokens), STEP):
        some = col(DeathTold.token).in_(tokens[start : start + STEP])
        found.extend(session.scalars(select(col(DeathTold.position)).where(some)))
    return [one for one in found if one is not None]


def told_at(session: Session, positions: Sequence[int], *, newer_than: int) -> list[DeathTold]:
    """The rows at these positions that are still there, and all that came after `newer_than`."""
    wanted = [col(DeathTold.position) > newer_than]
    wanted += [col(DeathTold.position).in_(positions[start : start + STEP]) for start in range(0, len(positions), STEP)]
    return [row for some in wanted for row in session.scalars(select(DeathTold).where(some))]


def cases(session: Session, *, state: str, plan_number: str, after: str, limit: int) -> Sequence[DeathCase]:
    """Cases in the order of opening."""
    wanted = select(DeathCase).where(col(DeathCase.id) > after).order_by(col(DeathCase.id)).limit(limit)
    if state:
        wanted = wanted.where(col(DeathCase.state) == state)
    if plan_number:
        wanted = wanted.where(col(DeathCase.plan_number) == plan_number)
    return session.scalars(wanted).all()


def case_of(session: Session, case_id: str) -> DeathCase:
    """One case; Refusal `not-found`."""
    found = session.get(DeathCase, case_id)
    if found is None:
        raise Refusal("not-found")
    return found


def _new(batch_id: str) -> tuple[ColumnElement[bool], ...]:
    return col(DeathFound.batch_id) == batch_id, col(DeathFound.newly).is_(True), ~_refused()


def _refused() -> ColumnElement[bool]:
    """A person said that the answer is about somebody else: nothing of it is told."""
    return exists().where(
        col(Review.slice_id) == col(DeathFound.slice_id),
        col(Review.serial) == col(DeathFound.serial),
        col(Review.outcome) == NOT_TOLD,
    )


def _live(session: Session, numbers: Sequence[str]) -> set[str]:
    live = set[str]()
    for start in range(0, len(numbers), STEP):
        some = col(Held.inquiry_number).in_(numbers[start : start + STEP])
        live.update(session.scalars(select(col(Held.inquiry_number)).where(some)))
    return live
