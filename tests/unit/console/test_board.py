"""The board counts people where their requests stand, and says when something is late or does not balance."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.console.domain.board import BATCH_STATES, STAGES, age_in_words, cycle_board, cycle_title, shown, stage_of

CYCLE = {"cycle": "2026-06-A", "cutoff_at": "2026-06-15T23:59:59+09:00", "reply_due": "2026-06-25", "state": "closed"}
PLANS = {"00012345": {"name": "試験企業年金", "channel": "disc"}}


def request(state: str, kind: str = "provisional", received: int = 10, rejected: int = 1) -> dict[str, Any]:
    counts = {"received": received, "accepted": received - rejected, "rejected": rejected}
    return {"plan_number": "00012345", "kind": kind, "state": state, "counts": counts}


def board(*requests: dict[str, Any], batches: tuple[dict[str, Any], ...] = (), today: date = date(2026, 6, 20)) -> Any:
    return cycle_board(CYCLE, requests, PLANS, batches, today)


def test_people_are_counted_at_the_stage_of_their_request() -> None:
    seen = board(request("accepted"), request("delivered", "main", received=5))
    assert seen.people_at == (0, 10, 0, 0, 0, 0, 5)
    assert seen.people == 15


def test_withdrawn_and_replaced_requests_are_not_on_the_way() -> None:
    seen = board(request("withdrawn"), request("replaced"))
    assert seen.people == 0
    assert seen.plans[0].cells[0] is None


def test_a_cell_shows_the_request_that_is_furthest_behind() -> None:
    cell = board(request("replied"), request("closed")).plans[0].cells[0]
    assert STAGES[cell.stage].name == "closed"
    assert (cell.requests, cell.received, cell.rejected) == (2, 20, 2)


def test_a_returned_file_is_shown_beside_and_counts_nobody() -> None:
    cell = board(request("returned"), request("accepted")).plans[0].cells[0]
    assert (cell.returned, cell.received) == (1, 10)


@pytest.mark.parametrize(
    ("state", "today", "late"),
    [
        ("replied", date(2026, 6, 26), True),
        ("delivered", date(2026, 6, 26), False),
        ("replied", date(2026, 6, 25), False),
    ],
)
def test_late_is_what_is_under_way_after_the_promised_day(state: str, today: date, late: bool) -> None:
    assert board(request(state), today=today).is_late is late


def test_a_batch_in_error_unbalances_the_cycle() -> None:
    batch = {"kind": "main", "state": "balance_error", "counts": {"inquiries": 3}}
    assert not board(request("inquired"), batches=(batch,)).balanced
    assert board(request("inquired"), batches=({**batch, "state": "ready"},)).balanced


def test_what_the_matcher_does_not_tell_is_not_known() -> None:
    seen = cycle_board(CYCLE, [request("inquired")], PLANS, None, date(2026, 6, 20))
    assert (seen.batches, seen.balanced) == (None, None)
    wrong = request("accepted")
    wrong["counts"]["rejected"] = 3
    assert cycle_board(CYCLE, [wrong], PLANS, None, date(2026, 6, 20)).balanced is False


def test_a_request_whose_counts_do_not_add_up_unbalances_the_cycle() -> None:
    wrong = request("accepted")
    wrong["counts"]["rejected"] = 3
    assert not board(wrong).balanced


def test_answered_is_the_sum_over_outcomes() -> None:
    batch = {"kind": "main", "state": "released", "counts": {"inquiries": 5, "outcomes": {"1": 3, "3": 2}}}
    (row,) = board(request("answered"), batches=(batch,)).batches
    assert (row.kind_ja, row.answered, row.state_ja) == ("本照会", 5, BATCH_STATES["released"])


def test_empty_closed_cycles_are_left_out() -> None:
    cycles = [
        {"cycle": "2026-06-A", "state": "closed", "counts": {"requests": {"delivered": 1}}},
        {"cycle": "2026-06-B", "state": "closed", "counts": {"requests": {}}},
        {"cycle": "2026-07-A", "state": "open", "counts": {"requests": {}}},
    ]
    assert [cycle["cycle"] for cycle in shown(cycles, 3)] == ["2026-07-A", "2026-06-A"]


def test_words() -> None:
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert cycle_title("2026-06-A") == "2026年6月15日締切"
    assert cycle_title("2026-12-B") == "2026年12月末日締切"
    assert [age_in_words(then, now) for then in (None, "2026-06-01T11:59:30+00:00", "2026-05-30T12:00:00+00:00")] == [
        "—",
        "30秒前",
        "2日前",
    ]
    assert stage_of("withdrawn") is None
