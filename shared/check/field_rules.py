"""What each field of a layout asks of its value; a rule answers with the codes of what it found."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache

from shared.check.characters import BLANKS, class_patterns
from shared.layouts import FieldSpec, Layout
from shared.people.characters import outside_jis_levels
from shared.people.dates import beyond_era, looks_like_date, western
from shared.people.names import in_two_parts

Rule = Callable[[str], Iterator[str]]


def field_rules(layout: Layout, spec: FieldSpec, today: date) -> tuple[Rule, ...]:
    """All rules of one field, whatever the layout declares of it. Empty values meet only the rule on empty ones."""
    rules: list[Rule] = [_required] if spec.required else []
    longest = spec.max_chars or spec.max_bytes or spec.exact_chars
    if longest:
        rules.append(_length(longest, spec.exact_chars))
    if spec.codes:
        rules.append(_in_table(frozenset(layout.codes(spec.codes))))
    if spec.parts:
        rules.append(_parts)
    if spec.date == "birth":
        rules.append(_birth(f"{today:%Y%m%d}"))
    if spec.characters == "name":
        rules.append(_levels)
    return tuple(rules)


def character_rule(spec: FieldSpec) -> Rule:
    """The rules on single characters."""
    patterns = class_patterns(spec.characters)
    suspicious = patterns.suspicious.search

    def rule(text: str) -> Iterator[str]:
        if suspicious(text) is None:
            return
        if patterns.private_use.search(text):
            yield "R09"
        if patterns.wrong.search(text):
            yield "R04"
        if patterns.outside and patterns.outside.search(text):
            yield "R10"
        if patterns.tolerated and patterns.tolerated.search(text):
            yield "W03"

    return rule


@lru_cache(maxsize=65_536)
def western_birth(text: str) -> str | None:
    """The date of birth as YYYYMMDD, None where there is no such date; people share their dates of birth."""
    return western(text)


def _required(text: str) -> Iterator[str]:
    if not text.strip(BLANKS):
        yield "R03"


def _length(longest: int, exact: int) -> Rule:
    def rule(text: str) -> Iterator[str]:
        # Half-width kana are one byte each in CP932, so that characters count bytes there.
        if len(text) > longest:
            yield "R05"
        if text and len(text) < exact:
            yield "R04"

    return rule


def _in_table(codes: frozenset[str]) -> Rule:
    def rule(text: str) -> Iterator[str]:
        if text and text not in codes:
            yield "R08"

    return rule


def _parts(text: str) -> Iterator[str]:
    if text.strip(BLANKS) and not in_two_parts(text):
        yield "R17"


def _birth(today: str) -> Rule:
    def rule(text: str) -> Iterator[str]:
        day = western_birth(text)
        if day is None:
            if text:
                yield "R06" if looks_like_date(text) else "R04"
            return
        if day > today or day < "19000101":
            yield "R07"
        if len(text) == 7 and beyond_era(text):
            yield "W02"

    return rule


def _levels(text: str) -> Iterator[str]:
    if outside_jis_levels(text):
        yield "W05"
