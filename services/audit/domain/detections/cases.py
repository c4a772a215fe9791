"""The life of a case and of an exception, and what an exception covers."""

from collections.abc import Mapping
from typing import Final

from services.audit.domain.states import Table

OPEN: Final = "open"
ASSIGNED: Final = "assigned"
DECISIONS: Final = ("misuse", "explained", "false_alarm")
CASE: Final[Table] = {
    OPEN: {"assign": ASSIGNED},
    ASSIGNED: {"assign": ASSIGNED, "give_back": OPEN, **{decision: decision for decision in DECISIONS}},
    **{decision: {} for decision in DECISIONS},
}
"""A decision is the end: what comes after it opens a new case that names the old one."""

PROPOSED: Final = "proposed"
IN_FORCE: Final = "in_force"
ENDED: Final = "ended"
EXCEPTION: Final[Table] = {
    PROPOSED: {"confirm": IN_FORCE, "end": ENDED},
    IN_FORCE: {"end": ENDED},
    ENDED: {},
}
"""That an exception expires is no step: it comes by itself."""


def exception_covers(scope: Mapping[str, str], hit: Mapping[str, str]) -> bool:
    """Whether a hit lies in an excepted scope: whatever the scope names must be the same; empty names everything."""
    return all(not wanted or wanted == hit[name] for name, wanted in scope.items())
