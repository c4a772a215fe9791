"""The municipalities: current ones with their codes, cities with wards as a whole, and former names."""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from shared.people.check_digits import municipality_code_of

_DATA = files("shared.people") / "data"


@dataclass(frozen=True)
class Municipality:
    """A municipality as an address names it.

    `code` (6 digits) is empty when the name without its prefecture fits several, or when a former municipality went
    to several or to a city with wards. `became` lists the codes of all that a former one may be in today.
    """

    prefecture: str
    county: str
    name: str
    code: str
    former: bool = False
    became: tuple[str, ...] = ()


@cache
def prefectures() -> tuple[str, ...]:
    """The 47, in order of code."""
    return tuple(dict.fromkeys(place.prefecture for place in current()))


@cache
def current() -> tuple[Municipality, ...]:
    """Every municipality and ward, and each city with wards as a whole, in order of code."""
    places = [
        Municipality(row["prefecture"], row["county"], row["municipality"], row["code"])
        for row in _rows("municipalities")
    ]
    cities = [
        Municipality(row["prefecture"], "", row["municipality"], municipality_code_of(row["code"]))
        for row in _rows("designated_cities")
    ]
    return tuple(sorted([*places, *cities], key=lambda place: place.code))


@cache
def former() -> tuple[Municipality, ...]:
    """Names that are no more, each with what it became."""
    return tuple(
        _former(row["prefecture"], row["former"], row["became"].split(";")) for row in _rows("former_municipalities")
    )


def ways_to_write(fold: Callable[[str], str]) -> dict[str, Municipality]:
    """Each way to begin an address, folded, and the municipality that it names.

    With or without prefecture, with or without county. What fits several has an empty code, and an empty prefecture
    when they lie in different ones. A current name wins over a former one.
    """
    ways: dict[str, Municipality] = {}
    for places in (former(), current()):
        ways |= {way: _one_of(found) for way, found in _grouped(places, fold).items()}
    return ways


def _grouped(places: tuple[Municipality, ...], fold: Callable[[str], str]) -> dict[str, list[Municipality]]:
    found: defaultdict[str, list[Municipality]] = defaultdict(list)
    for place in places:
        for way in {fold(way) for way in _ways(place)}:
            found[way].append(place)
    return found


def _ways(place: Municipality) -> Iterator[str]:
    for prefecture in {place.prefecture, ""}:
        for county in {place.county, ""}:
            yield prefecture + county + place.name


def _one_of(places: list[Municipality]) -> Municipality:
    if len(places) == 1:
        return places[0]
    where = {place.prefecture for place in places}
    became = tuple(sorted({code for place in places for code in place.became}))
    return Municipality(where.pop() if len(where) == 1 else "", "", places[0].name, "", places[0].former, became)


def _former(prefecture: str, name: str, became: list[str]) -> Municipality:
    nearby = [place for place in current() if place.prefecture == prefecture]
    inside = [place for place in nearby if any(place.name.startswith(whole) for whole in became)]
    code = inside[0].code if len(inside) == 1 else ""
    return Municipality(prefecture, "", name, code, former=True, became=tuple(place.code for place in inside))


def _rows(table: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(_DATA.joinpath(f"{table}.csv").read_text(encoding="utf-8").splitlines())
