"""Findings go through plan, do, check, act.

Source, I-2 (2): 「計画実行、評価、改善のサイクル」, 「直接的原因、間接的原因の両面から分析」.
"""

from collections.abc import Iterable
from typing import Final, Literal

from services.audit.domain.states import Table
from shared.refusals import Refusal

Origin = Literal["audit", "external_audit", "incident", "assessment", "checksheet"]
FOUND: Final = "found"
FINDING: Final[Table] = {
    FOUND: {"plan": "planned", "drop": "dropped"},
    "planned": {"plan": "planned", "carry_out": "carried_out", "drop": "dropped"},
    "carried_out": {"effective": "effective", "ineffective": FOUND},
    "effective": {"close": "closed"},
    "closed": {},
    "dropped": {},
}
"""An action without effect leads back to the beginning: its causes were not the right ones."""


def refuse_own_work(checker: str, owner: str, carried_out_by: Iterable[str]) -> None:
    """The effect of an action is judged by somebody else. Refusal `own-work`."""
    if checker == owner or checker in set(carried_out_by):
        raise Refusal("own-work")
