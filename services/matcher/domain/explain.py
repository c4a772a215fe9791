"""Says how two sides were brought into comparable form: each step that changed something, with its rule."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from shared.people.address_steps import address_steps
from shared.people.person import RawPerson
from shared.people.steps import Step as Change
from shared.people.steps import birth_steps, kana_steps, name_steps
from shared.people.variants import rules

# Rule -> (Japanese, English), as the review screen shows it.
RULES: Final = {rule: (words["ja"], words["en"]) for rule, words in rules().items()}


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
    yield from _taken("address", side, address_steps(person.address))


def _taken(item: str, side: str, changes: tuple[Change, ...]) -> Iterator[Step]:
    return (Step(item, change.rule, side, change.before, change.after) for change in changes)
