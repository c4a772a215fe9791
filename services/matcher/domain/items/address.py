"""The address: notation, former municipality names and a left-out building do not make another address.

Two addresses down to the same town but with another number, or with two different buildings, agree partly; so do
those of which one leaves out the ward.
"""

import re

import polars as pl

from services.matcher.domain.items.judgement import Judged
from shared.people.addresses import Address, folded, read_address
from shared.people.characters import is_blank, is_unreadable
from shared.people.columns.addresses import folded_column, read_folded
from shared.people.columns.characters import is_blank_column, is_unreadable_column
from shared.people.columns.rows import only_where

# How a former municipality lives on in front of the town: 員弁町石仏, 浦和区高砂.
_LIVES_ON = ("町", "区", "")


def judge_address(asked: str, held: str) -> Judged:
    """The ADDRESS-… reasons of one address."""
    if is_blank(asked) or is_blank(held):
        return Judged(("ADDRESS-MISSING",))
    if is_unreadable(asked) or is_unreadable(held):
        return Judged(("ADDRESS-UNREADABLE",))
    if asked == held:
        return Judged()
    return Judged((_compared(read_address(asked), read_address(held)),))


def judge_addresses(rows: pl.DataFrame) -> pl.DataFrame:
    """`judge_address` over asked_address and held_address: column codes."""
    texts = rows.select(pl.col("asked_address").alias("asked"), pl.col("held_address").alias("held"))
    forms = texts.select(folded_column(pl.all()))
    others = only_where(forms, pl.col("asked") != pl.col("held"), _read_and_compared)
    return pl.concat([texts, others], how="horizontal").select(_reason().alias("codes"))


def _read_and_compared(forms: pl.DataFrame) -> pl.DataFrame:
    """Column reason: how the parts agree."""
    sides = (read_folded(forms[side]).select(pl.all().name.prefix(f"{side}_")) for side in ("asked", "held"))
    together = pl.concat(sides, how="horizontal").with_columns(
        *(folded_column(_side(side, "old_name")).alias(f"{side}_former") for side in ("asked", "held")),
        same_house=_same_house_column(),
        without_ward=_without_ward_column(),
    )
    return together.with_columns(same_town=_same_town_column()).select(_compared_column().alias("reason"))


def _compared(asked: Address, held: Address) -> str:
    if bool(asked.old_name) != bool(held.old_name):
        former, today = (asked, held) if asked.old_name else (held, asked)
        return _compared_over_time(former, today)
    same_town = asked.town == held.town
    if _same_place(asked, held) and same_town:
        return "ADDRESS-NOTATION" if _same_house(asked, held) else "ADDRESS-NUMBER-DIFFERS"
    without_ward = _one_leaves_out_ward(asked, held) and same_town and _same_house(asked, held)
    return "ADDRESS-WARD-OMITTED" if without_ward else "ADDRESS-TOWN-DIFFERS"


def _compared_over_time(former: Address, today: Address) -> str:
    inside = today.municipality_code in former.became.split(";") and _prefectures_agree(former, today)
    if not inside or today.municipality_code == "" or today.town not in _towns_of(former):
        return "ADDRESS-TOWN-DIFFERS"
    return "ADDRESS-OLD-NAME" if _same_house(former, today) else "ADDRESS-NUMBER-DIFFERS"


def _same_place(asked: Address, held: Address) -> bool:
    codes = {asked.municipality_code, held.municipality_code}
    by_code = len(codes) == 1 and "" not in codes and asked.municipality == held.municipality
    return by_code or (asked.municipality == held.municipality and _prefectures_agree(asked, held))


def _prefectures_agree(asked: Address, held: Address) -> bool:
    return asked.prefecture == held.prefecture or "" in (asked.prefecture, held.prefecture)


def _one_leaves_out_ward(asked: Address, held: Address) -> bool:
    shorter, longer = sorted((asked.municipality, held.municipality), key=len)
    return (
        shorter.endswith("市") and longer.startswith(shorter) and longer != shorter and _prefectures_agree(asked, held)
    )


def _same_house(asked: Address, held: Address) -> bool:
    if asked.numbers == held.numbers:
        return asked.building == held.building or "" in (asked.building, held.building)
    return _room_in_numbers(asked, held) or _room_in_numbers(held, asked)


