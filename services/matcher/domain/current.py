"""Kinds 2 and 3: the status that an answer tells, what changed since the plan was last told, what a person must see.

`held_*` columns are the ledger's (the registry's items when last told), the plain ones the answer's.
"""

from typing import Final

import polars as pl

from services.matcher.domain.answers import (
    CODE_CHANGED,
    CORRECTED,
    DIED,
    FOUND,
    HELD,
    MOVED_ABROAD,
    REFUSED,
    REMOVED,
)

RESIDENT: Final = "1"
ABROAD: Final = "2"
DEAD: Final = "3"
GONE: Final = "4"
CODE_UNKNOWN: Final = "5"
NUMBER_UNKNOWN: Final = "6"
NOT_TOLD: Final = "7"

TOLD_PEOPLE: Final = (RESIDENT, ABROAD, DEAD, GONE)


def with_status(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds status and status_date out of result, change_reason and change_date (null result: the number is unknown)."""
    reason = pl.col("change_reason")
    status = (
        pl.when(pl.col("result").is_null())
        .then(pl.lit(NUMBER_UNKNOWN))
        .when(pl.col("result") == REFUSED)
        .then(pl.lit(NOT_TOLD))
        .when(pl.col("result") != FOUND)
        .then(pl.lit(CODE_UNKNOWN))
        .when(reason == MOVED_ABROAD)
        .then(pl.lit(ABROAD))
        .when(reason == DIED)
        .then(pl.lit(DEAD))
        .when(reason == REMOVED)
        .then(pl.lit(GONE))
        .otherwise(pl.lit(RESIDENT))
        .alias("status")
    )
    dated = (pl.col("result") == FOUND) & ~reason.is_in(["", "00"])
    when = pl.when(dated).then(pl.col("change_date")).otherwise(pl.lit("")).fill_null("").alias("status_date")
    return rows.with_columns(status, when)


def with_changes(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds changes, ";"-joined: MOVED, RENAMED, DIED, REMOVED, BACK, CORRECTED since the plan was last told.

    Needs status, change_reason, the answer's items, held_* and held_status (where the plan believes the person to be).
    """
    found = pl.col("status").is_in(TOLD_PEOPLE)
    renamed = _differs("name_kana") | _differs("name_kanji")
    moved = _differs("address")
    corrected = pl.col("change_reason") == CORRECTED
    before, now = pl.col("held_status"), pl.col("status")
    named = {
        "MOVED": (moved & ~corrected) | ((now == ABROAD) & (before != ABROAD)),
        "RENAMED": renamed & ~corrected,
        "DIED": (now == DEAD) & (before != DEAD),
        "REMOVED": (now == GONE) & (before != GONE),
        "BACK": (now == RESIDENT) & (before != RESIDENT),
        "CORRECTED": ((moved | renamed) & corrected) | _differs("birth_date") | _differs("sex"),
    }
    return rows.with_columns(_joined({code: found & is_so for code, is_so in named.items()}).alias("changes"))


def with_reasons(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds reasons, ";"-joined, for which a person must look before release; empty for most.

    Needs records (how many candidates the answer names), resident_code and held_resident_code.
    """
    found = pl.col("result") == FOUND
    other_code = pl.col("resident_code") != pl.col("held_resident_code")
    named = {
        "BIRTH-DIFFERS": found & _differs("birth_date"),
        "SEX-DIFFERS": found & _differs("sex"),
        "RESIDENT-CODE-DIFFERS": found & other_code & (pl.col("change_reason") != CODE_CHANGED),
        "SEVERAL-CANDIDATES": found & (pl.col("records") > 1),
    }
    return rows.with_columns(_joined(named).alias("reasons"))


def believed(status: pl.Expr, before: pl.Expr) -> pl.Expr:
    """The status the plan believes after this answer: what it was told of a person, else what it knew."""
    return pl.when(status.is_in([*TOLD_PEOPLE, CODE_UNKNOWN])).then(status).otherwise(before)


def only_told(status: pl.Expr) -> list[pl.Expr]:
    """The items of the reply: only where the answer speaks of a person."""
    return [pl.when(status.is_in(TOLD_PEOPLE)).then(pl.col(item)).otherwise(pl.lit("")).alias(item) for item in HELD]


def _differs(item: str) -> pl.Expr:
    return (pl.col(item) != pl.col(f"held_{item}")).fill_null(value=False)


def _joined(named: dict[str, pl.Expr]) -> pl.Expr:
    """The codes whose condition holds, in order, joined by ";"."""
    each = [pl.when(is_so.fill_null(value=False)).then(pl.lit(code)) for code, is_so in named.items()]
    return pl.concat_str(each, separator=";", ignore_nulls=True)
