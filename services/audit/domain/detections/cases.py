"""The life of a case and of an exception, and what an exception covers."""

from collections.abc import Mapping
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


def exception_covers(scope: Mapping[str, str], hit: Mapping[str, str]) -> bool:
    """Whether a hit lies in an excepted scope: whatever the scope names must be the same; empty names everything."""
    return all(not wanted or wanted == hit[name] for name, wanted in scope.items())


def _moved(table: dict[str, frozenset[str]], state: str, to: str) -> str:
    if to not in table[state]:
        raise Refusal("transition-refused", state=state, to=to, allowed=", ".join(sorted(table[state])))
    return to
