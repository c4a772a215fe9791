"""Variant characters (異体字): which pairs are one character, and which are commonly confused.

The tables lie in `data/variants`, one file for each source and its terms (README there). Strong relations form stars:
a variant has one base, a base is no variant, and each pair is stated by a published table. Nothing follows from two
pairs together, because the closure of published relations joins 明 with 朋 and 隆 with 降.
"""

import csv
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

SAME_CHARACTER = "same_character"
OLD_FORM = "old_form"
CONFUSED = "confused"
_DATA = files("shared.people") / "data"
_TABLES = ("official", "mj", "register", "apart", "immigration", "unihan")


@cache
def rules() -> Mapping[str, Mapping[str, str]]:
    """Rule -> its words (ja, en), and its strength where it relates characters."""
    return tomllib.loads((_DATA / "rules.toml").read_text("utf-8"))


def rule_of(relation: str) -> str:
    """The rule that a relation of the tables is shown under."""
    return f"VARIANT-{relation.upper()}"


@cache
def variants() -> Mapping[str, tuple[str, str]]:
    """Variant -> (base, relation), for the two strong strengths."""
    return {one: (base, relation) for one, base, relation in _rows() if _strength(relation) != CONFUSED}


@cache
def variant_bases(strength: str = "") -> dict[str, str]:
    """Variant -> base, for folding; of one strength, or of both strong ones."""
    return {variant: base for variant, (base, relation) in variants().items() if strength in ("", _strength(relation))}


@cache
def variant_table(strength: str = "") -> Mapping[int, str]:
    """`variant_bases` for `str.translate`."""
    return {ord(variant): base for variant, base in variant_bases(strength).items()}


@cache
def confused_pairs() -> Mapping[frozenset[str], str]:
    """Pairs of bases that are commonly confused -> relation."""
    return {frozenset((one, other)): relation for one, other, relation in _rows() if _strength(relation) == CONFUSED}


def are_confused(one: str, other: str) -> bool:
    """Whether two different characters, both bases, are commonly confused."""
    return frozenset((one, other)) in confused_pairs()


@cache
def _rows() -> tuple[tuple[str, str, str], ...]:
    found: list[tuple[str, str, str]] = []
    for name in _TABLES:
        lines = (_DATA / "variants" / f"{name}.csv").read_text("utf-8").splitlines()[1:]
        found += ((one, other, relation) for one, other, relation in csv.reader(lines))
    return tuple(found)


def _strength(relation: str) -> str:
    return rules()[rule_of(relation)]["strength"]
