"""The address: notation, former municipality names and a left-out building do not make another address.

Most pairs are settled by their folded texts alone, in plain Python and over columns by the same three questions
(`_settled`, `_settled_column`); the others are compared part by part (`address_pair`), each distinct pair once.
"""

import re
from functools import cache

import polars as pl

from services.matcher.domain.items.address_pair import differences, has_variants, read
from services.matcher.domain.items.judgement import Judged, joined, judged
from shared.people.addresses import any_prefecture, begin, folded, folded_prefecture
from shared.people.characters import DROPPED, compatible, is_blank, is_unreadable
from shared.people.columns.addresses import compatible_column, folded_from_compatible, located
from shared.people.columns.characters import is_blank_column, is_unreadable_column
from shared.people.columns.numerals import with_hyphens_column
from shared.people.columns.rows import only_where
from shared.people.numerals import with_hyphens
from shared.people.towns import twins
from shared.people.variants import variant_bases

_MISSING, _UNREADABLE = "ADDRESS-MISSING", "ADDRESS-UNREADABLE"
_NOTATION, _PREFECTURE = "ADDRESS-NOTATION", "ADDRESS-PREFECTURE-OMITTED"
_BUILDING_OMITTED, _NUMBER = "ADDRESS-BUILDING-OMITTED", "ADDRESS-NUMBER-DIFFERS"
# 霞ケ関3-2-1霞ビル: up to the numbers, the numbers, and what follows them.
_HOUSE = "^([^0-9]*)([0-9]+(?:-[0-9]+)*)(.*)$"
# What follows may belong to the numbers or to the town instead of a building.
_BUILDING = "^[^-0-9甲乙丙丁戊己庚辛条線地番号棟F]"
_NO_BUILDING = "^[イロハニホヘト](?:-|$)|[0-9](?:条|線|地割|番町|号線)"
_BEFORE_LETTER, _AFTER_LETTER = "-([^0-9]|$)", "(^|[^0-9])-"
_SIDES = ("asked", "held")


def judge_address(asked: str, held: str) -> Judged:
    """The ADDRESS-… reasons of one address."""
    if is_blank(asked) or is_blank(held):
        return Judged((_MISSING,))
    if is_unreadable(asked) or is_unreadable(held):
        return Judged((_UNREADABLE,))
    if asked == held:
        return Judged()
    settled = _settled(asked, held)
    return judged(*settled) if settled else _by_parts(asked, held)


def judge_addresses(rows: pl.DataFrame) -> pl.DataFrame:
    """`judge_address` over asked_address and held_address: column codes."""
    texts = rows.select(pl.col("asked_address").alias("asked"), pl.col("held_address").alias("held"))
    asked, held = pl.col("asked"), pl.col("held")
    flagged = texts.with_columns(
        missing=is_blank_column(asked) | is_blank_column(held),
        unreadable=is_unreadable_column(asked) | is_unreadable_column(held),
    )
    others = only_where(flagged, (asked != held) & ~pl.col("missing") & ~pl.col("unreadable"), _codes_of_unlike)
    unreadable = pl.when("unreadable").then(pl.lit(_UNREADABLE)).otherwise(pl.col("codes").fill_null(""))
    return flagged.hstack(others).select(codes=pl.when("missing").then(pl.lit(_MISSING)).otherwise(unreadable))


def _by_parts(asked: str, held: str) -> Judged:
    return judged(*differences(read(asked), read(held)))


def _settled(asked: str, held: str) -> tuple[str, ...]:
    """The reasons of a pair that its folded texts settle; none where the parts must be looked at."""
    texts = compatible(DROPPED.sub("", asked)), compatible(DROPPED.sub("", held))
    plain = folded(asked), folded(held)
    if _needs_care(*texts, plain[0]):
        return ()
    one, other = _tidy(plain[0]), _tidy(plain[1])
    prefectures = folded_prefecture(one), folded_prefecture(other)
    left_out: tuple[str, ...] = ()
    if prefectures[0] != prefectures[1]:
        if "" not in prefectures or not _is_in("".join(prefectures), plain[0] if prefectures[1] else plain[1]):
            return ()
        left_out = (_PREFECTURE,)
    one, other = one.removeprefix(prefectures[0]), other.removeprefix(prefectures[1])
    if one == other:
        return left_out or (_NOTATION,)
    house = _house(one, other)
    return (*left_out, house) if house else ()


