"""The registry's people: families under one roof, drawn from the simulators' names and towns.

A person is kept in parts, so that what is right is known apart from how anybody writes it.
"""

import re
from bisect import bisect
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Final

import polars as pl

from simulators.people import tables as simulated
from tests.accuracy.tables import tables

FOREIGN: Final = 0.025
INVENTED: Final = 0.01  # towns that no list knows: newly named ones
_NUMERALS: Final = "一二三四五六七八九十"
_CHOME: Final = re.compile(r"(?:[二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])$")
_TODAY: Final = date(2026, 4, 1)


@dataclass(frozen=True, slots=True)
class Home:
    """An address in parts; empty or zero where there is none."""

    prefecture: str
    county: str
    city: str
    ward: str
    street: str
    word: str  # 大字 or 字 before the town
    town: str
    chome: int
    aza: str
    mark: str  # 甲, イ, 第３地割
    numbers: tuple[int, ...]
    by_block: bool  # 番 and 号; else 番地
    building: str = ""
    wing: str = ""
    room: int = 0
    postal: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """One person as the registry knows it."""

    family: str
    given: str
    family_kana: str
    given_kana: str
    birth: str  # YYYYMMDD
    sex: str
    home: Home
    latin: bool = False
    former: tuple[str, str] = ("", "")  # family name before marriage, and its reading
    known_as: tuple[str, str] = ("", "")  # 通称 and its reading


@dataclass(frozen=True)
class _Towns:
    rows: tuple[tuple[str, str], ...]  # town, postal code
    first: tuple[int, ...]
    count: tuple[int, ...]
    odds: tuple[float, ...]
    cities: tuple[tuple[str, str, str], ...]  # code, prefecture, city


@cache
def _towns() -> _Towns:
    places = simulated.places()
    return _Towns(
        tuple(places.towns.select("town", "postal_code").rows()),
        tuple(places.first_town.tolist()),
        tuple(places.town_count.tolist()),
        tuple(places.odds.tolist()),
        tuple(places.municipalities.rows()),
    )


@cache
def _names() -> tuple[list[tuple[str, str]], list[float], list[tuple[str, str]], dict[tuple[str, int], list[float]]]:
    table = simulated.names()
    families = list(table.family.select("kanji", "kana").rows())[: table.foreign_family]
    given = list(table.given.select("kanji", "kana").rows())[: table.foreign_given]
    return families, table.family_odds.tolist(), given, {key: odds.tolist() for key, odds in table.given_odds.items()}


@cache
def foreigners() -> tuple[tuple[str, str, str, str, str], ...]:
    """Family and given name in Latin letters, their readings, sex."""
    return tuple(pl.read_csv(simulated.DATA / "foreign_names.csv", infer_schema=False).rows())


@cache
def readings() -> dict[str, list[str]]:
    """Reading of a given name -> all ways to write it."""
    written: dict[str, list[str]] = {}
    for kanji, kana in _names()[2]:
        written.setdefault(kana, []).append(kanji)
    return written


def family_name(rng: Random) -> tuple[str, str]:
    """A family name and its reading, common ones more often."""
    families, odds, _, _ = _names()
    return families[bisect(odds, rng.random())]


def given_name(rng: Random, sex: str, year: int) -> tuple[str, str]:
    """A given name and its reading, as the cohort has them."""
    _, _, given, odds = _names()
    return given[bisect(odds[sex, bisect(simulated.COHORT_STARTS, year)], rng.random())]


def birth_date(rng: Random, age: int) -> str:
    """A date of birth of somebody of this age."""
    return (_TODAY - timedelta(days=int(age * 365.2425) + rng.randrange(365))).strftime("%Y%m%d")


def home(rng: Random, city: int | None = None) -> Home:
    """A dwelling, in the municipality of this row or anywhere."""
    towns = _towns()
    at = bisect(towns.odds, rng.random()) if city is None else city
    code, prefecture, name = towns.cities[at]
    town, postal = towns.rows[towns.first[at] + rng.randrange(towns.count[at])]
    county, rest, ward = divided(name)
    town = rng.choice(tables()["place"]["invented"]) if rng.random() < INVENTED else town
    word, town = ("大字", town[2:]) if town.startswith("大字") else ("字", town[1:]) if town[0] == "字" else ("", town)
    plain, chome = _chome(town)
    place = Home(
        prefecture, county, rest, ward, "", word, plain, chome, "", "", (), bool(chome), postal=postal, code=code
    )
    return _housed(rng, _in_the_country(rng, place))


@cache
def divided(city: str) -> tuple[str, str, str]:
    """郡, municipality, ward of a municipality's full name."""
    if city[-1] in "町村" and (county := re.match(r"(.+?郡)(?=.)", city)):
        return county[1], city[len(county[1]) :], ""
    if ward := re.match(r"(.+市)(.+区)$", city):
        return "", ward[1], ward[2]
    return "", city, ""


