"""A layout: one file that crosses our border, declared as data (`data/<name>.toml`), versioned by its name."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final

from shared.refusals import Refusal

NAMES: Final = ("pfa-request-1", "jlis-inquiry-1", "jlis-answer-1", "pfa-reply-1")
KIND_CODES: Final[Mapping[str, str]] = {"provisional": "1", "main": "2", "my_number": "3", "deletion": "4"}
_DATA: Final = files("shared.layouts") / "data"


def kind_name(code: str) -> str:
    """The kind behind a header's code: `1` is `provisional`; `` for an unknown code."""
    return next((name for name, known in KIND_CODES.items() if known == code), "")


@dataclass(frozen=True)
class FieldSpec:
    """One field: what it holds and what a value must be. Lengths of 0 mean: no such limit."""

    name: str
    ja: str
    en: str
    required: bool = False
    characters: str = ""
    max_chars: int = 0
    max_bytes: int = 0
    exact_chars: int = 0
    codes: str = ""
    date: str = ""
    parts: bool = False
    total: str = ""


@dataclass(frozen=True)
class RecordSpec:
    """One record type; `kinds` says for which kinds of request this form of it holds (empty: for all)."""

    name: str
    type: str
    fields: tuple[FieldSpec, ...]
    kinds: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its fields in order, without the record type."""
        return tuple(each.name for each in self.fields)


@dataclass(frozen=True, eq=False)
class Layout:
    """A versioned layout. `max_records` and `max_bytes` of 0 mean: no limit."""

    name: str
    ja: str
    en: str
    charsets: tuple[str, ...]
    newline: str
    records: tuple[RecordSpec, ...]
    code_tables: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    opened_by_people: bool = False
    max_records: int = 0
    max_bytes: int = 0
    file_name: str = ""

    def record(self, name: str, kind: str = "") -> RecordSpec:
        """The record of that name in the form that `kind` (a header's code) has; the first form for an unknown kind."""
        forms = [each for each in self.records if each.name == name]
        if not forms:
            raise Refusal("unknown-record", layout=self.name, record=name)
        return next((each for each in forms if kind in each.kinds), forms[0])

    def has(self, name: str) -> bool:
        """Whether the layout has records of that name."""
        return any(each.name == name for each in self.records)

    def codes(self, table: str) -> Mapping[str, Mapping[str, str]]:
        """A code table: code to its Japanese and English meaning."""
        return self.code_tables[table]


@dataclass(frozen=True)
class CharacterClass:
    """What a field's text is made of; each part is the inside of a regular expression's brackets."""

    name: str
    ja: str
    en: str
    allowed: str
    tolerated: str = ""
    misplaced: str = ""


@cache
def layout(name: str) -> Layout:
    """The layout of that name. Refusal `unknown-layout`."""
    if name not in NAMES:
        raise Refusal("unknown-layout", layout=name, known=list(NAMES))
    declared = tomllib.loads((_DATA / f"{name}.toml").read_text(encoding="utf-8"))
    newline = {"CRLF": "\r\n", "LF": "\n"}[declared.pop("newline")]
    return Layout(
        records=tuple(_record(each) for each in declared.pop("records")),
        code_tables=declared.pop("codes", {}),
        charsets=tuple(declared.pop("charsets")),
        newline=newline,
        **declared,
    )


@cache
def character_classes() -> Mapping[str, CharacterClass]:
    """Every character class by name."""
    declared = tomllib.loads((_DATA / "characters.toml").read_text(encoding="utf-8"))
    return {name: CharacterClass(name=name, **rest) for name, rest in declared.items()}


def _record(declared: Mapping[str, Any]) -> RecordSpec:
    fields = tuple(FieldSpec(**each) for each in declared["fields"])
    return RecordSpec(declared["name"], declared["type"], fields, tuple(declared.get("kinds", ())))
