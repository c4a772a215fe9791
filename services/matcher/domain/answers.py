"""The records of an answer file as columns: what is well formed, and the few codes that rules look at."""

from typing import Final

import polars as pl

FOUND: Final = "0"
NONE: Final = "1"
TOO_MANY: Final = "2"
REFUSED: Final = "9"

HELD: Final = ("name_kana", "name_kanji", "birth_date", "sex", "postal_code", "address")
FIELDS: Final = (
    "seq",
    "result",
    "candidate",
    "candidates",
    "resident_code",
    "my_number",
    *HELD,
    "municipality_code",
    "change_reason",
    "change_date",
)
KEPT: Final = ("result", "candidate", "resident_code", *HELD, "change_reason", "change_date")

MOVED_ABROAD: Final = "22"
DIED: Final = "23"
REMOVED: Final = "29"
CORRECTED: Final = "32"
CODE_CHANGED: Final = "51"
NEW_NAME: Final = ("33",)
# Moved in, moved in from abroad, moved out, moved within the municipality.
NEW_ADDRESS: Final = ("11", "12", "21", "31")
REASONS: Final = ("00", "11", "12", "13", "19", "21", "22", "23", "29", "31", "32", "33", "41", "51")


def well_formed() -> pl.Expr:
    """Whether a data record (all columns text, nulls read as empty) can be understood, field by field.

    Check digits are not judged here: the file's digest covers the way, and the registry knows its own numbers.
    """
    empty_code = pl.col("resident_code") == ""
    named = (pl.col("candidates").cast(pl.Int64, strict=False) > 0).fill_null(value=False)
    found, too_many = pl.col("result") == FOUND, pl.col("result") == TOO_MANY
    return (
        pl.col("seq").str.contains(r"^[1-9][0-9]{0,8}$")
        & pl.col("result").is_in([FOUND, NONE, TOO_MANY, REFUSED])
        & pl.col("candidate").str.contains(r"^[0-9]{0,3}$")
        & pl.col("candidates").str.contains(r"^[0-9]{0,3}$")
        & pl.col("resident_code").str.contains(r"^([0-9]{11})?$")
        & pl.col("my_number").str.contains(r"^([0-9]{12})?$")
        & pl.col("birth_date").str.contains(r"^([0-9]{8})?$")
        & pl.col("sex").is_in(["", "1", "2"])
        & pl.col("change_reason").is_in(["", *REASONS])
        & pl.col("change_date").str.contains(r"^([0-9]{8})?$")
        & ~(empty_code & (found | (too_many & named)))
        & ~pl.any_horizontal(pl.col(FIELDS).str.contains(r"[\x00-\x1f\x7f]"))
    )