def _is_in(prefecture: str, plain: str) -> bool:
    """Whether the municipality with which the text begins lies there, and is the only one of its name."""
    place = begin(plain).place
    return place.code != "" and not place.former and place.prefecture == prefecture


def _house(one: str, other: str) -> str:
    """The one reason of two texts that are alike up to their numbers, if it is plain to see."""
    matches = re.fullmatch(_HOUSE[1:-1], one), re.fullmatch(_HOUSE[1:-1], other)
    if not matches[0] or not matches[1] or matches[0][1] != matches[1][1]:
        return ""
    (_, numbers, building), (_, other_numbers, other_building) = (match.groups() for match in matches if match)
    if any(
        text and (not re.search(_BUILDING, text) or re.search(_NO_BUILDING, text))
        for text in (building, other_building)
    ):
        return ""
    if numbers == other_numbers:
        return _BUILDING_OMITTED if "" in (building, other_building) else ""
    begins = f"{numbers}-".startswith(f"{other_numbers}-") or f"{other_numbers}-".startswith(f"{numbers}-")
    return "" if begins else _NUMBER


def _tidy(plain: str) -> str:
    """With hyphens, but only between numbers."""
    return re.sub(_AFTER_LETTER, r"\1", re.sub(_BEFORE_LETTER, r"\1", with_hyphens(plain)))


def _tidy_column(plain: pl.Expr) -> pl.Expr:
    """`_tidy` over a column."""
    hyphened = with_hyphens_column(plain)
    return hyphened.str.replace_all(_BEFORE_LETTER, "${1}").str.replace_all(_AFTER_LETTER, "${1}")


def _needs_care(one: str, other: str, plain: str) -> bool:
    """Whether folding may hide a difference: variant characters, 大字 of a town with a twin, 丁目 beside 番."""
    if has_variants(one + other):
        return True
    if one.count("字") != other.count("字") and any(name in plain for name in _twin_names()):
        return True
    return _counts_otherwise(one, other) or _counts_otherwise(other, one)


def _counts_otherwise(one: str, other: str) -> bool:
    return "丁目" in one and "丁目" not in other and "番" in other


def _codes_of_unlike(texts: pl.DataFrame) -> pl.DataFrame:
    """Column codes of readable texts that are not written the same."""
    settled = texts.hstack([_settled_column(texts)])
    others = only_where(settled, pl.col("settled") == "", _by_parts_once)
    return pl.concat([settled, others], how="horizontal").select(codes=pl.coalesce("by_parts", "settled"))


def _by_parts_once(texts: pl.DataFrame) -> pl.DataFrame:
    """Column by_parts: each distinct pair is compared once."""
    pairs = texts.select(_SIDES).unique()
    codes = [";".join(_by_parts(asked, held).codes) for asked, held in pairs.iter_rows()]
    compared = pairs.with_columns(by_parts=pl.Series(codes, dtype=pl.String))
    return texts.join(compared, on=_SIDES, how="left", maintain_order="left").select("by_parts")


def _settled_column(texts: pl.DataFrame) -> pl.Series:
    """`_settled` over asked and held, joined by `;`."""
    forms = (
        texts.select(compatible_column(pl.col(_SIDES)))
        .with_columns(folded_from_compatible(pl.col(side)).alias(f"{side}_plain") for side in _SIDES)
        .with_columns(_tidy_column(pl.col(f"{side}_plain")).alias(f"{side}_tidy") for side in _SIDES)
    )
    careful = forms.with_columns(care=_needs_care_column(), alike=pl.col("asked_tidy") == pl.col("held_tidy"))
    others = only_where(careful, ~pl.col("care") & ~pl.col("alike"), _unlike_but_for_house)
    together = careful.hstack(others)
    alike = pl.when("alike").then(pl.lit(_NOTATION)).otherwise(pl.col("settled").fill_null(""))
    return together.select(settled=pl.when("care").then(pl.lit("")).otherwise(alike)).to_series()


