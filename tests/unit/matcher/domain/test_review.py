"""Every course that a review can take, walked through."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from services.matcher.domain.review import (
    BLIND,
    FOUR_EYES,
    REFUSED,
    STATES,
    FourEyes,
    Verdict,
    conclusion,
    holder_of,
    in_sample,
    second_after,
    state_of,
)

VERDICTS = (REFUSED, Verdict(same_person=True, candidate=1), Verdict(same_person=True, candidate=2))
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize("four_eyes", ["accepted", "all"])
@pytest.mark.parametrize("sampled", [True, False])
@pytest.mark.parametrize("course", list(product(VERDICTS, repeat=3)))
def test_nobody_is_accepted_by_one_person_alone_and_three_always_end_it(
    course: tuple[Verdict, ...], sampled: bool, four_eyes: FourEyes
) -> None:
    second = second_after(course[0], sampled=sampled, four_eyes=four_eyes)
    given = next(turn for turn in (1, 2, 3) if conclusion(course[:turn], second) is not None)
    held = conclusion(course[:given], second)
    assert held is not None
    agree = course[:given].count(held)
    if held.same_person or second:
        assert agree >= 2 or (given == 3 and held == REFUSED and len(set(course)) == 3)
    else:
        assert (given, held) == (1, REFUSED)
    assert (given == 3) == (bool(second) and course[0] != course[1])


def test_accepting_needs_a_second_person_and_the_sample_is_blind() -> None:
    refused, accepted = VERDICTS[:2]
    assert second_after(refused, sampled=False, four_eyes="accepted") == ""
    assert second_after(refused, sampled=False, four_eyes="all") == FOUR_EYES
    assert second_after(accepted, sampled=False, four_eyes="accepted") == FOUR_EYES
    assert {second_after(one, sampled=True, four_eyes="accepted") for one in VERDICTS} == {BLIND}


def test_states_are_named_by_the_turn() -> None:
    assert [state_of(turn, decided=False) for turn in (1, 2, 3)] == list(STATES)
    assert state_of(2, decided=True) == "decided"


def test_an_assignment_runs_out_to_the_millisecond() -> None:
    late = NOW + timedelta(hours=24)
    assert holder_of("a", NOW, now=late - timedelta(milliseconds=1), hours=24) == "a"
    assert holder_of("a", NOW, now=late, hours=24) == ""
    assert holder_of("", None, now=NOW, hours=24) == ""


def test_the_share_of_a_sample_is_met() -> None:
    spread = [(at << 48).to_bytes(8, "big") + bytes(8) for at in range(0, 2**16, 64)]
    for share in (0.0, 0.05, 0.5, 1.0):
        assert sum(in_sample(index, share) for index in spread) == pytest.approx(share * len(spread), abs=1)
