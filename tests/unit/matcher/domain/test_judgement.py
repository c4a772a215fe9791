"""The catalogue of reasons: whole, told in both languages, and read alike by cases and columns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.domain.items.judgement import (
    AGREES,
    CODES,
    FOUR_ITEMS,
    JUDGEMENTS,
    SAME,
    Judged,
    Reason,
    judged,
    judgement_of,
    reasons,
    told,
)

AGREEING_TOLD = {"NAME-VARIANT", "ADDRESS-NOTATION", "ADDRESS-OLD-NAME", ""}


@pytest.mark.parametrize("reason", reasons().values(), ids=lambda reason: reason.code)
def test_each_reason_is_whole(reason: Reason) -> None:
    assert reason.item in FOUR_ITEMS
    assert reason.judgement in JUDGEMENTS[1:]
    assert reason.told in (*CODES, "")
    assert reason.ja
    assert reason.en
    # What agrees is told as a variant, a notation or not at all; all else is told as what it is.
    assert (reason.told in AGREEING_TOLD) == (reason.judgement in AGREES)


def test_every_code_of_a_reply_comes_from_some_reason() -> None:
    assert {reason.told for reason in reasons().values()} - {""} == set(CODES)


@given(st.lists(st.sampled_from(sorted(reasons()))))
def test_an_item_is_as_bad_as_its_worst_reason(codes: list[str]) -> None:
    found = judged(*codes)
    assert set(found.codes) == set(codes)
    assert list(found.codes) == sorted(found.codes, key=list(reasons()).index)
    worst = max((reasons()[code].judgement for code in codes), key=JUDGEMENTS.index, default=SAME)
    assert found.judgement == judgement_of(codes) == worst
    assert list(told(codes)) == sorted(told(codes), key=CODES.index)


def test_no_reason_at_all_is_the_same() -> None:
    assert Judged().judgement == SAME
    assert told(()) == ()
