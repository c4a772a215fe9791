"""Makes a registry: blocks of people, each drawn from its own seed, so that memory does not grow with the count."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from simulators.people import addresses, histories, numbers, population
from simulators.people.registry import Registry
from simulators.people.tables import Ints, names

BLOCK = 50_000
FIRST_DAY = date(2024, 4, 1)
MONTHS = 48


def generate(
    count: int,
    seed: int,
    folder: Path,
    *,
    first_day: date = FIRST_DAY,
    months: int = MONTHS,
    progress: Callable[[int], None] = lambda done: None,
) -> Registry:
    """Writes a registry of `count` people with `months` of history; the same arguments give the same registry."""
    registry = Registry.create(folder, first_day, count, seed)
    for number, start in enumerate(range(0, count, BLOCK)):
        size = min(BLOCK, count - start)
        registry.write_part(number, _block(np.random.default_rng([seed, number]), start, size, seed, first_day, months))
        progress(start + size)
    return registry


def _block(rng: np.random.Generator, start: int, size: int, seed: int, first_day: date, months: int) -> pl.DataFrame:
    people = population.draw(rng, size, first_day)
    later, homes = histories.tell(rng, people, first_day, months)
    base = np.arange(size)
    person = np.concatenate([base, np.array(later.person, dtype=np.int64)])
    zeros = np.zeros(size, dtype=np.int64)
    day = np.concatenate([np.full(size, (first_day - date(1970, 1, 1)).days), np.array(later.day, dtype=np.int64)])
    old_reason, old_day = _earlier_moves(rng, size, int(day[0]))
    reason = np.concatenate([old_reason, np.array(later.reason, dtype=np.int64)])
    reason_day = np.concatenate([old_day, np.array(later.day, dtype=np.int64)])
    family = np.concatenate([people.family, np.array(later.family, dtype=np.int64)])
    frame = pl.DataFrame(
        {
            "person": person + start,
            "valid_from": day.astype("M8[D]"),
            "resident_code": numbers.resident_codes(person + start, _column(zeros, later.code), seed),
            "my_number": numbers.my_numbers(person + start, _column(zeros, later.number), seed),
            **_written_names(family, people.given[person]),
            "birth": people.birth[person],
            "sex": people.sex[person],
            "reason": [f"{why:02d}" for why in reason.tolist()],
            "reason_date": np.where(
                reason == histories.NONE,
                "",
                np.char.replace(np.datetime_as_string(reason_day.astype("M8[D]")), "-", ""),
            ),
            "protected": people.protected[person],
        }
    )
    where = addresses.written(homes.rows(_column(people.address, later.address)))
    return pl.concat([frame, where], how="horizontal").sort("person", "valid_from")


def _column(base: Ints, later: list[int]) -> Ints:
    return np.concatenate([base, np.array(later, dtype=np.int64)])


def _earlier_moves(rng: np.random.Generator, size: int, start: int) -> tuple[Ints, Ints]:
    """A quarter of the people moved in the five years before the first day; their entries say so."""
    lot = rng.random(size)
    reason = np.where(lot < 0.12, histories.MOVED_WITHIN, np.where(lot < 0.25, histories.MOVED_IN, histories.NONE))
    return reason, start - rng.integers(1, 1800, size)


def _written_names(family: Ints, given: Ints) -> dict[str, pl.Series]:
    table = names()
    first, second = table.family[family], table.given[given]
    return {
        "kanji": first["kanji"] + pl.Series(["　"]) + second["kanji"],
        "kana": first["kana"] + pl.Series(["　"]) + second["kana"],
    }
