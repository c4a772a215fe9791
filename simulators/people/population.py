"""The people of one block as they are on the first day: households, names, dates of birth."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from simulators.people import addresses
from simulators.people.tables import COHORT_STARTS, Ints, names

FOREIGN = 0.025
UNKNOWN_DAY = 0.01  # of those over seventy
NAMESAKE = 0.002  # same date, sex, reading and address as the one before
CROWD = 7  # in every large block so many agree in all four items: more than an answer may carry
PROTECTED = 0.0008  # victims of violence and the like: the registry refuses to answer

Dates = npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class Population:
    """Columns of people; the number of a person is its row."""

    family: Ints
    given: Ints
    birth: npt.NDArray[np.str_]  # YYYYMMDD; the day, or month and day, may be zeros
    age: Ints
    sex: npt.NDArray[np.str_]
    address: Ints  # row of `dwellings`
    protected: npt.NDArray[np.bool_]
    dwellings: addresses.Addresses


def draw(rng: np.random.Generator, count: int, first_day: date) -> Population:
    """Draws `count` people who live on `first_day`."""
    household = np.cumsum(rng.random(count) < 0.5, dtype=np.int64)
    household -= household[0]
    position = _position(household)
    head = np.arange(count) - position
    age = _ages(rng, position, head)
    sex = _sexes(rng, position, head, age)
    born = _birth_dates(rng, age, first_day)
    family, given = _names(rng, household, sex, born)
    source = _namesakes(rng, position, count)
    same = source != np.arange(count)
    twin = names().given["twin"].to_numpy()[given[source]]
    given = np.where(same, np.where(rng.random(count) < 0.5, twin, given[source]), given)
    household, family, born, age, sex = household[source], family[source], born[source], age[source], sex[source]
    homes = addresses.draw(rng, addresses.draw_municipalities(rng, int(household.max()) + 1))
    birth = _birth_texts(rng, born, age)
    return Population(family, given, birth[source], age, sex, household, rng.random(count) < PROTECTED, homes)


def _position(household: Ints) -> Ints:
    starts = np.flatnonzero(np.diff(household, prepend=-1))
    return np.asarray(np.arange(len(household)) - starts[household], dtype=np.int64)


def _ages(rng: np.random.Generator, position: Ints, head: Ints) -> Ints:
    ages = np.arange(22, 100)
    odds = np.where(ages < 75, 1.0, np.exp(-(ages - 75) / 8.0))
    first = rng.choice(ages, len(position), p=odds / odds.sum())[head]
    spouse = first + rng.normal(-1.5, 4, len(position)).astype(np.int64)
    child = first - rng.integers(22, 40, len(position))
    parent = first + rng.integers(22, 38, len(position))
    other = np.where(child >= 15, child, parent)
    age = np.where(position == 0, first, np.where(position == 1, spouse, other))
    return np.asarray(np.clip(age, 15, 100), dtype=np.int64)


def _sexes(rng: np.random.Generator, position: Ints, head: Ints, age: Ints) -> npt.NDArray[np.str_]:
    drawn = rng.random(len(position)) < np.where(age > 80, 0.35, 0.5)
    male = np.where((position == 1) & (rng.random(len(position)) < 0.95), ~drawn[head], drawn)
    return np.where(male, "1", "2")


def _birth_dates(rng: np.random.Generator, age: Ints, first_day: date) -> Dates:
    return np.asarray(np.datetime64(first_day) - (age * 365.2425 + rng.random(len(age)) * 365).astype("m8[D]"))


def _birth_texts(rng: np.random.Generator, born: Dates, age: Ints) -> npt.NDArray[np.str_]:
    known = np.char.replace(np.datetime_as_string(born.astype("M8[D]")), "-", "")
    lot = np.where(age > 70, rng.random(len(age)), 1.0)
    month_only = np.char.add(known.astype("U6"), "00")
    year_only = np.char.add(known.astype("U4"), "0000")
    return np.where(lot < UNKNOWN_DAY / 2, year_only, np.where(lot < UNKNOWN_DAY, month_only, known))


def _names(rng: np.random.Generator, household: Ints, sex: npt.NDArray[np.str_], born: Dates) -> tuple[Ints, Ints]:
    table, count = names(), len(household)
    family = np.searchsorted(table.family_odds, rng.random(int(household[-1]) + 1))[household].astype(np.int64)
    cohort = np.searchsorted(COHORT_STARTS, born.astype("M8[Y]").astype(np.int64) + 1970, side="right")
    lot, given = rng.random(count), np.zeros(count, dtype=np.int64)
    for (of_sex, of_cohort), odds in table.given_odds.items():
        who = (sex == of_sex) & (cohort == of_cohort)
        given[who] = np.searchsorted(odds, lot[who])
    for of_sex in ("1", "2"):
        who = np.flatnonzero((sex == of_sex) & (rng.random(count) < FOREIGN))
        row = rng.choice(np.flatnonzero(table.foreign_sex == of_sex), len(who))
        family[who], given[who] = table.foreign_family + row, table.foreign_given + row
    return family, given


def _namesakes(rng: np.random.Generator, position: Ints, count: int) -> Ints:
    """For each person the one whose date, sex, reading and address it shares: itself for nearly all."""
    source = np.arange(count)
    follows = np.flatnonzero((position > 0) & (rng.random(count) < NAMESAKE))
    source[follows] -= 1
    if count >= 5_000:
        source[2_000 : 2_000 + CROWD] = 2_000
    return source[source]
