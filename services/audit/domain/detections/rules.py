"""The detections as declared: what they are called, how grave, in which words, with which parameters, from when on."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

Fact = str | int
SEVERITIES: Final = ("low", "medium", "high")
DATA: Final = "services.audit.domain.detections.data"


@dataclass(frozen=True, slots=True)
class Reason:
    """One form in which a detection shows: how grave it is, and its sentence with places for ids and counts."""

    severity: str
    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of a detection."""

    code: str
    version: str
    in_force_from: date
    ja: str
    en: str
    guidance_ja: str
    guidance_en: str
    source: str
    parameters: Mapping[str, Any]
    reasons: Mapping[str, Reason]
    not_counted: frozenset[str] = frozenset()
    purposes_not_counted: frozenset[str] = frozenset()


@cache
def all_rules() -> Sequence[Rule]:
    """Every version of every detection, by code and day."""
    rows = table("rules.toml")["rules"]
    return tuple(sorted(map(_rule, rows), key=lambda rule: (rule.code, rule.in_force_from)))


@cache
def rules_on(day: date) -> Mapping[str, Rule]:
    """The detections in force on a day, by code."""
    return {rule.code: rule for rule in all_rules() if rule.in_force_from <= day}


def rule_of(code: str, version: str) -> Rule | None:
    """A detection as it stood; None where that version is not known here."""
    return next((rule for rule in all_rules() if (rule.code, rule.version) == (code, version)), None)


def sentences(
    code: str, version: str, variant: str, facts: Mapping[str, Fact], action: tuple[str, str]
) -> tuple[str, str]:
    """What a hit says, in Japanese and English; a hit of a version that is not known here is told by its codes.

    `action`: the recorded action in the words of both languages.
    """
    rule = rule_of(code, version)
    reason = None if rule is None else rule.reasons.get(variant)
    if reason is None:
        return f"{code}/{variant}", f"{code}/{variant}"
    ja, en = (_Told(_in_words(facts, language) | {"action": action[language]}) for language in (0, 1))
    return reason.ja.format_map(ja), reason.en.format_map(en)


def _in_words(facts: Mapping[str, Fact], language: int) -> dict[str, Fact]:
    places = _places()
    return {name: places[fact][language] if fact in places else fact for name, fact in facts.items()}


@cache
def _places() -> Mapping[Fact, tuple[str, str]]:
    return {code: (ja, en) for code, (ja, en) in table("words.toml")["places"].items()}


class _Told(dict[str, Fact]):
    """A fact that a hit does not have stays a dash; an empty one too."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        super().__init__({name: fact for name, fact in facts.items() if fact != ""})

    def __missing__(self, name: str) -> str:
        return "—"


def _rule(row: Mapping[str, Any]) -> Rule:
    reasons = {name: Reason(**reason) for name, reason in row["reasons"].items()}
    lists = {name: frozenset(row.get(name, ())) for name in ("not_counted", "purposes_not_counted")}
    return Rule(**{**row, "reasons": reasons, **lists})


def table(name: str) -> dict[str, Any]:
    """One of the tables of the detections."""
    return tomllib.loads((files(DATA) / name).read_text("utf-8"))
