"""What happens to people month by month: each happening ends one version of a person's entry and starts the next."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl

from simulators.people import addresses
from simulators.people.numbers import GENERATIONS
from simulators.people.population import Population
from simulators.people.tables import Ints, names

NONE, MOVED_IN, FROM_ABROAD, ENTERED = 0, 11, 12, 19
MOVED_OUT, ABROAD, DIED, REMOVED = 21, 22, 23, 29
MOVED_WITHIN, CORRECTED, RENAMED, NEW_NUMBER, NEW_CODE = 31, 32, 33, 41, 51
GONE = (MOVED_OUT, ABROAD, DIED, REMOVED)

RATES = {  # a year, for each person; death, marriage and the way back from abroad are drawn apart
    MOVED_WITHIN: 0.020,
    MOVED_IN: 0.025,
    CORRECTED: 0.003,
    ABROAD: 0.003,
    NEW_CODE: 0.01,  # far more often than in life, so that a small demonstration meets one
    NEW_NUMBER: 0.0008,
    MOVED_OUT: 0.0004,
    REMOVED: 0.0006,
}


@dataclass
class Versions:
    """Columns of versions, in the order of (person, day)."""

    person: list[int] = field(default_factory=list)
    day: list[int] = field(default_factory=list)  # days since 1970-01-01
    family: list[int] = field(default_factory=list)
    address: list[int] = field(default_factory=list)
    code: list[int] = field(default_factory=list)  # generation of the resident code
    number: list[int] = field(default_factory=list)  # generation of the individual number
    reason: list[int] = field(default_factory=list)

    def add(self, person: int, day: int, state: "_State", reason: int) -> None:
        """Appends a version."""
        row = (person, day, state.family, state.address, state.code, state.number, reason)
        for column, value in zip(vars(self).values(), row, strict=True):
            column.append(value)


@dataclass
class _State:
    family: int
    address: int
    code: int = 0
    number: int = 0
    gone: int = NONE


def tell(
    rng: np.random.Generator, people: Population, first_day: date, months: int
) -> tuple[Versions, addresses.Addresses]:
    """The versions after the first one, and all dwellings: those of the first day and those moved to."""
    start = (first_day - date(1970, 1, 1)).days
    person, day, reason = _draw_happenings(rng, people, start, months)
    order = np.lexsort((reason, day, person))
    once = np.unique(np.stack([person[order], day[order]]), axis=1, return_index=True)[1]  # one a day
    person, day, reason = (column[order][once] for column in (person, day, reason))
    homes = people.dwellings
    homes = homes.join(addresses.draw(rng, _municipalities(rng, people, person, reason)))
    new_name = np.searchsorted(names().family_odds, rng.random(len(person)))
    first_new = len(people.dwellings.town)
    versions = Versions()
    happenings = zip(person.tolist(), day.tolist(), reason.tolist(), new_name.tolist(), strict=True)
    for who, on, state, why in _apply(people, happenings, first_new):
        versions.add(who, on, state, why)
    return versions, homes


def _municipalities(rng: np.random.Generator, people: Population, person: Ints, reason: Ints) -> Ints:
    """Where each happening leads: within the municipality means the one that the person lived in before."""
    drawn = addresses.draw_municipalities(rng, len(person))
    leaving = np.isin(reason, (MOVED_IN, FROM_ABROAD))
    first = addresses.municipality_of(people.dwellings)[people.address[person]]
    target = pl.when("leaving").then("drawn").forward_fill().over("person")
    moves = pl.DataFrame({"person": person, "drawn": drawn, "first": first, "leaving": leaving})
    moves = moves.select(at=target.fill_null(pl.col("first")))
    return np.asarray(moves["at"].to_numpy(), dtype=np.int64)


def _draw_happenings(rng: np.random.Generator, people: Population, start: int, months: int) -> tuple[Ints, Ints, Ints]:
    count, years, days = len(people.family), months / 12, months * 365 // 12
    odds = {reason: np.full(count, rate) for reason, rate in RATES.items()}
    odds[DIED] = np.minimum(0.00006 * np.exp(people.age * 0.088), 0.4)
    odds[RENAMED] = np.where((people.sex == "2") & (people.age >= 20) & (people.age < 45), 0.03, 0.0008)
    person, day, reason = [], [], []
    for why, rate in odds.items():
        who = np.flatnonzero(rng.random(count) < 1 - np.exp(-rate * years))
        on = start + rng.integers(1, max(days, 2), len(who))
        person.append(who)
        day.append(on)
        reason.append(np.full(len(who), why))
        if why == ABROAD:  # half of those who leave come back
            back = rng.random(len(who)) < 0.5
            person.append(who[back])
            day.append(on[back] + rng.integers(90, 500, int(back.sum())))
            reason.append(np.full(int(back.sum()), FROM_ABROAD))
    return np.concatenate(person), np.concatenate(day), np.concatenate(reason)


def _apply(
    people: Population, happenings: Iterator[tuple[int, int, int, int]], first_new: int
) -> Iterator[tuple[int, int, _State, int]]:
    """Plays the happenings of each person in order and leaves out those that cannot happen any more."""
    sibling = names().family["sibling"].to_list()
    current, state = -1, _State(0, 0)
    for at, (person, day, reason, new_name) in enumerate(happenings):
        if person != current:
            current = person
            state = _State(int(people.family[person]), int(people.address[person]))
        possible = (reason == FROM_ABROAD) if state.gone == ABROAD else (not state.gone and reason != FROM_ABROAD)
        if possible:
            _change(state, reason, first_new + at, new_name, sibling)
            yield person, day, state, reason


def _change(state: _State, reason: int, new_address: int, new_name: int, sibling: list[int]) -> None:
    state.gone = reason if reason in GONE else NONE
    if reason in (MOVED_WITHIN, MOVED_IN, FROM_ABROAD):
        state.address = new_address
    elif reason == RENAMED:
        state.family = new_name
    elif reason == CORRECTED:
        state.family = sibling[state.family]
    elif reason == NEW_CODE:
        state.code = min(state.code + 1, GENERATIONS - 1)
    elif reason == NEW_NUMBER:
        state.number = min(state.number + 1, GENERATIONS - 1)
