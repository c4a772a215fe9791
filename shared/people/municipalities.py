"""The municipalities: current ones with their codes, cities with wards as a whole, and former names."""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from shared.people.check_digits import municipality_code_of

_DATA = files("shared.people") / "data"
_FIRST_DAY = "1970-04-01"
_LONG_ENOUGH = 3


@dataclass(frozen=True)
class Municipality:
    """A municipality as an address names it.

    `code` (6 digits) is empty when the name without its prefecture fits several, or when a former municipality went
    to several or to a city with wards. `became` lists the codes of all that a former one may be in today; it bore
    its name from `since` until the day before `until` (ISO dates; since 1970-04-01 means: then or earlier) under
    its `own_code`. `fits`: the codes of all current ones that a name without its prefecture may mean.
    """

    prefecture: str
    county: str
    name: str
    code: str
    former: bool = False
    became: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    own_code: str = ""
    fits: tuple[str, ...] = ()

    def in_force(self, day: str) -> bool:
        """Whether a former municipality bore its name on that ISO date."""
        return self.former and (self.since <= max(day, _FIRST_DAY)) and day < self.until


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
def by_code() -> dict[str, Municipality]:
    """The current ones by their codes."""
    return {place.code: place for place in current()}


@cache
def wards() -> dict[str, tuple[str, ...]]:
    """The code of a city with wards -> the codes of its wards."""
    inside: defaultdict[str, list[str]] = defaultdict(list)
    cities = {(place.prefecture, place.name): place.code for place in current()}
    for place in current():
        city, mark, ward = place.name.partition("市")
        whole = cities.get((place.prefecture, city + mark))
        if whole and ward.endswith("区"):
            inside[whole].append(place.code)
    return {city: tuple(codes) for city, codes in inside.items()}


@cache
def former() -> tuple[Municipality, ...]:
    """Names that are no more, each with what it became."""
    return tuple(_former(row) for row in _rows("former_municipalities"))


def ways_to_write(fold: Callable[[str], str]) -> dict[str, Municipality]:
    """Each way to begin an address, folded, and the municipality that it names.

    With or without prefecture, with or without county. What fits several has an empty code, and an empty prefecture
    when they lie in different ones. A current name wins over a former one.
    """
    ways: dict[str, Municipality] = {}
    for places in (former(), current()):
        ways |= {way: _one_of(found) for way, found in _grouped(places, fold).items()}
    return ways


def former_ways(fold: Callable[[str], str]) -> dict[str, tuple[Municipality, ...]]:
    """Each way to begin an address, folded, and every former municipality that it may name."""
    return {way: tuple(found) for way, found in _grouped(former(), fold).items()}


def _grouped(places: tuple[Municipality, ...], fold: Callable[[str], str]) -> dict[str, list[Municipality]]:
    found: defaultdict[str, list[Municipality]] = defaultdict(list)
    for place in places:
        for way in {fold(way) for way in _ways(place)}:
            found[way].append(place)
    return found


def _ways(place: Municipality) -> Iterator[str]:
    for prefecture in {place.prefecture, ""}:
        for county in {place.county, ""}:
            if prefecture or county or not _too_short(place):
                yield prefecture + county + place.name


def _too_short(place: Municipality) -> bool:
    """新町 alone is rather a town of some city than the former municipality of that name."""
    return place.former and place.name[-1] in "町村" and len(place.name) < _LONG_ENOUGH


def _one_of(places: list[Municipality]) -> Municipality:
    if len(places) == 1:
        return places[0]
    where = {place.prefecture for place in places}
    became = tuple(sorted({code for place in places for code in place.became}))
    prefecture = where.pop() if len(where) == 1 else ""
    fits = tuple(place.code for place in places if not place.former)
    return Municipality(prefecture, "", places[0].name, "", places[0].former, became, fits=fits)


def _former(row: dict[str, str]) -> Municipality:
    became = tuple(sorted(inside for code in row["became"].split(";") for inside in (code, *wards().get(code, ()))))
    code = became[0] if len(became) == 1 else ""
    place = row["prefecture"], row["county"], row["former"]
    return Municipality(*place, code, True, became, row["from"], row["until"], row["code"])


def _rows(table: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(_DATA.joinpath(f"{table}.csv").read_text(encoding="utf-8").splitlines())
