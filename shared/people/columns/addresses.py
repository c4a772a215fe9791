"""Addresses over columns."""

from functools import cache

import polars as pl

from shared.people.addresses import MARK, PARTS, WORDS, any_prefecture, county, fold, longest, ways
from shared.people.characters import DROPPED
from shared.people.columns.numerals import with_hyphens_column
from shared.people.columns.rows import only_where

PLACE = ("prefecture", "municipality", "municipality_code", "old_name", "became")
COLUMNS = (*PLACE, "town", "numbers", "building", "key")
# Characters that hold prefecture, county and municipality, with blanks and variation selectors to spare.
_BEGINNING = 40


def read_addresses(addresses: pl.Series) -> pl.DataFrame:
    """`read_address` for a column, row for row, as the columns of `Address`; null counts as empty."""
    texts = addresses.cast(pl.String).fill_null("").alias("raw").to_frame()
    return read_folded(texts.select(folded_column(pl.col("raw"))).to_series())


def read_folded(addresses: pl.Series) -> pl.DataFrame:
    """`read_addresses` for texts that are `folded` already."""
    places = located(addresses)
    before = pl.coalesce("start", pl.col("prefecture").replace("", None), pl.lit("")).str.len_chars()
    rest = with_hyphens_column(pl.col("plain").str.slice(before))
    parts = ("town", "numbers", "building")
    return (
        places.with_columns(rest.str.extract_groups(PARTS).struct.rename_fields(parts).alias("parts"))
        .unnest("parts")
        .with_columns(pl.col(parts).fill_null(""))
        .with_columns(mark=pl.when(pl.col("numbers") != "").then(pl.col("town").str.extract(f"({MARK})")).fill_null(""))
        .with_columns(town=pl.col("town").str.strip_suffix(pl.col("mark")), numbers=pl.col("mark") + pl.col("numbers"))
        .with_columns(pl.col("town", "building").str.strip_chars("-"))
        .with_columns(key=pl.concat_str(_place_key(), *parts, separator="|"))
        .select(COLUMNS)
    )


def read_municipalities(addresses: pl.Series) -> pl.DataFrame:
    """The columns PLACE of `read_addresses`, several times faster: only the address's beginning is read."""
    beginnings = addresses.cast(pl.String).fill_null("").str.slice(0, _BEGINNING).alias("raw").to_frame()
    return located(beginnings.select(folded_column(pl.col("raw"))).to_series()).select(PLACE)


def located(addresses: pl.Series) -> pl.DataFrame:
    """Columns plain (folded), start (the part that names the municipality) and PLACE."""
    started = _started(addresses.alias("plain").to_frame())
    found = _without_unknown_counties(started).join(_places(), on="start", how="left", maintain_order="left")
    unplaced = only_where(found, pl.col("start").is_null(), _prefecture_alone)
    placed = found.with_columns(pl.col("prefecture").fill_null(unplaced["alone"]))
    return placed.with_columns(pl.col(PLACE).fill_null(""))


def _prefecture_alone(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(alone=pl.col("plain").str.extract(any_prefecture()))


def _without_unknown_counties(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows without a start once more, without the county that they name."""
    again = only_where(frame, pl.col("start").is_null(), _without_county)
    found = pl.when(again["start"].is_not_null())
    return frame.select(plain=found.then(again["plain"]).otherwise("plain"), start=pl.coalesce("start", again["start"]))


def _without_county(rows: pl.DataFrame) -> pl.DataFrame:
    return _started(rows.select(plain=pl.col("plain").str.replace(county(), "${1}")))


def _started(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds start, the longest way to write a municipality that the text begins with, else null."""
    head = pl.col("plain").str.slice(0, longest())
    found = rows.with_columns(start=head.str.extract_many(_starts(), leftmost=True).list.first())
    begins = pl.col("plain").str.starts_with(pl.col("start"))
    return found.with_columns(start=pl.when(begins).then("start"))


def _place_key() -> pl.Expr:
    code = pl.col("municipality_code")
    return pl.when(code != "").then(code).otherwise("municipality")


def folded_column(column: pl.Expr) -> pl.Expr:
    """`folded` over a column."""
    return folded_from_compatible(compatible_column(column))


def compatible_column(column: pl.Expr) -> pl.Expr:
    """The first part of folding: blanks dropped, full and half width made alike."""
    return column.str.replace_all(DROPPED.pattern, "").str.normalize("NFKC")


def folded_from_compatible(column: pl.Expr) -> pl.Expr:
    """The second part of folding."""
    return column.str.replace_many(WORDS, leftmost=True).str.replace_many(fold())


@cache
def _starts() -> list[str]:
    """Longest first, so that 横浜市鶴見区 wins over 横浜市."""
    return sorted(ways(), key=len, reverse=True)


@cache
def _places() -> pl.DataFrame:
    rows = [
        (way, place.prefecture, place.name, place.code, place.name if place.former else "", ";".join(place.became))
        for way, place in ways().items()
    ]
    return pl.DataFrame(rows, schema=["start", *PLACE], orient="row")
