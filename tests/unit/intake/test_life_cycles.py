"""The transition tables, as full matrices, and the balance."""

from itertools import combinations, product

import pytest

from services.intake.domain.balance import Balance, Counted, balance_of, check_balance
from services.intake.domain.media_files import request_files
from services.intake.domain.receptions import MEDIUM_STATES, NEXT_OF_MEDIUM, check_medium_transition
from services.intake.domain.requests import ENDED, NEXT, STATES, RequestState, check_transition, may_become
from shared.layouts import layout
from shared.refusals import Refusal

PATTERN = layout("pfa-request-1").file_name
ALLOWED = {
    ("awaiting_file", "checking"),
    ("awaiting_file", "expired"),
    ("checking", "accepted"),
    ("checking", "returned"),
    ("accepted", "withdrawn"),
    ("accepted", "replaced"),
    ("accepted", "closed"),
    *combinations(("closed", "inquired", "answered", "replied", "delivered"), 2),
}


@pytest.mark.parametrize(("state", "target"), list(product(STATES, STATES)))
def test_each_step_of_a_request_is_allowed_or_says_what_is(state: RequestState, target: RequestState) -> None:
    assert may_become(state, target) == ((state, target) in ALLOWED)
    if (state, target) not in ALLOWED:
        with pytest.raises(Refusal) as refused:
            check_transition(state, target)
        assert refused.value.facts["allowed"] == sorted(NEXT[state])
    else:
        check_transition(state, target)


def test_the_ended_states() -> None:
    assert {"returned", "withdrawn", "replaced", "delivered", "expired"} == ENDED


@pytest.mark.parametrize(("state", "target"), list(product(MEDIUM_STATES, MEDIUM_STATES)))
def test_each_step_of_a_medium(state, target) -> None:  # type: ignore[no-untyped-def]
    if target in NEXT_OF_MEDIUM[state]:
        check_medium_transition(state, target)
    else:
        with pytest.raises(Refusal, match="wrong-state"):
            check_medium_transition(state, target)


def test_the_balance_counts_what_was_taken_back_as_withdrawn() -> None:
    rows = [
        Counted("a", "accepted", 3, 2, 1),
        Counted("b", "withdrawn", 4, 4, 0),
        Counted("c", "returned", 5, 0, 5),
        Counted("d", "replaced", 2, 1, 1),
    ]
    assert balance_of(rows) == Balance(14, 2, 7, 5)
    assert check_balance(rows).holds


def test_a_cycle_that_does_not_balance_names_the_requests() -> None:
    with pytest.raises(Refusal) as refused:
        check_balance([Counted("a", "accepted", 3, 2, 1), Counted("b", "accepted", 3, 1, 1)])
    assert refused.value.facts == {"requests": ["b"]}


def test_request_files_are_known_by_their_names() -> None:
    found = request_files(["README.txt", "s00012345_2_20260601_001.CSV"], PATTERN)
    assert [(each.plan_number, each.kind) for each in found] == [("00012345", "2")]


@pytest.mark.parametrize(
    "names", [[], ["README.txt"], ["S00012345_1_20260601_001.csv", "S00012345_1_20260601_002.csv"]]
)
def test_no_or_too_many_request_files(names: list[str]) -> None:
    with pytest.raises(Refusal, match="no-request-file"):
        request_files(names, PATTERN)
