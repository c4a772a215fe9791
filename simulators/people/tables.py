"""The tables behind the synthetic people, read once from the data folder."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

DATA = Path(__file__).parent / "data"
COHORTS = ("before_1946", "before_1971", "before_1996", "later")
COHORT_STARTS = (1946, 1971, 1996)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Names:
    """Family and given names. The rows of foreign residents stand at the end of both tables."""

    family: pl.DataFrame  # kanji, kana, sibling: the same name with old or modern characters, or itself
    family_odds: Floats  # cumulative
    given: pl.DataFrame  # kanji, kana, twin: another name that sounds the same, or itself
    given_odds: dict[tuple[str, int], Floats]  # (sex, cohort) -> cumulative
    foreign_sex: npt.NDArray[np.str_]
    foreign_family: int  # first row of foreign residents
    foreign_given: int


@dataclass(frozen=True)
class Places:
    """Municipalities and their towns; the towns of one municipality stand together."""

    municipalities: pl.DataFrame  # code, prefecture, city
    odds: Floats  # cumulative
    towns: pl.DataFrame  # town, postal_code, municipality: row number
    first_town: Ints
    town_count: Ints


def _read(name: str) -> pl.DataFrame:
    return pl.read_csv(DATA / name, infer_schema=False)


def _cumulative(weights: pl.Series) -> Floats:
    odds = np.cumsum(weights.cast(pl.Float64).to_numpy())
    return np.asarray(odds / odds[-1], dtype=np.float64)


@lru_cache
def names() -> Names:
    """The name tables."""
    family = _family_names()
    given = _read("given_names.csv").with_columns(pl.col(COHORTS).cast(pl.Float64))
    foreign = _read("foreign_names.csv")
    odds = {
        (sex, cohort): _cumulative((given[column] * (given["sex"] == sex).cast(pl.Float64)).rename("odds"))
        for sex in ("1", "2")
        for cohort, column in enumerate(COHORTS)
    }
    outside = foreign.with_columns(
        family=pl.col("family").str.to_uppercase(), given=pl.col("given").str.replace_all(" ", "", literal=True)
    )
    spoken = outside.with_columns(given_kana=pl.col("given_kana").str.replace_all(" ", "", literal=True))
    return Names(
        family=_append(family.select("kanji", "kana", "sibling"), spoken.select(kanji="family", kana="family_kana")),
        family_odds=_cumulative(family["weight"]),
        given=_append(_with_sound_twins(given), spoken.select(kanji="given", kana="given_kana")),
        given_odds=odds,
        foreign_sex=foreign["sex"].to_numpy(),
        foreign_family=len(family),
        foreign_given=len(given),
    )


def _family_names() -> pl.DataFrame:
    """Adds to each name its forms with an old character, and takes their share off the modern form."""
    rows = [(kanji, kana, float(weight), at) for at, (kanji, kana, weight) in enumerate(_read("surnames.csv").rows())]
    for modern, old, share in _read("old_characters.csv").rows():
        for at, (kanji, kana, weight, sibling) in enumerate(rows):
            if modern in kanji and sibling == at:
                rows.append((kanji.replace(modern, old), kana, weight * float(share), at))
                rows[at] = (kanji, kana, weight * (1 - float(share)), at)
    return pl.DataFrame(rows, schema=["kanji", "kana", "weight", "sibling"], orient="row")


def _with_sound_twins(given: pl.DataFrame) -> pl.DataFrame:
    """For each given name the next one of the same sex with the same reading (itself when there is none)."""
    return given.with_row_index("row").select(
        "kanji",
        "kana",
        twin=pl.coalesce(
            pl.col("row").shift(-1).over("sex", "kana"), pl.col("row").first().over("sex", "kana"), pl.col("row")
        ).cast(pl.Int64),
    )


def _append(table: pl.DataFrame, foreign: pl.DataFrame) -> pl.DataFrame:
    itself = pl.int_range(len(table), len(table) + len(foreign), eager=True).alias(table.columns[-1])
    return pl.concat([table, foreign.with_columns(itself)])


@lru_cache
def places() -> Places:
    """The municipalities and towns."""
    municipalities = _read("municipalities.csv").with_row_index("municipality")
    towns = _read("towns.csv").join(municipalities.select("code", "municipality"), on="code", maintain_order="left")
    counts = towns.group_by("municipality", maintain_order=True).len()["len"].cast(pl.Int64).to_numpy()
    return Places(
        municipalities=municipalities.select("code", "prefecture", "city"),
        odds=_cumulative(municipalities["weight"]),
        towns=towns.select("town", "postal_code", pl.col("municipality").cast(pl.Int64)),
        first_town=np.concatenate([[0], np.cumsum(counts)[:-1]]),
        town_count=counts,
    )


@lru_cache
def old_municipalities() -> dict[tuple[str, str], list[str]]:
    """(prefecture, present name) -> former names."""
    former: dict[tuple[str, str], list[str]] = {}
    for prefecture, old, new in _read("old_municipalities.csv").rows():
        former.setdefault((prefecture, new), []).append(old)
    return former


@lru_cache
def modern_characters() -> dict[str, str]:
    """Old form -> modern form."""
    return {old: modern for modern, old, _ in _read("old_characters.csv").rows()}
