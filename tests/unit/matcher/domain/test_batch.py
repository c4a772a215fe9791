"""The whole matrix of a batch's life: what is in the table happens, everything else is refused with what is allowed."""

from itertools import product

import pytest

from services.matcher.domain.batch import TRANSITIONS, Act, State, after, allowed
from shared.refusals import Refusal

WALK = {
    State.BUILDING: [Act.BUILD],
    State.READY: [Act.HAND_OVER],
    State.HANDED_OVER: [Act.HAND_OVER, Act.STORE_ANSWER],
    State.ANSWERING: [Act.ACCEPT_ANSWER, Act.FAIL_BALANCE],
    State.BALANCE_ERROR: [Act.HAND_OVER, Act.STORE_ANSWER],
    State.MATCHING: [Act.AWAIT_REVIEWS, Act.CLEAR],
    State.IN_REVIEW: [Act.CLEAR],
    State.RELEASABLE: [Act.CONFIRM_DEATHS, Act.RELEASE],
    State.RELEASED: [Act.MASK],
    State.MASKED: [],
}


@pytest.mark.parametrize(("state", "act"), list(product(State, Act)))
def test_every_state_meets_every_act(state: State, act: Act) -> None:
    if act in WALK[state]:
        assert after(state, act) == TRANSITIONS[state, act]
        return
    with pytest.raises(Refusal) as refused:
        after(state, act)
    assert refused.value.code == "batch-state"
    assert refused.value.facts["allowed"] == sorted(WALK[state])


def test_a_batch_walks_from_building_to_masked() -> None:
    acts = (Act.BUILD, Act.HAND_OVER, Act.STORE_ANSWER, Act.ACCEPT_ANSWER, Act.AWAIT_REVIEWS, Act.CLEAR, Act.RELEASE)
    state = State.BUILDING
    for act in (*acts, Act.MASK):
        state = after(state, act)
    assert state == State.MASKED
    assert allowed(state) == []


def test_a_file_that_does_not_balance_may_be_put_again() -> None:
    failed = after(State.ANSWERING, Act.FAIL_BALANCE)
    assert after(failed, Act.STORE_ANSWER) == State.ANSWERING
