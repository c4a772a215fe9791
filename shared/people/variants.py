"""Variant characters (異体字): which pairs are one character, and which are commonly confused.

The tables lie in `data/variants`, one file for each source and its terms (README there). Strong relations form stars:
a variant has one base, a base is no variant, and each pair is stated by a published table. Nothing follows from two
pairs together, because the closure of published relations joins 明 with 朋 and 隆 with 降.
"""

import csv
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files

SAME_CHARACTER = "same_character"
OLD_FORM = "old_form"
CONFUSED = "confused"
_DATA = files("shared.people") / "data"
_STRONG = ("official", "mj", "register")
_CONFUSED = ("apart", "mj_confused", "immigration", "unihan")


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
    return {variant: (base, relation) for variant, base, relation in _rows(_STRONG)}


@cache
def variant_bases(strength: str = "") -> dict[str, str]:
    """Variant -> base, for folding; of one strength, or of both strong ones."""
    return {
        variant: base for variant, (base, relation) in variants().items() if strength in ("", strength_of(relation))
    }


@cache
def variant_table(strength: str = "") -> Mapping[int, str]:
    """`variant_bases` for `str.translate`."""
    return {ord(variant): base for variant, base in variant_bases(strength).items()}


@cache
def confused_pairs() -> Mapping[frozenset[str], str]:
    """Pairs of bases that are commonly confused -> relation."""
    bases = variant_bases()
    rows = ((frozenset((bases.get(one, one), bases.get(other, other))), name) for one, other, name in _rows(_CONFUSED))
    return {pair: relation for pair, relation in rows if len(pair) == 2}


def are_confused(one: str, other: str) -> bool:
    """Whether two different characters, both bases, are commonly confused."""
    return frozenset((one, other)) in confused_pairs()


def strength_of(relation: str) -> str:
    """How strongly a relation of the tables joins two characters."""
    return rules()[rule_of(relation)]["strength"]


def _rows(names: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    for name in names:
        lines = (_DATA / "variants" / f"{name}.csv").read_text("utf-8").splitlines()[1:]
        yield from ((one, other, relation) for one, other, relation in csv.reader(lines))
