"""The life of a request: one table says what may follow what."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

from shared.refusals import Refusal

RequestState = Literal[
    "awaiting_file",
    "checking",
    "accepted",
    "returned",
    "withdrawn",
    "replaced",
    "closed",
    "inquired",
    "answered",
    "replied",
    "delivered",
    "expired",
]
STATES: Final[tuple[RequestState, ...]] = get_args(RequestState)

# Events from the other services may overtake one another, so that a request may skip what it was not told of in time.
NEXT: Final[Mapping[RequestState, frozenset[RequestState]]] = {
    "awaiting_file": frozenset({"checking", "expired"}),
    "checking": frozenset({"accepted", "returned"}),
    "accepted": frozenset({"withdrawn", "replaced", "closed"}),
    "returned": frozenset(),
    "withdrawn": frozenset(),
    "replaced": frozenset(),
    "closed": frozenset({"inquired", "answered", "replied", "delivered"}),
    "inquired": frozenset({"answered", "replied", "delivered"}),
    "answered": frozenset({"replied", "delivered"}),
    "replied": frozenset({"delivered"}),
    "delivered": frozenset(),
    "expired": frozenset(),
}
ENDED: Final[frozenset[RequestState]] = frozenset(state for state, after in NEXT.items() if not after)
UNTIL_CUTOFF: Final[frozenset[RequestState]] = frozenset({"withdrawn", "replaced"})


def may_become(state: RequestState, target: RequestState) -> bool:
    """Whether `target` may follow `state`."""
    return target in NEXT[state]


def check_transition(state: RequestState, target: RequestState) -> None:
    """Refusal `wrong-state` that says what is allowed, when `target` may not follow `state`."""
    if not may_become(state, target):
        raise Refusal("wrong-state", state=state, wanted=target, allowed=sorted(NEXT[state]))
