"""Queries on cases, exceptions and declared ties."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from services.audit.domain.detections.cases import ASSIGNED, ENDED, IN_FORCE, OPEN
from services.audit.storage.detections.tables import CaseStep, DeclaredTie, DetectionException, OddCase
from shared.ids import new_id
from shared.refusals import Refusal


def case_of(session: Session, case_id: str, *, to_change: bool = False) -> OddCase:
    """One case. Refusal `not-found`."""
    wanted = select(OddCase).where(col(OddCase.id) == case_id)
    found = session.scalars(wanted.with_for_update() if to_change else wanted).first()
    if found is None:
        raise Refusal("not-found")
    return found


def undecided_cases(session: Session, about: str) -> Sequence[OddCase]:
    """The cases about somebody that still wait, newest first; nobody decides them until this transaction ends."""
    wanted = select(OddCase).where(col(OddCase.about) == about, col(OddCase.state).in_((OPEN, ASSIGNED)))
    return session.scalars(wanted.order_by(col(OddCase.id).desc()).with_for_update()).all()


def decided_among(session: Session, ids: Collection[str]) -> frozenset[str]:
    """Those of some cases that a person has decided, by id."""
    wanted = select(col(OddCase.id)).where(col(OddCase.id).in_(sorted(ids)), col(OddCase.decided_by) != "")
    return frozenset(session.connection().execute(wanted).scalars()) if ids else frozenset()


def undecided_among(session: Session, ids: Collection[str]) -> Sequence[OddCase]:
    """Those of some cases that still wait."""
    wanted = select(OddCase).where(col(OddCase.id).in_(sorted(ids)), col(OddCase.state).in_((OPEN, ASSIGNED)))
    return session.scalars(wanted.with_for_update()).all() if ids else ()


def last_decided(session: Session, about: str) -> OddCase | None:
    """The case about somebody that was decided last."""
    wanted = select(OddCase).where(col(OddCase.about) == about, col(OddCase.state).not_in((OPEN, ASSIGNED)))
    return session.scalars(wanted.order_by(col(OddCase.id).desc())).first()


def cases(session: Session, *, states: Sequence[str], about: str, after: str, limit: int) -> Sequence[OddCase]:
    """Cases, newest first; no states: all."""
    wanted = select(OddCase).order_by(col(OddCase.id).desc()).limit(limit)
    if states:
        wanted = wanted.where(col(OddCase.state).in_(states))
    if about:
        wanted = wanted.where(col(OddCase.about) == about)
    if after:
        wanted = wanted.where(col(OddCase.id) < after)
    return session.scalars(wanted).all()


def opened_between(session: Session, since: datetime, until: datetime) -> Sequence[OddCase]:
    """Cases that were opened in a span of time, in order."""
    wanted = select(OddCase).where(col(OddCase.opened_at) >= since, col(OddCase.opened_at) < until)
    return session.scalars(wanted.order_by(col(OddCase.id))).all()


def keep_step(session: Session, case: OddCase, by: str, now: datetime, reason: str = "") -> None:
    """Note who brought a case into its state."""
    session.add(CaseStep(id=new_id(), case_id=case.id, at=now, by=by, state=case.state, reason=reason))


def steps_of(session: Session, case_id: str) -> Sequence[CaseStep]:
    """What people did with a case, in order."""
    return session.scalars(select(CaseStep).where(col(CaseStep.case_id) == case_id).order_by(col(CaseStep.id))).all()


def exception_of(session: Session, exception_id: str) -> DetectionException:
    """One exception. Refusal `not-found`."""
    found = session.get(DetectionException, exception_id)
    if found is None:
        raise Refusal("not-found")
    return found


def exceptions(session: Session, *, after: str, limit: int) -> Sequence[DetectionException]:
    """Exceptions, newest first."""
    wanted = select(DetectionException).order_by(col(DetectionException.id).desc()).limit(limit)
    if after:
        wanted = wanted.where(col(DetectionException.id) < after)
    return session.scalars(wanted).all()


def exceptions_for(session: Session, since: datetime, until: datetime) -> Sequence[DetectionException]:
    """Exceptions that two people agreed on and that cover a part of a span of time."""
    wanted = select(DetectionException).where(
        col(DetectionException.state).in_((IN_FORCE, ENDED)),
        col(DetectionException.confirmed_by) != "",
        col(DetectionException.since) <= until,
        col(DetectionException.until) >= since,
    )
    return session.scalars(wanted.order_by(col(DetectionException.id))).all()


def tied(session: Session, tokens: Iterable[str]) -> dict[str, frozenset[str]]:
    """Which staff declared a tie to each of these pseudonyms."""
    found: dict[str, set[str]] = {}
    wanted = sorted(set(tokens))
    for begin in range(0, len(wanted), 500):
        some = select(DeclaredTie).where(col(DeclaredTie.token).in_(wanted[begin : begin + 500]))
        for row in session.scalars(some):
            found.setdefault(row.token, set()).add(row.staff_id)
    return {token: frozenset(staff) for token, staff in found.items()}


def ties(session: Session, *, staff_id: str, after: tuple[str, str], limit: int) -> Sequence[DeclaredTie]:
    """Declared ties in the order of staff and pseudonym."""
    wanted = select(DeclaredTie).order_by(col(DeclaredTie.staff_id), col(DeclaredTie.token)).limit(limit)
    beyond = (col(DeclaredTie.staff_id) > after[0]) | (
        (col(DeclaredTie.staff_id) == after[0]) & (col(DeclaredTie.token) > after[1])
    )
    wanted = wanted.where(beyond)
    return session.scalars(wanted.where(col(DeclaredTie.staff_id) == staff_id) if staff_id else wanted).all()


def declare(session: Session, staff_id: str, token: str, by: str, now: datetime) -> None:
    """Enter a tie, once."""
    if session.get(DeclaredTie, (staff_id, token)) is None:
        session.add(DeclaredTie(staff_id=staff_id, token=token, declared_at=now, entered_by=by))


def undeclare(session: Session, staff_id: str, token: str) -> bool:
    """Take a tie back; whether there was one."""
    found = session.get(DeclaredTie, (staff_id, token))
    if found is None:
        return False
    session.delete(found)
    return True
