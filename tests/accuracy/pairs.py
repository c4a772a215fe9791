"""Labelled inquiries with their candidates, block by block: who was asked for, who is offered, what befell the record.

Arms: `alone` one kind of corruption, the person itself offered; `mix` the realistic mix, the same; `stranger` another
person offered as the only candidate; `crowd` several candidates or too many; `search` what the stand-in's search gives.
"""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from functools import cache
from itertools import count, cycle
from random import Random
from typing import Any, Final

import polars as pl

from tests.accuracy.dates import date_kinds
from tests.accuracy.kinds import Kind
from tests.accuracy.names import name_kinds
from tests.accuracy.people import Person, household
from tests.accuracy.places import place_kinds
from tests.accuracy.sheets import TEXTS, Sheet, asked_texts, held_texts, sheet_of, tells_apart
from tests.accuracy.strangers import LOOKALIKES

BLOCK: Final = 40_000  # pairs
SHARES: Final = {"alone": 0.22, "mix": 0.18, "stranger": 0.5, "crowd": 0.1}
TRIES: Final = 400  # people looked at until one is found whom a rare kind can befall
ITEMS: Final = ("name", "birth", "sex", "address")
_WORST: Final = {"right": 0, "unclear": 1, "wrong": 2}

COLUMNS: Final[dict[str, Any]] = {
    "seq": pl.Int64,
    **dict.fromkeys(("arm", "what", "kinds"), pl.String),
    "candidate": pl.Int64,
    "result": pl.String,
    **dict.fromkeys(("own", "tellable", "present"), pl.Boolean),
    **dict.fromkeys(("right", "wrong"), pl.Int64),
    **{f"{side}_{text}": pl.String for side in ("asked", "held") for text in TEXTS},
}


@cache
def kinds() -> tuple[Kind, ...]:
    """Every kind of corruption."""
    return name_kinds() + date_kinds() + place_kinds()


@dataclass
class Told:
    """An inquiry: both sheets of one person and what befell them."""

    asked: Sheet
    held: Sheet
    befallen: list[Kind] = field(default_factory=list)

    def truths(self) -> dict[str, str]:
        """The worst truth of each item."""
        truths = dict.fromkeys(ITEMS, "right")
        for kind in self.befallen:
            truths[kind.item] = max(truths[kind.item], kind.truth, key=_WORST.__getitem__)
        return truths


def told(person: Person) -> Told:
    """Both sheets without a fault."""
    return Told(sheet_of(person), sheet_of(person))


def befallen_alone(kind: Kind, person: Person, rng: Random) -> Told | None:
    """One kind of corruption, or none where it cannot befall this person."""
    pair = told(person)
    pair.befallen = [kind]
    return pair if kind.befalls(pair.asked, pair.held, rng) else None


def befallen_mixed(person: Person, rng: Random, which: str = "all") -> Told:
    """The realistic mix; `right` leaves out what makes an item wrong or unclear."""
    pair = told(person)
    for kind in kinds():
        wanted = rng.random() < kind.share and (which == "all" or kind.truth == "right")
        if wanted and kind.befalls(pair.asked, pair.held, rng):
            pair.befallen.append(kind)
    return pair


@dataclass
class Rows:
    """The rows of a block as they grow."""

    seqs: Iterator[int]
    rows: list[tuple[Any, ...]] = field(default_factory=list)

    def add(
        self, arm: str, what: str, pair: Told, offered: list[tuple[Sheet, bool, bool]], *, result: str = "0",
        present: bool = True,
    ) -> None:  # fmt: skip
        """One inquiry with its candidates: (sheet, is it the person, does the record tell it from the person)."""
        seq, names = next(self.seqs), ";".join(kind.name for kind in pair.befallen)
        truths = list(pair.truths().values())
        counts = (truths.count("right"), truths.count("wrong"))
        asked = asked_texts(pair.asked)
        for number, (sheet, own, tellable) in enumerate(offered, 1):
            texts = held_texts(sheet)
            self.rows.append((seq, arm, what, names, number, result, own, tellable, present, *counts, *asked, *texts))
        if not offered:
            empty = ("",) * len(TEXTS)
            self.rows.append((seq, arm, what, names, 1, result, False, True, present, *counts, *asked, *empty))

    def frame(self) -> pl.DataFrame:
        """The rows as columns."""
        return pl.DataFrame(self.rows, schema=COLUMNS, orient="row")


