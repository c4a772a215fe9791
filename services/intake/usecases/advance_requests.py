"""Move requests along when the other services tell of their batch, reply or disc."""

from collections.abc import Iterable

from services.intake.domain.requests import RequestState
from services.intake.storage.requests import advance, in_cycle
from services.intake.storage.tables import RequestRow
from services.intake.usecases.tell_request_data import tell_request_data
from shared.db import Work
from shared.trail import Access, Actor

ACTOR = Actor.job("intake.progress")
UNDER_WAY: tuple[RequestState, ...] = ("closed", "inquired", "answered", "replied")


def advance_batch(work: Work, cycle: str, kind: str, target: RequestState) -> None:
    """All requests of one cycle and kind."""
    _advance(work, in_cycle(work.session, cycle, UNDER_WAY, kind), target, f"{cycle}/{kind}")


def deliver_requests(work: Work, request_ids: Iterable[str], keep_months: int) -> None:
    """The replies of single requests have arrived: their data are kept so long. An id that is none is passed over."""
    ids = tuple(request_ids)
    rows = [row for each in ids if (row := work.session.get(RequestRow, each)) is not None]
    _advance(work, rows, "delivered", ids[0] if len(ids) == 1 else "")
    for row in rows:
        tell_request_data(work, row, keep_months)


def _advance(work: Work, rows: Iterable[RequestRow], target: RequestState, object_id: str) -> None:
    moved = sum(advance(work, row, target) for row in rows)
    if moved:
        work.record(Access(ACTOR, "intake.request.advance", "request", object_id or target, reason=target))
