"""Addresses: prefecture, municipality, town, numbers, building; and the key under which two writings count as the same.

The municipality is looked up first (prefecture and county may be missing, former names count), numerals are read
after it. Width, blanks, hyphens, variants, ヶケが, ツっ, のノ之, 大字 and 字 are folded.
"""

import re
from dataclasses import dataclass
from functools import cache

import polars as pl

from shared.people.characters import DROPPED, compatible, variant_bases
from shared.people.columns import only_where
from shared.people.municipalities import Municipality, prefectures, ways_to_write
from shared.people.names import FORM
from shared.people.numerals import with_hyphens, with_hyphens_column

PLACE = ("prefecture", "municipality", "municipality_code", "old_name", "became")
COLUMNS = (*PLACE, "town", "numbers", "building", "key")
_HYPHENS = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2500\u2501\u30fc\uff0d\uff70~\u301c", "-")
_ALIKE = dict.fromkeys("がガヶケ", "ケ") | dict.fromkeys("つっツッ", "ツ") | dict.fromkeys("のノ之乃", "ノ")
# Longer ones first: 文字 is part of names such as 十文字; 字 alone marks a part of a town and may be missing.
_WORDS = {"塩釜": "塩竈", "文字": "文字", "大字": "", "字": ""}
# Characters that hold prefecture, county and municipality, with blanks and variation selectors to spare.
_BEGINNING = 40
# A town may end in numbers of its own: 北1条西, 第2地割.
_PARTS = "^((?:.*[0-9](?:条|線|地割|番町|号線))?[^0-9]*)([0-9]+(?:-[0-9]+)*)?-?(.*)$"


@dataclass(frozen=True)
class Address:
    """An address in its parts.

    `municipality` is empty when none was recognised; `municipality_code` also when the name fits several;
    `old_name` is the municipality's former name if the address uses one, and `became` the codes, joined by `;`, of
    what it may lie in today. `town`, `numbers`, `building` and `key`
    are folded forms, for comparing and not for showing.
    """

    prefecture: str
    municipality: str
    municipality_code: str
    old_name: str
    became: str
    town: str
    numbers: str
    building: str
    key: str


def folded(text: str) -> str:
    """The address with every way to write a character made one."""
    return _pattern().sub(lambda match: _fold()[match[0]], compatible(DROPPED.sub("", text)))


def read_address(text: str) -> Address:
    """The address in its parts. Any text has parts, if only a town."""
    plain = folded(text)
    start = _start(plain)
    if not start:  # the county of a former municipality, or a county written wrongly
        without_county = re.sub(_county(), r"\1", plain)
        start = _start(without_county)
        plain = without_county if start else plain
    place = _ways().get(start) or _unknown(plain)
    rest = plain[len(start or place.prefecture) :]
    match = re.fullmatch(_PARTS[1:-1], with_hyphens(rest))
    town, numbers, building = match.groups() if match else (rest, "", "")
    parts = (town.strip("-"), numbers or "", building.strip("-"))
    return Address(
        place.prefecture,
        place.name,
        place.code,
        place.name if place.former else "",
        ";".join(place.became),
        *parts,
        key="|".join((place.code or place.name, *parts)),
    )


def read_addresses(addresses: pl.Series) -> pl.DataFrame:
    """`read_address` for a column, row for row, as the columns of `Address`; null counts as empty."""
    texts = addresses.cast(pl.String).fill_null("").alias("raw").to_frame()
    return read_folded(texts.select(folded_column(pl.col("raw"))).to_series())


def read_folded(addresses: pl.Series) -> pl.DataFrame:
    """`read_addresses` for texts that are `folded` already."""
    located = _located(addresses)
    before = pl.coalesce("start", pl.col("prefecture").replace("", None), pl.lit("")).str.len_chars()
    rest = with_hyphens_column(pl.col("plain").str.slice(before))
    parts = ("town", "numbers", "building")
    return (
        located.with_columns(rest.str.extract_groups(_PARTS).struct.rename_fields(parts).alias("parts"))
        .unnest("parts")
        .with_columns(pl.col(parts).fill_null("").str.strip_chars("-"))
        .with_columns(key=pl.concat_str(_place_key(), *parts, separator="|"))
        .select(COLUMNS)
    )


