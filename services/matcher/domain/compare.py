"""Compares what a plan asked with what the registry holds, item by item, with all that differs.

Rows whose texts are the same take no further step; only the others are normalised.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import polars as pl

from services.matcher.domain.items.address import judge_address, judge_addresses
from services.matcher.domain.items.birth import judge_birth, judge_births
from services.matcher.domain.items.judgement import (
    AGREES,
    CODES,
    FOUR_ITEMS,
    JUDGEMENT,
    JUDGEMENTS,
    SEPARATOR,
    Judged,
    built_in_judgements,
    joined,
    judgement_of,
    told,
)
from services.matcher.domain.items.name import judge_name, judge_names
from services.matcher.domain.items.sex import judge_sex, judge_sexes
from shared.people.columns.characters import is_blank_column, is_unreadable_column
from shared.people.columns.rows import only_where
from shared.people.person import ITEMS, RawPerson

__all__ = [
    "AGREES",
    "CODES",
    "EVIDENCE",
    "FOUR_ITEMS",
    "JUDGEMENTS",
    "Comparison",
    "compare",
    "compare_frame",
    "judge_frame",
]

EVIDENCE = {item: f"evidence_{item}" for item in FOUR_ITEMS}
_Judge = Callable[[pl.DataFrame], pl.DataFrame]
_RULES: dict[str, tuple[tuple[str, ...], _Judge]] = {
    "name": (("name_kanji", "name_kana"), judge_names),
    "birth": (("birth_date",), judge_births),
    "sex": (("sex",), judge_sexes),
    "address": (("address",), judge_addresses),
}
_SEXES = ["1", "2"]
# A day that exists in every year and month. The others are looked at: a register may hold one that does not exist.
_SURE_DAY = "^(?:[0-9]{4}|[13579][0-9]{2})(?:0[1-9]|1[0-2])(?:0[1-9]|1[0-9]|2[0-8])$"
_UNKNOWN_YEAR = "^(?:0000|9999|[13579]00)"


@dataclass(frozen=True)
class Comparison:
    """The evidence on each of the four items: why it was judged as it was."""

    name: Judged
    birth: Judged
    sex: Judged
    address: Judged

    @property
    def items(self) -> tuple[Judged, Judged, Judged, Judged]:
        """Name, birth, sex, address."""
        return self.name, self.birth, self.sex, self.address

    @property
    def judgements(self) -> tuple[str, ...]:
        """What the evidence means, unless a decision table says otherwise: name, birth, sex, address."""
        return tuple(item.judgement for item in self.items)

    @property
    def differing(self) -> tuple[str, ...]:
        """The codes of all that differs, as the plan is told, in the order of CODES."""
        return told(code for item in self.items for code in item.codes)


def compare(asked: RawPerson, held: RawPerson) -> Comparison:
    """One inquiry beside one candidate."""
    return Comparison(
        judge_name(asked.name_kanji, asked.name_kana, held.name_kanji, held.name_kana),
        judge_birth(asked.birth_date, held.birth_date),
        judge_sex(asked.sex, held.sex),
        judge_address(asked.address, held.address),
    )


def compare_frame(pairs: pl.DataFrame, judgements: Mapping[str, str] | None = None) -> pl.DataFrame:
    """`compare` over asked_… and held_… columns; null counts as empty.

    Adds evidence_name, evidence_birth, evidence_sex and evidence_address (reason codes, `;` between), name, birth, sex
    and address (Enum; what the evidence means by `judgements`, default the catalogue's), and differing.
    """
    texts = pairs.select(
        pl.col(f"{side}_{item}").cast(pl.String).fill_null("") for side in ("asked", "held") for item in ITEMS
    )
    evidence = {EVIDENCE[item]: _evidence(texts, columns, judge) for item, (columns, judge) in _RULES.items()}
    return judge_frame(pairs.with_columns(**evidence), judgements)


def judge_frame(pairs: pl.DataFrame, judgements: Mapping[str, str] | None = None) -> pl.DataFrame:
    """Adds what the evidence means (name, birth, sex, address) and what of it a plan is told (differing)."""
    means = judgements or built_in_judgements()
    named = pl.DataFrame([_by_codes(pairs[EVIDENCE[item]], _told) for item in FOUR_ITEMS])
    return pairs.with_columns(
        *(
            _by_codes(pairs[EVIDENCE[item]], partial(_judgement, means)).cast(JUDGEMENT).alias(item)
            for item in FOUR_ITEMS
        ),
        differing=named.select(joined(pl.all())).to_series(),
    )


def _by_codes(evidence: pl.Series, meaning: Callable[[tuple[str, ...]], str]) -> pl.Series:
    """`meaning` of each row's codes, worked out once for each of the few texts that occur."""
    texts = evidence.unique()
    meanings = [meaning(tuple(text.split(SEPARATOR)) if text else ()) for text in texts]
    return evidence.replace_strict(texts, meanings, return_dtype=pl.String)


def _judgement(judgements: Mapping[str, str], codes: tuple[str, ...]) -> str:
    return judgement_of(codes, judgements)


def _told(codes: tuple[str, ...]) -> str:
    return SEPARATOR.join(told(codes))


def _evidence(texts: pl.DataFrame, columns: tuple[str, ...], judge: _Judge) -> pl.Series:
    """The reason codes of one item for every row; `judge` sees only those whose texts are not plainly the same."""
    plain = pl.all_horizontal(_plainly_same(column) for column in columns)
    rows = texts.select(f"{side}_{column}" for side in ("asked", "held") for column in columns)
    return only_where(rows, ~plain, judge)["codes"].fill_null("")


def _plainly_same(column: str) -> pl.Expr:
    asked = pl.col(f"asked_{column}")
    same = (asked == pl.col(f"held_{column}")) & ~is_blank_column(asked) & ~is_unreadable_column(asked)
    if column == "birth_date":
        return same & asked.str.contains(_SURE_DAY) & ~asked.str.contains(_UNKNOWN_YEAR)
    return same & asked.is_in(_SEXES) if column == "sex" else same
