"""The death guard: which deaths a plan is told of, and what speaks against one before anybody is told.

A death that a plan has not been told of waits for a person. One that does not fit what is known is looked at by itself.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

import polars as pl

from services.matcher.domain.answers import CODE_CHANGED
from services.matcher.domain.compare import EVIDENCE, FOUR_ITEMS
from services.matcher.domain.current import ALIVE, DEAD, is_other, joined_codes, with_status
from services.matcher.domain.table import IDENTIFIED

DATE: Final = "%Y%m%d"
EIGHT: Final = 8


@cache
def conflict_words() -> Mapping[str, Mapping[str, str]]:
    """What each code of `with_conflicts` means: code -> ja, en."""
    return tomllib.loads((files("services.matcher.domain") / "deaths.toml").read_text("utf-8"))


def newly_dead() -> pl.Expr:
    """Whether the answer is a death that the plan does not believe yet."""
    return ((pl.col("status") == DEAD) & (pl.col("held_status") != DEAD)).fill_null(value=False)


def with_conflicts(rows: pl.DataFrame, as_of: str) -> pl.DataFrame:
    """Adds conflicts, ";"-joined: what speaks against a newly told death; empty for all others and for most deaths.

    `as_of` is the registry's day of the answer (YYYYMMDD). Needs status, status_date, birth_date, held_status,
    held_resident_on (the registry's day of the last answer that told the plan "resident", or empty) and the columns of
    `compared`. That date of birth or sex differ sends any answer to a person already.
    """
    day, last = pl.col("status_date"), pl.col("held_resident_on").fill_null("")
    # The parser also takes months and days of one digit; the layout's dates have eight.
    real = (day.str.len_chars() == EIGHT) & day.str.to_date(DATE, strict=False).is_not_null()
    named = {
        "DEATH-NAME-DIFFERS": is_other("name", pl.lit(value=True)),
        "DEATH-ADDRESS-DIFFERS": is_other("address", pl.lit(value=True)),
        "DEATH-DATE-MISSING": day == "",
        "DEATH-DATE-IMPOSSIBLE": (day != "") & ~real,
        "DEATH-DATE-FUTURE": real & (day > as_of),
        "DEATH-BEFORE-BIRTH": real & (day < pl.col("birth_date")),
        "DEATH-BEFORE-LAST-TOLD": real & (day < last),
    }
    new = newly_dead()
    return rows.with_columns(joined_codes({code: new & is_so for code, is_so in named.items()}).alias("conflicts"))


def deaths(rows: pl.DataFrame) -> pl.DataFrame:
    """The dead of a part: who they are, when they died, whether the plan is told so for the first time, the evidence.

    Evidence is the codes of the four items and of the conflicts, joined by ";".
    """
    codes = (*(EVIDENCE[item] for item in FOUR_ITEMS), "conflicts")
    evidence = pl.concat_str(
        (pl.when(pl.col(name) != "").then(name) for name in codes), separator=";", ignore_nulls=True
    )
    return rows.filter((pl.col("status") == DEAD).fill_null(value=False)).select(
        "slice",
        "seq",
        "serial",
        "inquiry_number",
        pl.col("held_resident_code").alias("resident_code"),
        pl.col("status_date").alias("change_date"),
        newly_dead().alias("newly"),
        evidence.alias("evidence"),
    )


def alive() -> pl.Expr:
    """Whether the registry answers of somebody who lives, here or abroad."""
    return pl.col("status").is_in(ALIVE).fill_null(value=False)


def living(rows: pl.DataFrame) -> pl.DataFrame:
    """resident_code and status of everybody in a part who lives, whether or not a person has to look first.

    Whose code the registry changed lives under the old one, too: that is the one under which plans were told.
    """
    people = rows.filter(alive())
    renewed = people.filter(pl.col("change_reason") == CODE_CHANGED).with_columns(resident_code="held_resident_code")
    return pl.concat([some.select("resident_code", "status") for some in (people, renewed)]).unique("resident_code")


def identified_living(decisions: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """As `living`, of those whom a provisional inquiry identified by rule: their entries say the same of them."""
    told = pairs.select("seq", "candidate", "result", "change_reason", "change_date")
    people = decisions.filter(pl.col("outcome") == IDENTIFIED).join(told, on=["seq", "candidate"])
    return with_status(people).filter(alive()).select("resident_code", "status").unique("resident_code")
