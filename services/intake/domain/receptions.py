"""The life of a received medium, from the envelope to the shredder or back to the plan."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

from shared.refusals import Refusal

MediumState = Literal["registered", "read", "unreadable", "transferred", "returned", "destroyed"]
MEDIUM_STATES: Final[tuple[MediumState, ...]] = get_args(MediumState)

# A medium that could not be read may be tried again; one that was transferred stays until it is returned or shredded.
NEXT_OF_MEDIUM: Final[Mapping[MediumState, frozenset[MediumState]]] = {
    "registered": frozenset({"read", "unreadable", "returned"}),
    "read": frozenset({"transferred", "returned"}),
    "unreadable": frozenset({"read", "unreadable", "returned"}),
    "transferred": frozenset({"returned", "destroyed"}),
    "returned": frozenset(),
    "destroyed": frozenset(),
}


def check_medium_transition(state: MediumState, target: MediumState) -> None:
    """Refusal `wrong-state` that says what is allowed, when `target` may not follow `state`."""
    if target not in NEXT_OF_MEDIUM[state]:
        raise Refusal("wrong-state", state=state, wanted=target, allowed=sorted(NEXT_OF_MEDIUM[state]))
