"""The access matrix as data: one table a service, one row an act. An act without a row is refused to everybody."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ActRule:
    """Who may do an act. Empty means nobody of that kind; `open` needs no token at all."""

    act: str
    ja: str
    en: str
    open: bool = False
    clients: bool = False
    teams: frozenset[str] = frozenset()
    equipment: frozenset[str] = frozenset()
    place: str = ""
    personal_data: bool = False
    purposes: frozenset[str] = frozenset()
    two_people: bool = False
    services: frozenset[str] = frozenset()


@cache
def act_rules() -> dict[str, ActRule]:
    """Every act's row, by name."""
    found: dict[str, ActRule] = {}
    for table in sorted(Path(__file__).parent.glob("*.toml")):
        for act, row in tomllib.loads(table.read_text("utf-8"))["acts"].items():
            lists = {key: frozenset(value) for key, value in row.items() if isinstance(value, list)}
            found[act] = ActRule(act=act, **(row | lists))
    return found
