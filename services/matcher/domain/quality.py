"""How good a plan's data are: a score of 0 to 100 for each cycle, and what lowers it.

score = 100 - (what all causes cost, in hundredths of a record) / (records received), rounded down, never below 0.
So 100 means that nothing was found, and 0 that on average every record was lost. What an occurrence costs is data
(quality.toml). With the same records one more occurrence never raises the score.
"""

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from shared.check import FINDINGS

BEST: Final = 100
_PREFIXES: Final = {"outcomes": "OUTCOME-", "statuses": "STATUS-", "differing": ""}


@dataclass(frozen=True)
class Cause:
    """One thing that lowers the score: what an occurrence costs (hundredths of a record), and what the plan can do."""

    code: str
    lost: int
    ja: str
    en: str
    action_ja: str
    action_en: str


@dataclass(frozen=True)
class Quality:
    """A plan's cycle: the score, and what lowered it, the most costly first."""

    cycle: str
    records: int
    score: int
    causes: Sequence[tuple[Cause, int]]


@cache
def causes() -> Mapping[str, Cause]:
    """Every cause by its code: a finding (R03), an outcome (OUTCOME-20), a status (STATUS-6), a differing item."""
    declared = tomllib.loads((files("services.matcher.domain") / "quality.toml").read_text("utf-8"))
    found = {code: _finding(code, lost) for code, lost in declared.pop("findings").items()}
    for group, entries in declared.items():
        for code, entry in entries.items():
            found[_PREFIXES[group] + code] = Cause(_PREFIXES[group] + code, **entry)
    return found


def causes_of(
    kind: str, *, findings: Mapping[str, int], outcomes: Mapping[str, int], differing: Mapping[str, int]
) -> dict[str, int]:
    """How often each cause occurred in a request: findings of the check, outcomes of the reply, items that differed."""
    prefix = _PREFIXES["outcomes" if kind == "provisional" else "statuses"]
    counted = Counter(findings) + Counter({prefix + code: count for code, count in outcomes.items()})
    counted += Counter(differing)
    return {code: counted[code] for code in causes() if counted[code]}


def quality(cycle: str, records: int, counts: Mapping[str, int]) -> Quality:
    """The score of `records` records in which the causes occurred so often. Codes that are no cause cost nothing."""
    found = [(cause, counts[code]) for code, cause in causes().items() if counts.get(code)]
    lost = sum(cause.lost * count for cause, count in found)
    score = max(0, BEST - -(-lost // max(records, 1)))
    return Quality(cycle, records, score, sorted(found, key=lambda one: -one[0].lost * one[1]))


def trend(cycles: Sequence[Quality]) -> int | None:
    """By how many points the score rose from the last but one cycle to the last; None where there are not two."""
    return cycles[-1].score - cycles[-2].score if len(cycles) > 1 else None


def _finding(code: str, lost: int) -> Cause:
    text = FINDINGS[code]
    return Cause(code, lost, text.ja, text.en, text.action_ja, text.action_en)
