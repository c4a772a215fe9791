"""Sex: `1` male, `2` female; anything else that a side holds cannot be judged."""

import polars as pl

from services.matcher.domain.items.judgement import SEPARATOR, Judged, judged
from shared.people.characters import without_marks
from shared.people.columns.rows import plainly

_KNOWN = frozenset({"1", "2"})


def judge_sex(asked: str, held: str) -> Judged:
    """The SEX-… reasons of one sex."""
    codes = without_marks(asked), without_marks(held)
    if "" in codes:
        return judged("SEX-MISSING")
    if not _KNOWN.issuperset(codes):
        return judged("SEX-UNREADABLE")
    if codes[0] != codes[1]:
        return judged("SEX-DIFFERS")
    return judged() if asked == held else judged("SEX-FORM")


def judge_sexes(rows: pl.DataFrame) -> pl.DataFrame:
    """`judge_sex` over asked_sex and held_sex: column codes."""
    return plainly(rows.select("asked_sex", "held_sex"), _codes, "codes")


def _codes(asked: str, held: str) -> str:
    return SEPARATOR.join(judge_sex(asked, held).codes)
