"""Says how two sides were brought into comparable form: each step that changed something, with its rule."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from shared.people.addresses import Address, folded, read_address
from shared.people.characters import compatible, without_marks
from shared.people.municipalities import current
from shared.people.numerals import with_hyphens
from shared.people.person import RawPerson
from shared.people.steps import Step as Change
from shared.people.steps import birth_steps, kana_steps, name_steps
from shared.people.variants import rules, variant_table

# Rule -> (Japanese, English), as the review screen shows it.
RULES: Final = {
    "width": ("全角・半角をそろえる", "full and half width made alike"),
    "blanks": ("空白・異体字セレクタを除く", "blanks and variation selectors dropped"),
    "variant": ("異体字を代表字に", "variant character to its base"),
    "municipality": ("都道府県・市区町村を補う", "prefecture and municipality completed"),
    "former-name": ("旧市町村名", "former municipality name"),
    "address-form": ("大字・字、ヶ・が、の・ノなどをそろえる", "大字, ヶ, の and the like made alike"),
    "numerals": ("丁目・番・号、漢数字をハイフン形式に", "chome, ban and go as numbers with hyphens"),
} | {rule: (words["ja"], words["en"]) for rule, words in rules().items()}

_Rule = tuple[str, Callable[[str], str]]


@dataclass(frozen=True)
class Step:
    """One step: on which item and side it was taken, by which rule, and the text before and after."""

    item: str
    rule: str
    side: str
    before: str
    after: str


def explain(asked: RawPerson, held: RawPerson) -> tuple[Step, ...]:
    """Every step that changed something; the texts are personal data and are shown to the reviewer only."""
    return tuple(step for side, person in (("asked", asked), ("held", held)) for step in _steps(side, person))


def _steps(side: str, person: RawPerson) -> Iterator[Step]:
    yield from _taken("name_kana", side, kana_steps(person.name_kana))
    yield from _taken("name_kanji", side, name_steps(person.name_kanji))
    yield from _taken("birth_date", side, birth_steps(person.birth_date))
    yield from _address(side, person.address)


def _walked(item: str, side: str, text: str, rules: tuple[_Rule, ...]) -> Iterator[Step]:
    for rule, fold in rules:
        after = fold(text)
        if after != text:
            yield Step(item, rule, side, text, after)
        text = after


def _taken(item: str, side: str, changes: tuple[Change, ...]) -> Iterator[Step]:
    return (Step(item, change.rule, side, change.before, change.after) for change in changes)


def _address(side: str, text: str) -> Iterator[Step]:
    yield from _walked("address", side, text, _ADDRESS)
    address, plain = read_address(text), folded(text)
    if not address.municipality:
        return
    name = folded(address.municipality)
    rest = plain.partition(name)[2]
    yield from _place(side, address, plain, folded(address.prefecture) + name + rest)
    hyphened = with_hyphens(rest)
    if hyphened != rest:
        yield Step("address", "numerals", side, rest, hyphened)


def _place(side: str, address: Address, before: str, after: str) -> Iterator[Step]:
    if address.old_name:
        yield Step("address", "former-name", side, address.old_name, _today(address))
    elif before != after:
        yield Step("address", "municipality", side, before, after)


def _today(address: Address) -> str:
    names = [place.name for place in current() if place.code in address.became.split(";")]
    return "、".join(name for name in names if not any(name != other and name.startswith(other) for other in names))


def _based(text: str) -> str:
    return text.translate(variant_table())


_ADDRESS: tuple[_Rule, ...] = (
    ("width", compatible),
    ("blanks", without_marks),
    ("variant", _based),
    ("address-form", folded),
)
