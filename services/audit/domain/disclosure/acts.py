"""Which acts are told to the person concerned, and of which kinds of item they were."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

PLACE = "services.audit.domain.disclosure"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAct:
    """What an act was for the person: obtained, used, seen, decided, provided, destroyed or disclosed."""

    action: str
    category: str
    stage: str
    from_whom: str = ""
    to_whom: str = ""


@cache
def told_acts() -> Mapping[str, ToldAct]:
    """Every act that is told, by its action."""
    rows = tomllib.loads(_text("acts.toml"))["acts"]
    return {row["action"]: ToldAct(**row) for row in rows}


def items_of(act: ToldAct, kinds: frozenset[str]) -> tuple[str, ...]:
    """The kinds of item that stood in what the act handled; an act on a batch has one kind, a disc may have several."""
    table = _items()
    return tuple(dict.fromkeys(item for kind in sorted(kinds) for item in table.get(kind, {}).get(act.stage, ())))


@cache
def _items() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    table = tomllib.loads(_text("items.toml"))
    return {
        kind: {stage: tuple(items) for stage, items in rows.items()} for kind, rows in table.items() if kind != "source"
    }


def _text(name: str) -> str:
    return resources.files(PLACE).joinpath(name).read_text("utf-8")