def people_of(rng: Random, number: int) -> list[Person]:
    """About that many people, family by family."""
    people: list[Person] = []
    while len(people) < number:
        people.extend(household(rng))
    return people


def blocks(pairs: int, seed: int) -> Iterator[pl.DataFrame]:
    """About `pairs` pairs in blocks of BLOCK, without the arm `search`."""
    seqs = count(1)
    for number in range(-(-pairs // BLOCK)):
        yield block(Random(f"{seed}-{number}"), seqs, min(BLOCK, pairs - number * BLOCK))


def block(rng: Random, seqs: Iterator[int], pairs: int) -> pl.DataFrame:
    """One block of pairs."""
    people, rows = people_of(rng, min(pairs, 8_000)), Rows(seqs)
    _alone(rows, people, rng, int(pairs * SHARES["alone"]))
    for _ in range(int(pairs * SHARES["mix"])):
        pair = befallen_mixed(rng.choice(people), rng)
        rows.add("mix", "mix", pair, [(pair.held, True, True)])
    _strangers(rows, people, rng, int(pairs * SHARES["stranger"]))
    _crowds(rows, people, rng, int(pairs * SHARES["crowd"]))
    return rows.frame()


def _alone(rows: Rows, people: list[Person], rng: Random, pairs: int) -> None:
    for _, kind in zip(range(pairs), cycle(kinds()), strict=False):
        for _ in range(TRIES):
            pair = befallen_alone(kind, rng.choice(people), rng)
            if pair:
                rows.add("alone", kind.name, pair, [(pair.held, True, True)])
                break


def _strangers(rows: Rows, people: list[Person], rng: Random, pairs: int) -> None:
    """A third each: asked without a fault, with differences of writing only, with the whole mix."""
    for number, what in zip(range(pairs), cycle(LOOKALIKES), strict=False):
        for _ in range(TRIES):
            person = rng.choice(people)
            other = LOOKALIKES[what](person, rng)
            if other and other != person:
                pair = _asked(person, rng, number // len(LOOKALIKES) % 3)
                rows.add("stranger", what, pair, [_offered(pair, other, rng)], present=False)
                break


def _asked(person: Person, rng: Random, strength: int) -> Told:
    return told(person) if strength == 0 else befallen_mixed(person, rng, "right" if strength == 1 else "all")


def _offered(pair: Told, other: Person, rng: Random) -> tuple[Sheet, bool, bool]:
    """Another person as the registry writes it, and whether the asked record tells it from the person meant."""
    held = befallen_mixed(other, rng).held if rng.random() < 0.5 else sheet_of(other)
    return held, False, tells_apart(pair.asked, held, other)


def _crowds(rows: Rows, people: list[Person], rng: Random, pairs: int) -> None:
    """Two to five candidates, the person among them or not; or too many to tell."""
    lookalikes = list(LOOKALIKES.values())
    left = pairs
    while left > 0:
        person = rng.choice(people)
        pair = _asked(person, rng, rng.randrange(3))
        if rng.random() < 0.1:
            rows.add("crowd", "too many", pair, [], result="2")
            left -= 1
            continue
        offered = [_offered(pair, other, rng) for other in _some(person, lookalikes, rng)]
        present = rng.random() < 0.6
        if present:
            offered.append((copy(pair.held), True, True))
        rng.shuffle(offered)
        if len(offered) > 1:
            rows.add("crowd", "person among them" if present else "strangers only", pair, offered, present=present)
            left -= len(offered)


def _some(person: Person, lookalikes: list[Any], rng: Random) -> Iterator[Person]:
    for lookalike in rng.sample(lookalikes, rng.randrange(4, 8)):
        other = lookalike(person, rng)
        if other and other != person and rng.random() < 0.6:
            yield other
