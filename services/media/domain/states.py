"""The life cycles of replies, discs, dispatches and blanks: one table each; what stands in none cannot happen."""

from collections.abc import Mapping
from typing import Final

from shared.refusals import Refusal

Table = Mapping[str, frozenset[str]]


def _table(**rows: str) -> Table:
    return {state: frozenset(following.split()) for state, following in rows.items()}


REPLY: Final = _table(
    waiting="ready on_disc",
    ready="received expired",
    received="expired",
    on_disc="delivered expired",
    delivered="expired",
    expired="",
)

DISC: Final = _table(
    planned="imaged",
    imaged="written",
    written="verified failed",
    failed="written verified destroyed",
    verified="cased lost destroyed",
    cased="bundled lost destroyed",
    bundled="handed_over lost",
    handed_over="sealed returned lost",
    sealed="sent returned lost",
    sent="delivered returned lost",
    delivered="returned",
    returned="bundled lost destroyed",
    lost="returned",
    destroyed="",
)

DISPATCH: Final = _table(
    bundled="handed_over lost",
    handed_over="sealed returned lost",
    sealed="sent returned lost",
    sent="delivered returned lost",
    delivered="returned",
    returned="",
    lost="returned",
)

BLANK: Final = _table(stock="used spoilt", used="spoilt destroyed", spoilt="destroyed", destroyed="")

ON_THE_WAY: Final = frozenset({"bundled", "handed_over", "sealed", "sent"})
"""States of a dispatch in which its tracking number and seal are taken."""

COMPLETE_DISC: Final = frozenset(DISC) - {"planned", "imaged", "written", "failed"}
"""States of a disc that was read back and compared."""


def step(table: Table, now: str, then: str) -> str:
    """The next state. Refusal `transition-refused`, with what is allowed, for anything that the table does not hold."""
    if then not in table[now]:
        raise Refusal("transition-refused", state=now, wanted=then, allowed=sorted(table[now]))
    return then
