"""The life of an incident: one table; what does not stand in it cannot happen.

Source: section IV of the handling rules of March 2025, whose six measures are the steps from `reported` on.
"""

from collections.abc import Collection, Mapping
from typing import Final

from shared.refusals import Refusal

FIRST: Final = "detected"
CLOSED: Final = "closed"

STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "detected": ("triaged",),
    "triaged": ("contained", "closed"),
    "contained": ("reported",),
    "reported": ("people_informed",),
    "people_informed": ("causes_found",),
    "causes_found": ("prevention_decided",),
    "prevention_decided": ("published",),
    "published": ("closed",),
    "closed": (),
}
"""From `triaged` straight to `closed` goes only what turned out to owe nobody anything."""

WRITTEN_BEFORE: Final[Mapping[str, tuple[str, ...]]] = {
    "reported": ("outline", "data_items", "people"),
    "people_informed": ("measures_for_people",),
    "causes_found": ("cause", "secondary_damage"),
    "prevention_decided": ("prevention",),
    "published": ("publication",),
}
"""Which of the nine items must be written before a state may be entered."""


def step(now: str, then: str) -> str:
    """The next state. Refusal `incident-step-refused`, with what is allowed, for anything else."""
    if then not in STEPS[now]:
        raise Refusal("incident-step-refused", state=now, wanted=then, allowed=list(STEPS[now]))
    return then


def refuse_unready(now: str, then: str, *, assessed: bool, owed: Collection[str], written: Collection[str]) -> None:
    """Look at what a step needs beside its place in the table.

    `owed` are the open duties that stand before `then`, `written` the items that have a text. Refusals
    `incident-not-assessed`, `incident-duty-open` and `incident-item-missing`.
    """
    if not assessed:
        raise Refusal("incident-not-assessed")
    if owed:
        raise Refusal("incident-duty-open", duties=sorted(owed))
    early = (now, then) == ("triaged", CLOSED)
    missing = () if early else [item for item in WRITTEN_BEFORE.get(then, ()) if item not in written]
    if missing:
        raise Refusal("incident-item-missing", items=list(missing))
