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
    NEW_ADDRESS,
    NEW_NAME,
    REFUSED,
    REMOVED,
)
from services.matcher.domain.compare import EVIDENCE, FOUR_ITEMS, compare_frame
from services.matcher.domain.items.judgement import CANNOT_JUDGE, DIFFERS, MISSING, PARTLY

RESIDENT: Final = "1"
ABROAD: Final = "2"
DEAD: Final = "3"
GONE: Final = "4"
CODE_UNKNOWN: Final = "5"
NUMBER_UNKNOWN: Final = "6"
NOT_TOLD: Final = "7"

TOLD_PEOPLE: Final = (RESIDENT, ABROAD, DEAD, GONE)
ALIVE: Final = (RESIDENT, ABROAD)
_TEXTS: Final = {"name": ("name_kana", "name_kanji"), "address": ("address",)}


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


def compared(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds judged_* and evidence_* of name, birth, sex and address: how the answer compares with what the ledger holds.

    Evidence is reason codes joined by ";". Needs the answer's items and held_*.
    """
    pairs = compare_frame(
        rows.select(
            *(pl.col(f"held_{item}").alias(f"asked_{item}") for item in HELD),
            *(pl.col(item).alias(f"held_{item}") for item in HELD),
        )
    )
    return rows.with_columns(
        *(pairs[item].cast(pl.String).alias(f"judged_{item}") for item in FOUR_ITEMS),
        *(pairs[EVIDENCE[item]] for item in FOUR_ITEMS),
    )


def with_changes(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds changes, ";"-joined: MOVED, RENAMED, DIED, REMOVED, BACK, CORRECTED since the plan was last told.

    MOVED and RENAMED speak of an item that differs by the comparing rules. Whatever else of the text differs is
    CORRECTED: another way to write the same, a text that cannot be judged where the registry gives no reason for
    another one, and all of it where the registry itself says that it corrected an entry. Needs status, change_reason,
    the answer's items, held_*, held_status (where the plan believes the person to be) and the columns of `compared`.
    """
    before, now = pl.col("held_status"), pl.col("status")
    found, reason = now.is_in(TOLD_PEOPLE), pl.col("change_reason")
    renamed = is_other("name", reason.is_in(NEW_NAME)) & (reason != CORRECTED)
    moved = is_other("address", reason.is_in(NEW_ADDRESS)) & (reason != CORRECTED)
    moved = moved | ((now == ABROAD) & (before != ABROAD))
    reworded = (text_differs("name") & ~renamed) | (text_differs("address") & ~moved)
    named = {
        "MOVED": moved,
        "RENAMED": renamed,
        "DIED": (now == DEAD) & (before != DEAD),
        "REMOVED": (now == GONE) & (before != GONE),
        "BACK": ((now == RESIDENT) & (before != RESIDENT)) | ((now == ABROAD) & before.is_in([DEAD, GONE])),
        "CORRECTED": reworded | _differs("birth_date") | _differs("sex"),
    }
    return rows.with_columns(joined_codes({code: found & is_so for code, is_so in named.items()}).alias("changes"))


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
    return rows.with_columns(joined_codes(named).alias("reasons"))


def believed(status: pl.Expr, before: pl.Expr) -> pl.Expr:
    """The status the plan believes after this answer: what it was told of a person, else what it knew."""
    return pl.when(status.is_in([*TOLD_PEOPLE, CODE_UNKNOWN])).then(status).otherwise(before)


def only_told(status: pl.Expr) -> list[pl.Expr]:
    """The items of the reply: only where the answer speaks of a person."""
    return [pl.when(status.is_in(TOLD_PEOPLE)).then(pl.col(item)).otherwise(pl.lit("")).alias(item) for item in HELD]


def text_differs(item: str) -> pl.Expr:
    """Whether the answer writes the name or the address otherwise than the ledger, in whatever way."""
    return pl.any_horizontal(_differs(column) for column in _TEXTS[item])


def is_other(item: str, new_by_reason: pl.Expr) -> pl.Expr:
    """Whether the name or the address is another one by the rules; what they cannot judge, as `new_by_reason` says."""
    judged = pl.col(f"judged_{item}")
    return text_differs(item) & (
        judged.is_in([PARTLY, DIFFERS]) | (judged.is_in([MISSING, CANNOT_JUDGE]) & new_by_reason)
    )


def joined_codes(named: dict[str, pl.Expr]) -> pl.Expr:
    """The codes whose condition holds, in order, joined by ";"."""
    each = [pl.when(is_so.fill_null(value=False)).then(pl.lit(code)) for code, is_so in named.items()]
    return pl.concat_str(each, separator=";", ignore_nulls=True)


def _differs(item: str) -> pl.Expr:
    return (pl.col(item) != pl.col(f"held_{item}")).fill_null(value=False)
