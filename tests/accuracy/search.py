"""Inquiries answered by the stand-in's search: candidates as they arise, none where nobody is found."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count
from random import Random
from typing import Final, cast

import polars as pl

from simulators.jlis.index import Index, decided
from simulators.people.registry import Registry
from tests.accuracy.pairs import COLUMNS, Told, befallen_mixed, people_of
from tests.accuracy.people import Person
from tests.accuracy.sheets import TEXTS, Sheet, asked_texts, held_texts, sheet_of, tells_apart
from tests.accuracy.strangers import LOOKALIKES

BLOCK: Final = 10_000  # inquiries
ABSENT: Final = 0.05  # share of those asked for whom the registry does not have
ACCOMPANIED: Final = 0.2  # share of people who have a lookalike in the registry
_ENTRY: Final = ("kana", "kanji", "birth", "sex", "postal_code", "address")


@dataclass(frozen=True)
class _Entries:
    """A registry of one block."""

    frame: pl.DataFrame

    def current(self, as_of: date) -> Iterator[pl.DataFrame]:
        yield self.frame


def blocks(inquiries: int, seed: int) -> Iterator[pl.DataFrame]:
    """About that many inquiries, columns as of `pairs.blocks`, arm `search`."""
    seqs = count(1)
    for number in range(-(-inquiries // BLOCK)):
        yield block(Random(f"{seed}-search-{number}"), seqs, min(BLOCK, inquiries - number * BLOCK))


def block(rng: Random, seqs: Iterator[int], inquiries: int) -> pl.DataFrame:
    """One block: a registry of its own, every person of it asked for once."""
    people = people_of(rng, inquiries)[:inquiries]
    pairs = [befallen_mixed(person, rng) for person in people]
    registered = [(pair.held, person) for pair, person in zip(pairs, people, strict=True)]
    registered += [(sheet_of(other), other) for other in _lookalikes(people, rng)]
    absent = {at for at in range(len(people)) if rng.random() < ABSENT}
    entries = _entries(registered, absent)
    asked = _asked(pairs, seqs)
    index = Index.build(cast(Registry, _Entries(entries)), date(2026, 6, 1))
    answers = decided(index.by_four_items(asked.select("seq", *_ENTRY)), asked["seq"])
    return _labelled(asked, answers, pairs, registered, absent)


def _lookalikes(people: list[Person], rng: Random) -> Iterator[Person]:
    ways = list(LOOKALIKES.values())
    for person in people:
        if rng.random() < ACCOMPANIED and (other := rng.choice(ways)(person, rng)) and other != person:
            yield other


def _entries(registered: list[tuple[Sheet, Person]], absent: set[int]) -> pl.DataFrame:
    rows = [(number, *held_texts(sheet)) for number, (sheet, _) in enumerate(registered) if number not in absent]
    empty = ("resident_code", "my_number", "municipality", "reason", "reason_date")
    frame = pl.DataFrame(rows, schema={"person": pl.UInt32, **dict.fromkeys(_ENTRY, pl.String)}, orient="row")
    return frame.with_columns(*(pl.lit("").alias(name) for name in empty), protected=pl.lit(False))


def _asked(pairs: list[Told], seqs: Iterator[int]) -> pl.DataFrame:
    """The inquiries as the registry's system gets them (western date), and all that is known of each."""
    rows = []
    for at, pair in enumerate(pairs):
        texts, truths = asked_texts(pair.asked), list(pair.truths().values())
        birth = "" if "birth_date" in pair.asked.empty else pair.asked.born
        search = (texts[0], texts[1], birth, *texts[3:])
        names = ";".join(kind.name for kind in pair.befallen)
        rows.append((next(seqs), at, *search, names, truths.count("right"), truths.count("wrong"), *texts))
    schema = {
        "seq": pl.Int64, "asked": pl.Int64, **dict.fromkeys(_ENTRY, pl.String), "kinds": pl.String,
        "right": pl.Int64, "wrong": pl.Int64, **{f"asked_{text}": pl.String for text in TEXTS},
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _labelled(
    asked: pl.DataFrame,
    answers: pl.DataFrame,
    pairs: list[Told],
    registered: list[tuple[Sheet, Person]],
    absent: set[int],
) -> pl.DataFrame:
    held = answers.select(
        "seq", "result", "person", pl.col("candidate").fill_null(1),
        *(pl.col(entry).fill_null("").alias(f"held_{text}") for entry, text in zip(_ENTRY, TEXTS, strict=True)),
    )  # fmt: skip
    rows = asked.drop(_ENTRY).join(held, on="seq", how="left", maintain_order="left")
    tellable = [
        who is None or who == at or tells_apart(pairs[at].asked, *registered[who])
        for at, who in rows.select("asked", "person").iter_rows()
    ]
    return rows.with_columns(
        arm=pl.lit("search"),
        what=pl.lit("search"),
        own=(pl.col("asked") == pl.col("person")).fill_null(False),
        tellable=pl.Series(tellable),
        present=~pl.col("asked").is_in(list(absent)),
    ).select(pl.col(name).cast(kind) for name, kind in COLUMNS.items())
