"""The date of birth. Registers hold unknown and impossible days: what they say of year, month and day counts."""

import polars as pl

from services.matcher.domain.items.judgement import SEPARATOR, Judged, judged
from shared.people.columns.rows import plainly
from shared.people.dates import beyond_era, known_parts, western

_BLANKS = " \u3000"


def judge_birth(asked: str, held: str) -> Judged:
    """The BIRTH-… reasons of one date of birth."""
    asked, held = asked.strip(_BLANKS), held.strip(_BLANKS)
    if not asked or not held:
        return judged("BIRTH-MISSING")
    days = western(asked), western(held)
    if not all(days):
        return judged(_incomplete(asked, held))
    if asked == held:
        return judged()
    if days[0] != days[1]:
        return judged("BIRTH-DIFFERS")
    beyond = "BIRTH-BEYOND-ERA" if beyond_era(asked) or beyond_era(held) else ""
    return judged("BIRTH-ERA", beyond)


def judge_births(rows: pl.DataFrame) -> pl.DataFrame:
    """`judge_birth` over asked_birth_date and held_birth_date: column codes."""
    return plainly(rows.select("asked_birth_date", "held_birth_date"), _codes, "codes")


def _codes(asked: str, held: str) -> str:
    return SEPARATOR.join(judge_birth(asked, held).codes)


def _incomplete(asked: str, held: str) -> str:
    """Two dates of which at least one names no day; also where both texts are the same, since nothing is identified."""
    one, other = known_parts(asked), known_parts(held)
    if "" in (one.year, other.year):
        return "BIRTH-UNKNOWN"
    pairs = ((one.year, other.year), (one.month, other.month), (one.day, other.day))
    return "BIRTH-DAY-UNKNOWN" if all(a == b or "" in (a, b) for a, b in pairs) else "BIRTH-DIFFERS"