@cache
def _chome(town: str) -> tuple[str, int]:
    """The town without its 丁目, and the number: 又八四丁目 is 又八 and 4."""
    if not town.endswith("丁目") or not (found := _CHOME.search(town[:-2])) or not town[: found.start()]:
        return town, 0
    tens, ten, units = found[0].rpartition("十")
    value = _NUMERALS.index(units) + 1 if units else 0
    return town[: found.start()], value + (10 * (_NUMERALS.index(tens) + 1 if tens else 1) if ten else 0)


def _in_the_country(rng: Random, place: Home) -> Home:
    """What only some regions write: streets of Kyoto, 小字, 甲乙, 地割."""
    lot = rng.random()
    if place.city == "京都市" and lot < 0.5:
        return replace(place, street=rng.choice(tables()["place"]["streets"]))
    if place.chome:
        return place
    if place.prefecture == "岩手県" and place.county and lot < 0.5:
        return replace(place, mark=f"第{rng.randrange(1, 40)}地割")
    if place.word and lot < 0.25:
        return replace(place, aza=rng.choice(tables()["place"]["aza"]))
    if lot > 0.97:
        return replace(place, mark=rng.choice(tables()["place"]["marks"]))
    return place


def _housed(rng: Random, place: Home) -> Home:
    if place.by_block:
        numbers: tuple[int, ...] = (rng.randrange(1, 40), rng.randrange(1, 30))
    else:
        numbers = (rng.randrange(1, 2500), *((rng.randrange(1, 30),) if rng.random() < 0.5 else ()))
    if rng.random() > 0.3:
        return replace(place, numbers=numbers)
    wing = rng.choice(tables()["place"]["wings"]) if rng.random() < 0.15 else ""
    room = rng.randrange(1, 12) * 100 + rng.randrange(1, 13)
    return replace(place, numbers=numbers, building=rng.choice(tables()["place"]["buildings"]), wing=wing, room=room)


def household(rng: Random) -> list[Person]:
    """One to five people under one roof: alone, a couple, parents and children, twins among them."""
    place, age = home(rng), rng.randrange(22, 92)
    if rng.random() < FOREIGN:
        return [_foreigner(rng, place, age)]
    name = family_name(rng)
    sex = rng.choice("12")
    people = [person(rng, name, sex, age, place)]
    if rng.random() < 0.5:
        spouse = person(rng, name, "2" if sex == "1" else "1", max(20, age + rng.randrange(-6, 7)), place)
        people.append(_married(rng, spouse) if rng.random() < 0.1 else spouse)
    children = range(rng.randrange(4) if rng.random() < 0.3 and age > 40 else 0)
    people.extend(person(rng, name, rng.choice("12"), max(15, age - rng.randrange(22, 40)), place) for _ in children)
    if rng.random() < 0.01:
        twin = replace(person(rng, name, people[-1].sex, age, place), birth=people[-1].birth)
        people += [twin] if twin.given != people[-1].given else []
    return people


def person(rng: Random, family: tuple[str, str], sex: str, age: int, place: Home) -> Person:
    """Somebody of that family name, sex and age."""
    birth = birth_date(rng, age)
    given, given_kana = given_name(rng, sex, int(birth[:4]))
    return Person(family[0], given, family[1], given_kana, birth, sex, place)


def _married(rng: Random, someone: Person) -> Person:
    return replace(someone, former=family_name(rng))


def _foreigner(rng: Random, place: Home, age: int) -> Person:
    family, family_kana, given, given_kana, sex = rng.choice(foreigners())
    someone = Person(family, given, family_kana, given_kana.replace(" ", ""), birth_date(rng, age), sex, place, True)
    if rng.random() < 0.3:
        known, own = family_name(rng), given_name(rng, sex, int(someone.birth[:4]))
        return replace(someone, known_as=(f"{known[0]}　{own[0]}", f"{known[1]}　{own[1]}"))
    return someone


def same_named(prefecture: str, city: str) -> list[int]:
    """The rows of municipalities of that name in other prefectures."""
    return [at for at, where in _by_name().get(city, ()) if where != prefecture]


@cache
def _by_name() -> dict[str, list[tuple[int, str]]]:
    rows: dict[str, list[tuple[int, str]]] = {}
    for at, (_, prefecture, name) in enumerate(_towns().cities):
        rows.setdefault(divided(name)[1], []).append((at, prefecture))
    return rows


@cache
def in_prefecture(prefecture: str) -> list[int]:
    """The rows of a prefecture's municipalities."""
    return [at for at, (_, where, _) in enumerate(_towns().cities) if where == prefecture]
