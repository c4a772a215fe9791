"""Compares what a plan asked with what the registry holds, item by item, with all that differs.

Rows whose texts are the same take no further step; only the others are normalised.
"""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from services.matcher.domain.items.address import judge_address, judge_addresses
from services.matcher.domain.items.birth import judge_birth, judge_births
from services.matcher.domain.items.judgement import AGREES, CODES, JUDGEMENT, JUDGEMENTS, SAME, joined
from services.matcher.domain.items.name import judge_name, judge_names
from services.matcher.domain.items.sex import judge_sex, judge_sexes
from shared.people.characters import is_blank_column, is_unreadable_column
from shared.people.person import ITEMS, RawPerson

__all__ = ["AGREES", "CODES", "FOUR_ITEMS", "JUDGEMENTS", "Comparison", "compare", "compare_frame"]

FOUR_ITEMS = ("name", "birth", "sex", "address")
_Judge = Callable[[pl.DataFrame], pl.DataFrame]
_RULES: dict[str, tuple[tuple[str, ...], _Judge]] = {
    "name": (("name_kanji", "name_kana"), judge_names),
    "birth": (("birth_date",), judge_births),
    "sex": (("sex",), judge_sexes),
    "address": (("address",), judge_addresses),
}
_SEXES = ["1", "2"]


@dataclass(frozen=True)
class Comparison:
    """The judgement of each of the four items, and the codes of all that differs."""

    name: str
    birth: str
    sex: str
    address: str
    differing: tuple[str, ...] = ()

    @property
    def judgements(self) -> tuple[str, str, str, str]:
        """Name, birth, sex, address."""
        return self.name, self.birth, self.sex, self.address


def compare(asked: RawPerson, held: RawPerson) -> Comparison:
    """One inquiry beside one candidate."""
    items = (
        judge_name(asked.name_kanji, asked.name_kana, held.name_kanji, held.name_kana),
        judge_birth(asked.birth_date, held.birth_date),
        judge_sex(asked.sex, held.sex),
        judge_address(asked.address, held.address),
    )
    name, birth, sex, address = (item.judgement for item in items)
    return Comparison(name, birth, sex, address, tuple(code for item in items for code in item.codes))


def compare_frame(pairs: pl.DataFrame) -> pl.DataFrame:
    """`compare` over asked_… and held_… columns: adds name, birth, sex, address (Enum) and differing (`;` between).

    Null counts as empty.
    """
    texts = pairs.select(
        pl.col(f"{side}_{item}").cast(pl.String).fill_null("") for side in ("asked", "held") for item in ITEMS
    )
    judged = {item: _judged(texts, columns, judge) for item, (columns, judge) in _RULES.items()}
    return pairs.with_columns(
        *(judged[item]["judgement"].cast(JUDGEMENT).alias(item) for item in FOUR_ITEMS),
        pl.select(joined(*(pl.lit(judged[item]["codes"]) for item in FOUR_ITEMS)).alias("differing")).to_series(),
    )


def _judged(texts: pl.DataFrame, columns: tuple[str, ...], judge: _Judge) -> pl.DataFrame:
    """Judgement and codes of one item for every row; `judge` sees only those whose texts are not plainly the same."""
    plain = pl.all_horizontal(_plainly_same(column) for column in columns)
    rows = texts.select(f"{side}_{column}" for side in ("asked", "held") for column in columns).with_row_index("row")
    others = rows.filter(~plain)
    judged = pl.concat([others.select("row"), judge(others.drop("row"))], how="horizontal")
    return (
        rows.select("row")
        .join(judged, on="row", how="left", maintain_order="left")
        .select(pl.col("judgement").fill_null(SAME), pl.col("codes").fill_null(""))
    )


def _plainly_same(column: str) -> pl.Expr:
    asked = pl.col(f"asked_{column}")
    same = (asked == pl.col(f"held_{column}")) & ~is_blank_column(asked) & ~is_unreadable_column(asked)
    return same & asked.is_in(_SEXES) if column == "sex" else same