def _unlike_but_for_house(forms: pl.DataFrame) -> pl.DataFrame:
    """Column settled of rows that differ in more than notation."""
    named = forms.with_columns(
        pl.col(f"{side}_tidy").str.extract(any_prefecture()).fill_null("").alias(f"{side}_prefecture")
        for side in _SIDES
    )
    one, other = pl.col("asked_prefecture"), pl.col("held_prefecture")
    unlike = (one != other).alias("unlike")
    inside = only_where(named, (one != other) & ((one == "") | (other == "")), _is_in_column)
    rest = named.with_columns(
        unlike, *(pl.col(f"{side}_tidy").str.strip_prefix(pl.col(f"{side}_prefecture")) for side in _SIDES)
    ).hstack(inside)
    known = ~pl.col("unlike") | pl.col("inside").fill_null(value=False)
    same_house = pl.col("asked_tidy") == pl.col("held_tidy")
    houses = only_where(rest, known & ~same_house, lambda rows: rows.select(house=_house_column()))
    left_out, house = pl.when("unlike").then(pl.lit(_PREFECTURE)).otherwise(pl.lit("")), pl.col("house")
    settled = pl.when(same_house).then(left_out).when(house != "").then(joined(left_out, house)).otherwise(pl.lit(""))
    return rest.hstack(houses).select(settled=pl.when(known).then(settled).otherwise(pl.lit("")))


def _is_in_column(rows: pl.DataFrame) -> pl.DataFrame:
    """`_is_in` for rows of which one side names a prefecture: column inside."""
    shorter = pl.when(pl.col("asked_prefecture") == "").then("asked_plain").otherwise("held_plain")
    written = rows.select(written=pl.col("asked_prefecture") + pl.col("held_prefecture"))
    places = located(rows.select(shorter.alias("plain")).to_series()).hstack(written)
    only = (pl.col("municipality_code") != "") & (pl.col("old_name") == "")
    return places.select(inside=only & (pl.col("prefecture") == pl.col("written")))


def _house_column() -> pl.Expr:
    """`_house` over asked_tidy and held_tidy."""
    one, other = (pl.col(f"{side}_tidy").str.extract_groups(_HOUSE).struct for side in _SIDES)
    numbers, other_numbers = one.field("2"), other.field("2")
    building, other_building = one.field("3"), other.field("3")
    clear = (one.field("1") == other.field("1")) & _is_building(building) & _is_building(other_building)
    begins = (numbers + "-").str.starts_with(other_numbers + "-") | (other_numbers + "-").str.starts_with(numbers + "-")
    omitted = pl.when((building == "") | (other_building == "")).then(pl.lit(_BUILDING_OMITTED)).otherwise(pl.lit(""))
    reason = pl.when(numbers == other_numbers).then(omitted).when(~begins).then(pl.lit(_NUMBER)).otherwise(pl.lit(""))
    return pl.when(clear.fill_null(value=False)).then(reason).otherwise(pl.lit(""))


def _is_building(text: pl.Expr) -> pl.Expr:
    return (text == "") | (text.str.contains(_BUILDING) & ~text.str.contains(_NO_BUILDING))


def _needs_care_column() -> pl.Expr:
    one, other = pl.col("asked"), pl.col("held")
    counts = one.str.count_matches("字", literal=True) != other.str.count_matches("字", literal=True)
    twin = pl.col("asked_plain").str.contains_any(_twin_names())
    return (
        one.str.contains(_any_variant())
        | other.str.contains(_any_variant())
        | (counts & twin)
        | _counts_otherwise_column(one, other)
        | _counts_otherwise_column(other, one)
    )


def _counts_otherwise_column(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    chome, chome_of_other = (side.str.contains("丁目", literal=True) for side in (one, other))
    return chome & ~chome_of_other & other.str.contains("番", literal=True)


@cache
def _any_variant() -> str:
    # A class of characters: ten thousand patterns of one character each would be built anew at every call.
    return f"[{''.join(variant_bases())}]"


@cache
def _twin_names() -> list[str]:
    return sorted({name for _, name in twins()})
