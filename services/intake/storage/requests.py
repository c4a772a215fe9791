"""Queries on requests and their history."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import func
from sqlmodel import Session, col, select

from services.intake.domain.balance import Counted
from services.intake.domain.requests import RequestState, check_transition, may_become
from services.intake.storage.tables import HOLDS, RequestHistoryRow, RequestRow
from shared.db import Work
from shared.db.holds import held
from shared.events.intake import Kind
from shared.refusals import Refusal


def find_request(session: Session, request_id: str) -> RequestRow:
    """The request; Refusal `not-found`."""
    row = session.get(RequestRow, request_id)
    if row is None:
        raise Refusal("not-found")
    return row


def newest_requests(
    session: Session, wanted: Mapping[str, str], *, plans: frozenset[str], after: str, count: int
) -> Sequence[RequestRow]:
    """Up to `count` requests of these plans (`*`: all), the newest first, narrowed by what is not empty."""
    found = select(RequestRow).order_by(col(RequestRow.id).desc()).limit(count)
    for name, value in wanted.items():
        if value:
            found = found.where(getattr(RequestRow, name) == value)
    if "*" not in plans:
        found = found.where(col(RequestRow.plan_number).in_(sorted(plans)))
    if after:
        found = found.where(col(RequestRow.id) < after)
    return session.exec(found).all()


def requests_of_reception(session: Session, reception_id: str) -> Sequence[RequestRow]:
    """The requests that came of a reception's media."""
    return session.exec(select(RequestRow).where(RequestRow.reception_id == reception_id)).all()


def move(work: Work, row: RequestRow, target: RequestState) -> None:
    """Bring a request into a state and note when; Refusal `wrong-state`."""
    check_transition(state_of(row), target)
    _enter(work, row, target)


def advance(work: Work, row: RequestRow, target: RequestState) -> bool:
    """As move, for events that may come late or twice: does nothing where the request is there or beyond."""
    if not may_become(state_of(row), target):
        return False
    _enter(work, row, target)
    return True


def start(work: Work, row: RequestRow) -> None:
    """Store a new request with its first state."""
    work.session.add(row)
    _note(work, row)


def history(session: Session, request_id: str) -> Sequence[RequestHistoryRow]:
    """The states of a request in order."""
    found = select(RequestHistoryRow).where(RequestHistoryRow.request_id == request_id)
    return session.exec(found.order_by(col(RequestHistoryRow.position))).all()


def in_cycle(session: Session, cycle: str, states: Iterable[RequestState], kind: str = "") -> Sequence[RequestRow]:
    """The requests of a cycle in these states, oldest first."""
    found = select(RequestRow).where(RequestRow.cycle == cycle, col(RequestRow.state).in_(list(states)))
    if kind:
        found = found.where(RequestRow.kind == kind)
    return session.exec(found.order_by(col(RequestRow.id))).all()


def counted(rows: Iterable[RequestRow]) -> list[Counted]:
    """Requests as the balance counts them."""
    return [Counted(row.id, state_of(row), row.received, row.accepted, row.rejected) for row in rows]


def same_file_exists(session: Session, row: RequestRow, sha256: str, file_key: str) -> bool:
    """Whether another file with that digest, or with that plan, kind, date and serial, is in the house (F07)."""
    same = (
        (col(RequestRow.file_sha256) == sha256)
        if not file_key
        else ((col(RequestRow.file_sha256) == sha256) | (col(RequestRow.file_key) == file_key))
    )
    state = col(RequestRow.state)
    standing = state.not_in(["returned", "withdrawn", "replaced", "expired", "awaiting_file"])
    earlier = (state != "checking") | (col(RequestRow.id) < row.id)  # of two that are being checked the first stays
    others = col(RequestRow.id).not_in([row.id, row.replaces])
    found = select(RequestRow.id).where(RequestRow.plan_number == row.plan_number, same, standing, earlier, others)
    return session.exec(found).first() is not None


def waiting(session: Session, row: RequestRow) -> Sequence[RequestRow]:
    """Other accepted requests of the same plan, kind and cycle (R16); the one to be replaced does not count."""
    found = select(RequestRow).where(
        RequestRow.plan_number == row.plan_number,
        RequestRow.kind == row.kind,
        RequestRow.cycle == row.cycle,
        RequestRow.state == "accepted",
        col(RequestRow.id).not_in([row.id, row.replaces]),
    )
    return session.exec(found).all()


def first_awaiting(session: Session, registered_before: datetime | None = None) -> Sequence[RequestRow]:
    """Registrations whose file has not come, oldest first."""
    found = select(RequestRow).where(RequestRow.state == "awaiting_file")
    if registered_before is not None:
        found = found.where(col(RequestRow.registered_at) <= registered_before)
    return session.exec(found.order_by(col(RequestRow.registered_at)).limit(1000)).all()


def finished_requests(session: Session, *, now: datetime) -> Sequence[RequestRow]:
    """Finished requests whose data are still here and on which no hold lies now, in the order of their end."""
    found = select(RequestRow).where(col(RequestRow.ended_at).is_not(None), col(RequestRow.data_destroyed_at).is_(None))
    holds = {
        "request": col(RequestRow.id),
        "plan": col(RequestRow.plan_number),
        "reception": col(RequestRow.reception_id),
    }
    found = found.where(~held(HOLDS, now, **holds))
    return session.exec(found.order_by(col(RequestRow.ended_at)).limit(1000)).all()


def plans_that_sent(session: Session, cycle: str) -> set[str]:
    """Plans with a request of the cycle that counts."""
    states = ["checking", "accepted", "closed", "inquired", "answered", "replied", "delivered"]
    found = select(RequestRow.plan_number).where(RequestRow.cycle == cycle, col(RequestRow.state).in_(states))
    return set(session.exec(found.distinct()).all())


def states_in(session: Session, cycle: str) -> dict[str, int]:
    """How many requests of a cycle are in each state."""
    found = select(RequestRow.state, func.count()).where(RequestRow.cycle == cycle).group_by(RequestRow.state)
    return dict(session.exec(found).all())


def state_of(row: RequestRow) -> RequestState:
    """The state as the transition table knows it."""
    return cast(RequestState, row.state)


def kind_of(row: RequestRow) -> Kind:
    """The kind as events carry it."""
    return cast(Kind, row.kind)


def _enter(work: Work, row: RequestRow, target: RequestState) -> None:
    row.state = target
    if target in ("returned", "withdrawn", "replaced", "delivered", "expired"):
        row.ended_at = work.now
    work.session.add(row)
    _note(work, row)


def _note(work: Work, row: RequestRow) -> None:
    work.session.add(RequestHistoryRow(request_id=row.id, state=row.state, at=work.now))
