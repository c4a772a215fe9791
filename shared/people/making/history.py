"""Former municipalities from the list of changes: which name, from when, until when, and what it became."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shared.people.check_digits import municipality_code_of

LIST = "estat_absorption_separation_jpcity.csv"
# The list starts with the municipalities of this day: a name in force then is older by we do not know how much.
FIRST_DAY = "1970-04-01"
FIELDS = ("code", "prefecture", "county", "former", "from", "until", "became")
_NOT_MUNICIPALITIES = ("郡の廃止", "郡の区域変更", "北方領土")


@dataclass(frozen=True)
class Name:
    """A municipality or ward under one name: its code (6 digits), prefecture, county and name."""

    code: str
    prefecture: str
    county: str
    name: str


@dataclass(frozen=True)
class Change:
    """One line of the list: on that day `old` became (or went partly to) `new`; either may be missing."""

    day: str
    old: Name | None
    new: Name | None


def changes(folder: Path) -> list[Change]:
    """Every change of municipalities and wards, in order of time."""
    with (folder / LIST).open(encoding="utf-8-sig", newline="") as file:
        lines = [line for line in csv.DictReader(file) if line["type"] not in _NOT_MUNICIPALITIES]
    return sorted((Change(line["date"], _name(line["from"]), _name(line["to"])) for line in lines), key=lambda c: c.day)


def earlier_rows() -> Iterator[tuple[str, ...]]:
    """The rows (FIELDS) of names that ended before the list begins, written by hand: their own code is not known."""
    with Path(__file__).with_name("earlier.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            yield ("", line["prefecture"], line["county"], line["former"], "", line["until"], line["became"])


def former_rows(folder: Path, today: set[tuple[str, str]]) -> Iterator[tuple[str, ...]]:
    """The rows (FIELDS) of all names that are no more; `today` holds code and name of what is in force."""
    every = changes(folder)
    after: defaultdict[Name, list[Change]] = defaultdict(list)
    begun: dict[Name, str] = {}
    for change in every:
        if change.new and change.new != change.old:
            begun.setdefault(change.new, change.day)
        if change.old and change.new and change.new != change.old:
            after[change.old].append(change)
    for name in sorted(after, key=lambda name: (name.code, after[name][-1].day)):
        if (name.code, name.name) not in today:
            until = after[name][-1].day
            became = ";".join(sorted(_became(name, after, today, FIRST_DAY)))
            yield (name.code, name.prefecture, name.county, name.name, begun.get(name, FIRST_DAY), until, became)


def _became(name: Name, after: dict[Name, list[Change]], today: set[tuple[str, str]], since: str) -> set[str]:
    """The codes of what the name lies in today, by way of all that came between."""
    if (name.code, name.name) in today:
        return {name.code}
    later = [change for change in after.get(name, ()) if change.day >= since]
    return {code for change in later if change.new for code in _became(change.new, after, today, change.day)}


def _name(written: str) -> Name | None:
    """`22131|静岡県|浜松市|…|中区|…`; the city of a ward stands where a county stands otherwise."""
    code, prefecture, above, _, name = written.split("|")[:5]
    if not code or not (name or above.endswith("市")):
        return None
    whole = above + name if above.endswith("市") else name
    county = above if above.endswith(("郡", "島")) else ""
    return Name(municipality_code_of(code), prefecture, county, whole)
