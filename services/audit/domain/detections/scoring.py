"""How odd an access or a case is, from 0 to 100."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import floor, log10

from services.audit.domain.detections.facts import Access, Acts
from services.audit.domain.detections.look import Sign
from services.audit.domain.detections.rules import SEVERITIES, table


@dataclass(frozen=True, slots=True)
class Scores:
    """The points in force from a day on."""

    version: str
    in_force_from: date
    personal: int
    registry: int
    export: int
    refused: int
    people: int
    low: int
    medium: int
    high: int
    case_days: int
    case_points: int

    def of(self, severity: str) -> int:
        """The points of a hit."""
        return {"low": self.low, "medium": self.medium, "high": self.high}[severity]


@cache
def scores_on(day: date) -> Scores:
    """The points on a day."""
    rows = [Scores(**row) for row in table("scores.toml")["scores"]]
    return max((row for row in rows if row.in_force_from <= day), key=lambda row: row.in_force_from)


def together(points: Iterable[int]) -> int:
    """Points added up as chances: never above 100, never below the greatest of them."""
    left = 1.0
    for point in points:
        left *= 1 - point / 100
    return round(100 * (1 - left))


def score_of(access: Access, acts: Acts, signs: Iterable[Sign]) -> int:
    """The score of one access: what it is, and what was odd about it. The system's own acts score what is odd only."""
    scores = scores_on(access.day)
    points = [scores.of(sign.severity) for sign in signs]
    if access.by_person:
        points += [
            scores.personal * (access.action in acts.personal),
            scores.registry * (access.action in acts.registry),
            scores.export * (access.action in acts.exports),
            scores.refused * (access.outcome == "refused"),
            scores.people * floor(log10(max(access.subjects, 1))),
        ]
    return together(points)


def gravest(severities: Iterable[str]) -> str:
    """The gravest of them."""
    return max(severities, key=SEVERITIES.index)
