"""The closed vocabulary of audited actions: one table of data a service."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Action:
    """One audited action: verb and object, in the words of both languages."""

    name: str
    ja: str
    en: str
    personal_data: bool


@cache
def actions() -> dict[str, Action]:
    """Every action that may be recorded, by name."""
    found: dict[str, Action] = {}
    for table in sorted(Path(__file__).parent.glob("*.toml")):
        for name, row in tomllib.loads(table.read_text("utf-8"))["actions"].items():
            found[name] = Action(name, row["ja"], row["en"], bool(row["personal_data"]))
    return found
