"""How a text was brought into the form in which it is compared: each step that changed something, with its rule.

A chain: the first step begins with the raw text, each next one where the last ended, and the last ends with the key.
The words of a rule stand in `data/rules.toml`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from shared.people.characters import (
    COMPATIBILITY,
    compatible,
    without_marks,
    without_selectors,
)
from shared.people.dates import beyond_era, western
from shared.people.kana import (
    DROPPED,
    LONG_MARKS,
    OLD,
    TO_CAPITALS,
    TO_KATAKANA,
    TO_LARGE,
    kana_form,
    kana_key,
    with_large_kana,
    without_sound_marks,
)
from shared.people.names import ACCENTS, DASHES, POINTS, form_key, kanji_key
from shared.people.registered import read_name
from shared.people.variants import rule_of, variants

_Rule = tuple[str, Callable[[str], str]]


@dataclass(frozen=True)
class Step:
    """One step: the rule, and the text before and after. The texts are personal data."""

    rule: str
    before: str
    after: str


def name_steps(text: str) -> tuple[Step, ...]:
    """From a name as written to `kanji_key` of the name without what stands beside it."""
    name = read_name(text).main
    return _walked(text, (("ALTERNATIVE", lambda _: name), *_form_rules(), *_variant_rules(), ("WIDTH", kanji_key)))


def kana_steps(text: str) -> tuple[Step, ...]:
    """From a reading as written to `kana_key` of the reading without what stands beside it."""
    reading = read_name(text).main
    return _walked(text, (("ALTERNATIVE", lambda _: reading), *_kana_rules()))


def birth_steps(text: str) -> tuple[Step, ...]:
    """From a date of birth as written to its western form, where there is such a day."""
    written = text.strip(" ")
    day = western(written) or written
    era = "BEYOND-ERA" if beyond_era(written) else "ERA"
    return _walked(text, (("DATE-BLANKS", lambda _: written), (era, lambda _: day)))


def _walked(text: str, rules: Iterable[_Rule]) -> tuple[Step, ...]:
    return tuple(_changes(text, rules))


def _changes(text: str, rules: Iterable[_Rule]) -> Iterator[Step]:
    for rule, fold in rules:
        after = fold(text)
        if after != text:
            yield Step(rule, text, after)
        text = after


def _translated(replaced: dict[str, str]) -> Callable[[str], str]:
    table = str.maketrans(replaced)
    return lambda text: compatible(text.translate(table))


@cache
def _form_rules() -> tuple[_Rule, ...]:
    """The parts of `form_key`, in an order in which each leaves the next its own."""
    return (
        ("SELECTORS", without_selectors),
        ("COMPATIBILITY", lambda text: re.sub(COMPATIBILITY, lambda match: compatible(match[0]), text)),
        ("WIDTH", compatible),
        ("BLANKS", without_marks),
        ("CASE", _translated(TO_CAPITALS)),
        ("ACCENTS", _translated(ACCENTS)),
        ("KATAKANA", _translated(TO_KATAKANA)),
        ("SMALL-KANA", _translated(TO_LARGE)),
        ("DASHES", _translated(DASHES)),
        ("POINTS", _translated(POINTS)),
        ("REPEATED", form_key),
    )


@cache
def _variant_rules() -> tuple[_Rule, ...]:
    """One for each relation."""
    relations = sorted({relation for _, relation in variants().values()})
    return tuple((rule_of(relation), _related(relation)) for relation in relations)


def _related(relation: str) -> Callable[[str], str]:
    table = str.maketrans({variant: base for variant, (base, name) in variants().items() if name == relation})
    return lambda text: text.translate(table)


@cache
def _kana_rules() -> tuple[_Rule, ...]:
    return (
        ("WIDTH", compatible),
        ("BLANKS", lambda text: compatible(re.sub(_BLANKS, "", unicodedata.normalize("NFD", text)))),
        ("CASE", _translated(TO_CAPITALS)),
        ("KATAKANA", _translated(TO_KATAKANA)),
        ("OLD-KANA", _translated(OLD)),
        ("DASHES", _translated(dict.fromkeys(LONG_MARKS, "ー"))),
        ("POINTS", lambda text: compatible(kana_form(text))),
        ("SOUND-MARKS", lambda text: compatible(without_sound_marks(kana_form(text)))),
        ("SMALL-KANA", with_large_kana),
        ("LONG-VOWELS", kana_key),
    )


_BLANKS = DROPPED.replace("\u0300-\u036f\u3099\u309a", "").replace("\u30fb\uff65\u00b7\u2022.,'\u2019", "")
