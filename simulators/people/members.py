"""A plan's members: drawn from the registry, known as the plan last heard of them."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from simulators.people.registry import Registry, valid_on

STALE = 0.3  # share of members of whom the plan knows what was true on the registry's first day
ANSWERED_WITHIN = timedelta(days=31)
CROWDED = 2_000  # this person shares all four items with more people than an answer may carry

FOUR_ITEMS = ("kana", "kanji", "birth", "sex", "postal_code", "address")


@dataclass(frozen=True)
class Known:
    """The items that a plan holds of a person, in the registry's spelling."""

    kana: str
    kanji: str
    birth: str
    sex: str
    postal_code: str
    address: str


@dataclass(frozen=True)
class Member:
    """One member: what the plan knows, and what an inquiry about it should find."""

    member_id: str
    person: int
    known: Known
    outcomes: tuple[str, ...]  # of a provisional inquiry that is made with exactly what the plan knows
    why: str


def draw_members(registry: Registry, plan_number: str, count: int, known_on: date) -> list[Member]:
    """`count` members of a plan, the same ones each time; a larger count keeps those of a smaller one."""
    rng = np.random.default_rng([registry.seed, int(plan_number)])
    order = rng.permutation(registry.count)
    wanted = order[:count].astype(np.uint32)
    if registry.count > CROWDED and count > 100:
        wanted[count // 2] = CROWDED
    stale = rng.random(registry.count) < STALE
    then, now, soon, sharing = _versions(registry, np.unique(wanted), known_on)
    members = []
    for serial, person in enumerate(wanted.tolist(), 1):
        first, current = then[person], now[person]
        known = _as_known(first if stale[person] else current)
        outcomes, why = _expected(known, current, person in sharing)
        if soon[person] != current:  # the answer may be of a day before or after the change
            outcomes = tuple(sorted({*outcomes, *_expected(known, soon[person], person in sharing)[0]}))
        members.append(Member(f"M{plan_number[-4:]}{serial:06d}", person, known, outcomes, why))
    return members


Persons = npt.NDArray[np.uint32]
_Rows = dict[int, dict[str, str]]


def _versions(registry: Registry, wanted: Persons, known_on: date) -> tuple[_Rows, _Rows, _Rows, set[int]]:
    """The first, the present and the next weeks' version of each wanted person; who shares reading, birth and sex."""
    then: _Rows = {}
    now: _Rows = {}
    soon: _Rows = {}
    counts: list[pl.DataFrame] = []
    chosen = pl.Series(wanted)
    for part in registry.parts():
        present = valid_on(part, known_on)
        counts.append(present.select("person", key=pl.concat_str("kana", "birth", "sex").hash()))
        later = valid_on(part, known_on + ANSWERED_WITHIN)
        for rows, frame in ((then, valid_on(part, registry.first_day)), (now, present), (soon, later)):
            mine = frame.filter(pl.col("person").is_in(chosen.implode()))
            rows.update({row["person"]: row for row in mine.iter_rows(named=True)})
    everyone = pl.concat(counts)
    shared = everyone.filter(pl.col("key").is_duplicated())["person"].to_list()
    return then, now, soon, set(shared)


def _as_known(version: dict[str, str]) -> Known:
    """What the plan holds; it has a day of birth even where the registry knows none."""
    birth = version["birth"]
    birth = birth[:4] + ("07" if birth[4:6] == "00" else birth[4:6]) + ("01" if birth.endswith("00") else birth[6:])
    return Known(version["kana"], version["kanji"], birth, version["sex"], version["postal_code"], version["address"])


def _expected(known: Known, current: dict[str, str], shared: bool) -> tuple[tuple[str, ...], str]:
    if current["protected"]:
        return ("50",), "the registry refuses to answer about this person"
    if shared:
        return ("10", "11", "30", "41"), "others have the same reading, date of birth and sex"
    renamed, moved = known.kana != current["kana"], known.address != current["address"]
    if renamed:
        return ("20", "40") if moved else ("11", "20", "40", "41"), "the family name changed"
    if known.birth != current["birth"]:
        return ("11", "40", "41") if moved else ("11", "41"), "the registry knows no day of birth"
    if moved:
        return ("11", "41"), "moved since the plan last heard"
    return ("10",), "as the registry has it"
