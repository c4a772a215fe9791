"""The life of a case, and which hits belong to it."""

from datetime import datetime, timedelta
from typing import Final

from shared.refusals import Refusal

OPEN: Final = "open"
ASSIGNED: Final = "assigned"
DECISIONS: Final = ("misuse", "explained", "false_alarm")
TRANSITIONS: Final = {
    OPEN: frozenset({ASSIGNED}),
    ASSIGNED: frozenset({OPEN, ASSIGNED, *DECISIONS}),
    **{decision: frozenset[str]() for decision in DECISIONS},
}
"""What may follow on what. A decision is the end: what comes after it opens a new case that names the old one."""

PROPOSED: Final = "proposed"
IN_FORCE: Final = "in_force"
ENDED: Final = "ended"
EXCEPTION_MOVES: Final = {
    PROPOSED: frozenset({IN_FORCE, ENDED}),
    IN_FORCE: frozenset({ENDED}),
    ENDED: frozenset[str](),
}


def step(state: str, to: str) -> str:
    """The next state of a case. Refusal `transition-refused` with what is allowed."""
    return _moved(TRANSITIONS, state, to)


def exception_step(state: str, to: str) -> str:
    """The next state of an exception; that it expires is no state: it comes by itself."""
    return _moved(EXCEPTION_MOVES, state, to)


def belongs(first: datetime, last: datetime, at: datetime, days: int) -> bool:
    """Whether a hit belongs to a case that reaches from first to last: no more than so many days away from it."""
    return first - timedelta(days=days) <= at <= last + timedelta(days=days)


def _moved(table: dict[str, frozenset[str]], state: str, to: str) -> str:
    if to not in table[state]:
        raise Refusal("transition-refused", state=state, to=to, allowed=", ".join(sorted(table[state])))
    return to