def _room_in_numbers(with_building: Address, without: Address) -> bool:
    """1-2-3 コーポ山田101 and 1-2-3-101."""
    room = "-".join(re.findall("[0-9]+", with_building.building))
    return room != "" and without.building == "" and f"{with_building.numbers}-{room}" == without.numbers


def _towns_of(former: Address) -> set[str]:
    name = folded(former.old_name)
    return {former.town, name + former.town} | {name[:-1] + mark + former.town for mark in _LIVES_ON}


def _side(side: str, part: str) -> pl.Expr:
    return pl.col(f"{side}_{part}")


def _alike(part: str) -> pl.Expr:
    return _side("asked", part) == _side("held", part)


def _either_empty(part: str) -> pl.Expr:
    return (_side("asked", part) == "") | (_side("held", part) == "")


_IS_FORMER = _side("asked", "old_name") != ""
_ONE_FORMER = (_side("held", "old_name") != "") != _IS_FORMER
_PREFECTURES_AGREE = _alike("prefecture") | _either_empty("prefecture")


def _reason() -> pl.Expr:
    asked, held = pl.col("asked"), pl.col("held")
    return (
        pl.when(is_blank_column(asked) | is_blank_column(held))
        .then(pl.lit("ADDRESS-MISSING"))
        .when(is_unreadable_column(asked) | is_unreadable_column(held))
        .then(pl.lit("ADDRESS-UNREADABLE"))
        .when(asked == held)
        .then(pl.lit(""))
        .otherwise(pl.col("reason").fill_null("ADDRESS-NOTATION"))
    )


def _compared_column() -> pl.Expr:
    same_town, same_house = pl.col("same_town"), pl.col("same_house")
    return (
        pl.when(same_town & same_house)
        .then(pl.when(_ONE_FORMER).then(pl.lit("ADDRESS-OLD-NAME")).otherwise(pl.lit("ADDRESS-NOTATION")))
        .when(same_town)
        .then(pl.lit("ADDRESS-NUMBER-DIFFERS"))
        .when(pl.col("without_ward") & same_house)
        .then(pl.lit("ADDRESS-WARD-OMITTED"))
        .otherwise(pl.lit("ADDRESS-TOWN-DIFFERS"))
    )


def _same_town_column() -> pl.Expr:
    same_code = _alike("municipality_code") & ~_either_empty("municipality_code")
    same_place = _alike("municipality") & (same_code | _PREFECTURES_AGREE)
    now = ~_ONE_FORMER & same_place & _alike("town")
    return now | (
        _ONE_FORMER & pl.when(_IS_FORMER).then(_over_time("asked", "held")).otherwise(_over_time("held", "asked"))
    )


def _over_time(former: str, today: str) -> pl.Expr:
    code, town, own = _side(today, "municipality_code"), _side(today, "town"), _side(former, "town")
    name = _side(former, "former")
    stem = name.str.replace(".$", "")
    towns = (own, name + own, *(stem + mark + own for mark in _LIVES_ON))
    inside = _side(former, "became").str.contains(code, literal=True) & (code != "") & _PREFECTURES_AGREE
    return inside & pl.any_horizontal(*(town == candidate for candidate in towns))


def _same_house_column() -> pl.Expr:
    in_numbers = _room_in_numbers_column("asked", "held") | _room_in_numbers_column("held", "asked")
    return pl.when(_alike("numbers")).then(_alike("building") | _either_empty("building")).otherwise(in_numbers)


def _room_in_numbers_column(with_building: str, without: str) -> pl.Expr:
    room = _side(with_building, "building").str.extract_all("[0-9]+").list.join("-")
    together = pl.concat_str(_side(with_building, "numbers"), room, separator="-")
    return (room != "") & (_side(without, "building") == "") & (together == _side(without, "numbers"))


def _without_ward_column() -> pl.Expr:
    asked, held = _side("asked", "municipality"), _side("held", "municipality")
    shorter = pl.when(asked.str.len_chars() < held.str.len_chars()).then(asked).otherwise(held)
    longer = pl.when(asked.str.len_chars() < held.str.len_chars()).then(held).otherwise(asked)
    leaves_out = shorter.str.ends_with("市") & longer.str.starts_with(shorter) & (longer != shorter)
    return ~_ONE_FORMER & leaves_out & _PREFECTURES_AGREE & _alike("town")
