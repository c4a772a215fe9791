"""How an address was brought into the key under which it is compared: each step that changed something, with its rule.

A chain as in `steps`; the words of a rule stand in `data/rules.toml`.
"""

from collections.abc import Iterator
from functools import cache

from shared.people.addresses import ALIKE, HYPHENS, begin, fold, folded, read_address, without_words
from shared.people.characters import DROPPED, compatible, is_blank, without_selectors
from shared.people.kana import TO_CAPITALS
from shared.people.municipalities import Municipality, by_code
from shared.people.names import DASHES, POINTS
from shared.people.numerals import with_hyphens
from shared.people.steps import Step
from shared.people.variants import rule_of, variants


def address_steps(text: str) -> tuple[Step, ...]:
    """From an address as written to `read_address(text).key`; a blank one, which is not compared, takes no step."""
    if is_blank(text):
        return ()
    return tuple(_changes(text, (*_folding(text), *_placing(text))))


def _changes(text: str, forms: tuple[tuple[str, str], ...]) -> Iterator[Step]:
    for rule, after in forms:
        if after != text:
            yield Step(rule, text, after)
        text = after


def _folding(text: str) -> Iterator[tuple[str, str]]:
    """Rule and text after it, for each part of folding."""
    selected = without_selectors(text)
    yield "SELECTORS", selected
    yield "BLANKS", DROPPED.sub("", selected)
    plain = compatible(DROPPED.sub("", text))
    yield "WIDTH", plain
    words = without_words(plain)
    yield "PLACE-WORDS", words
    done: set[str] = set()
    for rule in sorted({_owners()[character] for character in words if character in _owners()}):
        done.add(rule)
        yield rule, "".join(fold()[one] if _owners().get(one) in done else one for one in words)


def _placing(text: str) -> Iterator[tuple[str, str]]:
    """Rule and text after it, from the folded text to the key."""
    plain = folded(text)
    begun = begin(plain)
    place, rest = begun.place, plain[begun.end :]
    start = f"{_today(place)}|" if begun.end else ""
    yield "FORMER-NAME" if place.former else "MUNICIPALITY", start + rest
    yield "NUMERALS", start + with_hyphens(rest)
    yield "ADDRESS-PARTS", read_address(text).key


def _today(place: Municipality) -> str:
    """The municipality in full; of a former one those that it lies in today, a city for all its wards."""
    if not place.former:
        return place.prefecture + place.name
    names = [by_code()[code].name for code in place.became]
    return "、".join(name for name in names if not any(name != other and name.startswith(other) for other in names))


@cache
def _owners() -> dict[str, str]:
    """The rule by which folding replaces a character."""
    return {character: _owner(character) for character in fold()}


def _owner(character: str) -> str:
    tables = {"PLACE-KANA": ALIKE, "DASHES": HYPHENS | DASHES, "CASE": TO_CAPITALS, "POINTS": POINTS}
    for rule, table in tables.items():
        if character in table:
            return rule
    relation = variants().get(character)
    return rule_of(relation[1]) if relation and fold()[character] == relation[0] else "KATAKANA"