def read_municipalities(addresses: pl.Series) -> pl.DataFrame:
    """The columns PLACE of `read_addresses`, several times faster: only the address's beginning is read."""
    beginnings = addresses.cast(pl.String).fill_null("").str.slice(0, _BEGINNING).alias("raw").to_frame()
    return _located(beginnings.select(folded_column(pl.col("raw"))).to_series()).select(PLACE)


def _located(addresses: pl.Series) -> pl.DataFrame:
    """Columns plain (folded), start (the part that names the municipality) and PLACE."""
    started = _started(addresses.alias("plain").to_frame())
    found = _without_unknown_counties(started).join(_places(), on="start", how="left", maintain_order="left")
    unplaced = only_where(found, pl.col("start").is_null(), _prefecture_alone)
    placed = found.with_columns(pl.col("prefecture").fill_null(unplaced["alone"]))
    return placed.with_columns(pl.col(PLACE).fill_null(""))


def _prefecture_alone(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(alone=pl.col("plain").str.extract(_any_prefecture()))


def _without_unknown_counties(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows without a start once more, without the county that they name."""
    again = only_where(frame, pl.col("start").is_null(), _without_county)
    found = pl.when(again["start"].is_not_null())
    return frame.select(plain=found.then(again["plain"]).otherwise("plain"), start=pl.coalesce("start", again["start"]))


def _without_county(rows: pl.DataFrame) -> pl.DataFrame:
    return _started(rows.select(plain=pl.col("plain").str.replace(_county(), "${1}")))


def _started(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds start, the longest way to write a municipality that the text begins with, else null."""
    head = pl.col("plain").str.slice(0, _longest())
    found = rows.with_columns(start=head.str.extract_many(_starts(), leftmost=True).list.first())
    begins = pl.col("plain").str.starts_with(pl.col("start"))
    return found.with_columns(start=pl.when(begins).then("start"))


def _start(plain: str) -> str:
    lengths = range(min(len(plain), _longest()), 1, -1)
    return next((plain[:length] for length in lengths if plain[:length] in _ways()), "")


def _place_key() -> pl.Expr:
    code = pl.col("municipality_code")
    return pl.when(code != "").then(code).otherwise("municipality")


def folded_column(column: pl.Expr) -> pl.Expr:
    """`folded` over a column."""
    return column.str.replace_all(DROPPED.pattern, "").str.normalize("NFKC").str.replace_many(_fold(), leftmost=True)


def _unknown(plain: str) -> Municipality:
    match = re.match(_any_prefecture(), plain)
    return Municipality(match[1] if match else "", "", "", "")


@cache
def _fold() -> dict[str, str]:
    """What is replaced, in order of preference."""
    return _WORDS | FORM | variant_bases() | _HYPHENS | _ALIKE


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(source) for source in _fold()))


@cache
def _any_prefecture() -> str:
    return f"^({'|'.join(prefectures())})"


@cache
def _county() -> str:
    return f"^({'|'.join(prefectures())})?[^0-9]{{1,5}}?郡"


@cache
def _ways() -> dict[str, Municipality]:
    return ways_to_write(folded)


@cache
def _starts() -> list[str]:
    """Longest first, so that 横浜市鶴見区 wins over 横浜市."""
    return sorted(_ways(), key=len, reverse=True)


@cache
def _longest() -> int:
    return max(len(way) for way in _ways())


@cache
def _places() -> pl.DataFrame:
    rows = [
        (way, place.prefecture, place.name, place.code, place.name if place.former else "", ";".join(place.became))
        for way, place in _ways().items()
    ]
    return pl.DataFrame(rows, schema=["start", *PLACE], orient="row")
