"""Decision tables: dated data that a supervisor can read, refused where one could choose the wrong person."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from services.matcher.domain.items.judgement import AGREES, FOUR_ITEMS, JUDGEMENTS, SAME, built_in_judgements

IDENTIFIED: Final = "10"
REVIEW: Final = "review"
# What may come of a situation. A review needs somebody to look at, so nobody and a refusal are settled.
OUTCOMES: Final[Mapping[str, frozenset[str]]] = {
    "none": frozenset({"20"}),
    "one": frozenset({IDENTIFIED, REVIEW, "40"}),
    "several": frozenset({REVIEW, "30"}),
    "refused": frozenset({"50"}),
}
SITUATIONS: Final = tuple(OUTCOMES)
NO_LIMIT: Final = 2**31 - 1
_MANY: Final = 5
# Every count that a row's bounds can tell apart, per situation.
_COUNTS: Final[Mapping[str, tuple[int, ...]]] = {
    "one": tuple(range(len(FOUR_ITEMS) + 1)),
    "several": (*range(_MANY + 1), NO_LIMIT),
}
_NOTHING_CHANGED: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True)
class Row:
    """One row: the situation, how many items do not agree (one candidate), how many candidates agree in all four."""

    situation: str
    not_agreeing: tuple[int, int]
    agreeing_in_all: tuple[int, int]
    outcome: str
    ja: str
    en: str

    def counts(self) -> tuple[int, int]:
        """The bounds that matter in this row's situation."""
        return self.not_agreeing if self.situation == "one" else self.agreeing_in_all


@dataclass(frozen=True)
class Fault:
    """Why a table is refused: a code of table_faults.toml and where, such as `rows/3` or `judgements/KANA-DIFFERS`."""

    code: str
    place: str

    def told(self) -> dict[str, str]:
        """Code, place and the explanation in both languages."""
        return {"code": self.code, "place": self.place, **_faults()[self.code]}


class TableRefused(ValueError):
    """The table could choose the wrong person, or decide nothing; `faults` names all that is wrong."""

    def __init__(self, version: str, faults: tuple[Fault, ...]) -> None:
        super().__init__(f"{version}: " + ", ".join(f"{fault.code} at {fault.place}" for fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class Table:
    """A decision table; a decision stores its version.

    `judgements` holds what this version changes of the catalogue: reason code -> judgement. A table that is only
    proposed has no day. Raises TableRefused where an invariant is broken: no such table can exist.
    """

    version: str
    in_force_from: date | None
    ja: str
    en: str
    rows: tuple[Row, ...]
    judgements: Mapping[str, str] = field(default_factory=lambda: _NOTHING_CHANGED)

    def __post_init__(self) -> None:
        """Check every invariant."""
        faults = (*_row_faults(self.rows), *_uncovered(self.rows), *_judgement_faults(self.judgements))
        if faults:
            raise TableRefused(self.version, faults)

    @property
    def means(self) -> Mapping[str, str]:
        """Reason code -> judgement, for every reason there is."""
        return {**built_in_judgements(), **self.judgements}


@cache
def built_in_tables() -> tuple[Table, ...]:
    """The tables that come with the system, oldest first."""
    folder = files("services.matcher.domain") / "rules"
    found = [file for file in folder.iterdir() if file.name.endswith(".toml")]
    tables = (read_table(tomllib.loads(file.read_text("utf-8"))) for file in found)
    return tuple(sorted(tables, key=lambda table: table.in_force_from or date.max))


def four_items_1() -> Table:
    """The default table."""
    return next(table for table in built_in_tables() if table.version == "four-items-1")


def table_for(day: date, activated: tuple[Table, ...] = ()) -> Table:
    """The table in force on a day, of the built-in and the activated ones; before the first one, the first.

    Of two that begin on the same day, the one named later.
    """
    dated = sorted((*built_in_tables(), *activated), key=lambda table: table.in_force_from or date.max)
    in_force = [table for table in dated if table.in_force_from is not None and table.in_force_from <= day]
    return in_force[-1] if in_force else dated[0]


def read_table(data: Mapping[str, Any], in_force_from: date | None = None) -> Table:
    """A table out of its data (TOML or JSON: version, ja, en, rows, optional judgements and in_force_from)."""
    return Table(
        data["version"],
        data.get("in_force_from", in_force_from),
        data["ja"],
        data["en"],
        tuple(_row(row) for row in data["rows"]),
        data.get("judgements", _NOTHING_CHANGED),
    )


def _row(data: Mapping[str, Any]) -> Row:
    items, people = (_bounds(data.get(name) or {}) for name in ("not_agreeing", "agreeing_in_all"))
    return Row(data["situation"], items, people, data["outcome"], data["ja"], data["en"])


def _bounds(data: Mapping[str, int | None]) -> tuple[int, int]:
    least, most = data.get("least"), data.get("most")
    return least or 0, NO_LIMIT if most is None else most


@cache
def _faults() -> Mapping[str, Mapping[str, str]]:
    text = (files("services.matcher.domain") / "table_faults.toml").read_text("utf-8")
    return tomllib.loads(text)


def _row_faults(rows: tuple[Row, ...]) -> Iterator[Fault]:
    for number, row in enumerate(rows, start=1):
        for code in _faults_of_row(row):
            yield Fault(code, f"rows/{number}")


def _faults_of_row(row: Row) -> Iterator[str]:
    if row.situation not in SITUATIONS:
        yield "situation-unknown"
        return
    if row.situation == "several" and row.outcome == IDENTIFIED:
        yield "chosen-among-several"
    elif row.outcome not in OUTCOMES[row.situation]:
        yield "outcome-not-for-situation"
    if row.outcome == IDENTIFIED and row.situation == "one" and row.not_agreeing[1] > 0:
        yield "identified-without-agreement"
    if row.situation == "several" and row.outcome == REVIEW and row.agreeing_in_all != (1, 1):
        yield "review-without-proposal"
    if row.counts()[0] > row.counts()[1]:
        yield "bounds-reversed"


def _uncovered(rows: tuple[Row, ...]) -> Iterator[Fault]:
    for situation in SITUATIONS:
        mine = [row for row in rows if row.situation == situation]
        counts = _COUNTS.get(situation, ())
        fits = [any(row.counts()[0] <= count <= row.counts()[1] for row in mine) for count in counts]
        if not mine or not all(fits):
            yield Fault("situation-not-covered", f"situations/{situation}")


def _judgement_faults(judgements: Mapping[str, str]) -> Iterator[Fault]:
    built_in = built_in_judgements()
    for number, (code, judgement) in enumerate(judgements.items(), start=1):
        if code not in built_in:
            yield Fault("reason-unknown", f"judgements/{number}")
        elif judgement not in JUDGEMENTS or judgement == SAME:
            yield Fault("judgement-unknown", f"judgements/{code}")
        elif judgement in AGREES and built_in[code] in ("differs", "missing", "cannot_judge"):
            yield Fault("reason-must-not-agree", f"judgements/{code}")
