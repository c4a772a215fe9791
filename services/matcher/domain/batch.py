"""The life of a J-LIS batch: one transition table; whatever is not in it is refused."""

from enum import StrEnum
from typing import Final

from shared.refusals import Refusal


class State(StrEnum):
    """Where a batch stands."""

    BUILDING = "building"
    READY = "ready"
    HANDED_OVER = "handed_over"
    ANSWERING = "answering"
    BALANCE_ERROR = "balance_error"
    MATCHING = "matching"
    IN_REVIEW = "in_review"
    RELEASABLE = "releasable"
    RELEASED = "released"
    MASKED = "masked"


class Act(StrEnum):
    """What can happen to a batch."""

    BUILD = "build"
    HAND_OVER = "hand_over"
    STORE_ANSWER = "store_answer"
    FAIL_BALANCE = "fail_balance"
    ACCEPT_ANSWER = "accept_answer"
    AWAIT_REVIEWS = "await_reviews"
    CLEAR = "clear"
    CONFIRM_DEATHS = "confirm_deaths"
    RELEASE = "release"
    MASK = "mask"


TRANSITIONS: Final[dict[tuple[State, Act], State]] = {
    (State.BUILDING, Act.BUILD): State.READY,
    (State.READY, Act.HAND_OVER): State.HANDED_OVER,
    # A file may be carried again, with a new approval: the medium to the J-LIS terminal can fail.
    (State.HANDED_OVER, Act.HAND_OVER): State.HANDED_OVER,
    (State.BALANCE_ERROR, Act.HAND_OVER): State.BALANCE_ERROR,
    (State.HANDED_OVER, Act.STORE_ANSWER): State.ANSWERING,
    (State.BALANCE_ERROR, Act.STORE_ANSWER): State.ANSWERING,
    (State.ANSWERING, Act.FAIL_BALANCE): State.BALANCE_ERROR,
    (State.ANSWERING, Act.ACCEPT_ANSWER): State.MATCHING,
    (State.MATCHING, Act.AWAIT_REVIEWS): State.IN_REVIEW,
    (State.MATCHING, Act.CLEAR): State.RELEASABLE,
    (State.IN_REVIEW, Act.CLEAR): State.RELEASABLE,
    # The deaths are known when nothing is left to decide; a batch without any goes on without this.
    (State.RELEASABLE, Act.CONFIRM_DEATHS): State.RELEASABLE,
    (State.RELEASABLE, Act.RELEASE): State.RELEASED,
    (State.RELEASED, Act.MASK): State.MASKED,
}


def after(state: str, act: Act) -> State:
    """The state that `act` leads to; Refusal `batch-state` names what is allowed instead."""
    found = TRANSITIONS.get((State(state), act))
    if found is None:
        raise Refusal("batch-state", state=state, asked=act.value, allowed=allowed(state))
    return found


def allowed(state: str) -> list[str]:
    """What may happen in a state, in alphabetical order."""
    return sorted(act.value for (at, act) in TRANSITIONS if at == state)
