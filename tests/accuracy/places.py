"""What happens to addresses."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from random import Random

from simulators.people import tables as simulated
from tests.accuracy.kinds import Happening, Kind, kinds_of
from tests.accuracy.people import Home, home
from tests.accuracy.sheets import Manner, Sheet
from tests.accuracy.tables import modern_forms, old_forms, tables

_USUAL = Manner()
_NUMERALS = "〇一二三四五六七八九"


def _manner(needs: Callable[[Home], object] = lambda home: True, **values: object) -> Happening:
    """Writes the asked address in this manner where the home has what it needs and nothing else was done there."""

    def befalls(asked: Sheet, held: Sheet, rng: Random) -> bool:
        if not needs(asked.home) or any(getattr(asked.manner, name) != getattr(_USUAL, name) for name in values):
            return False
        for name, value in values.items():
            setattr(asked.manner, name, value)
        return True

    return befalls


def _hyphens(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """2-1-2 with the hyphen that the clerk's keyboard gave."""
    asked.manner.chome = asked.manner.number = "hyphen"
    asked.manner.hyphen = rng.choices("－ー−‐―–-ｰ—", (60, 8, 12, 6, 5, 2, 4, 2, 1))[0]
    return True


def _small_ke(asked: Sheet, held: Sheet, rng: Random) -> bool:
    return _letters(asked, rng, tables()["town"]["small_ke"])


def _particle(asked: Sheet, held: Sheet, rng: Random) -> bool:
    return _letters(asked, rng, tables()["town"]["no"])


def _letters(asked: Sheet, rng: Random, alike: str) -> bool:
    """One of these letters in the town written as another of them."""
    for letter in asked.home.town[1:-1]:
        if letter in alike:
            asked.manner.letters += ((letter, rng.choice([other for other in alike if other != letter])),)
            return True
    return False


def _town_in_digits(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """北一条西 as 北1条西, 三番町 as 3番町."""
    found = re.search("(?<![一二三四五六七八九十])([一二三四五六七八九])(条|番町|番丁|区|丁)", asked.home.town)
    if not found:
        return False
    asked.manner.letters += ((found[0], f"{_NUMERALS.index(found[1])}{found[2]}"),)
    return True


def _selector(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """The registry names the glyph of the town's first character."""
    held.manner.letters += ((held.home.town[0], held.home.town[0] + "\U000e0100"),)
    return True


def _held_manner(needs: Callable[[Home], object], **values: object) -> Happening:
    """Writes the registry's address in this manner."""
    ways = _manner(needs, **values)
    return lambda asked, held, rng: ways(held, asked, rng)


def _other_form(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """A character of the town in another form: 沢 and 澤."""
    for letter in asked.home.town:
        if letter in old_forms() or ord(letter) in modern_forms():
            other = rng.choice(old_forms()[letter]) if letter in old_forms() else modern_forms()[ord(letter)]
            asked.manner.letters += ((letter, other),)
            return True
    return False


def _former_city(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """The municipality's name before it merged or became a city."""
    place = asked.home
    former = simulated.old_municipalities().get((place.prefecture, place.county + place.city + place.ward))
    if not former:
        return False
    asked.manner.former_city = rng.choice(former)
    return True


def _moved(asked: Sheet, held: Sheet, rng: Random) -> bool:
    asked.home = home(rng)
    return asked.home != held.home


def _moved_within(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """Another house of the same town."""
    numbers = (asked.home.numbers[0] + rng.randrange(1, 20), *asked.home.numbers[1:])
    asked.home = replace(asked.home, numbers=numbers, building="", wing="", room=0)
    return True


def _number_off(asked: Sheet, held: Sheet, rng: Random) -> bool:
    numbers = list(asked.home.numbers)
    at = rng.randrange(len(numbers))
    numbers[at] += rng.choice((-1, 1, 10, 9)) if numbers[at] > 1 else 1
    asked.home = replace(asked.home, numbers=tuple(numbers))
    return True


def _numbers_exchanged(asked: Sheet, held: Sheet, rng: Random) -> bool:
    numbers = asked.home.numbers
    if len(numbers) < 2 or numbers[0] == numbers[1]:
        return False
    asked.home = replace(asked.home, numbers=numbers[::-1])
    return True


def _chome_off(asked: Sheet, held: Sheet, rng: Random) -> bool:
    if not asked.home.chome:
        return False
    asked.home = replace(asked.home, chome=asked.home.chome + 1)
    return True


def _room_off(asked: Sheet, held: Sheet, rng: Random) -> bool:
    if not asked.home.room or asked.manner.building == "none":
        return False
    asked.home = replace(asked.home, room=asked.home.room + rng.choice((1, 100)))
    return True


def _gaiji(asked: Sheet, held: Sheet, rng: Random) -> bool:
    """The registry writes the town with a character of its own."""
    held.manner.letters += ((held.home.town[0], "\ue234"),)
    return True


def _empty(asked: Sheet, held: Sheet, rng: Random) -> bool:
    asked.empty.add("address")
    return True


def _no_postal(asked: Sheet, held: Sheet, rng: Random) -> bool:
    asked.home = replace(asked.home, postal="")
    return True


@cache
def place_kinds() -> tuple[Kind, ...]:
    """All that happens to addresses; of those that exclude each other the later ones win."""
    return (*_wrong_places(), *_right_places(), *_unclear_places())


def _wrong_places() -> tuple[Kind, ...]:
    return kinds_of(
        "address",
        (
            ("address: moved since", "wrong", 0.02, _moved),
            ("address: moved within the town", "wrong", 0.004, _moved_within),
            ("address: a number off", "wrong", 0.003, _number_off),
            ("address: two numbers exchanged", "wrong", 0.0003, _numbers_exchanged),
            ("address: 丁目 off", "wrong", 0.0003, _chome_off),
            ("address: another room", "wrong", 0.003, _room_off),
        ),
    )


def _right_places() -> tuple[Kind, ...]:
    return kinds_of(
        "address",
        (
            ("address: 丁目 in digits", "right", 0.2, _manner(lambda home: home.chome, chome="wide")),
            ("address: hyphens", "right", 0.45, _hyphens),
            ("address: numbers in kanji", "right", 0.01, _manner(number="kanji")),
            ("address: 番地の", "right", 0.03, _manner(_two_numbers, number="of")),
            ("address: の between numbers", "right", 0.02, _manner(_two_numbers, number="short")),
            ("address: 号 left out", "right", 0.02, _manner(lambda home: home.by_block, number="plain")),
            ("address: 番地 for 番", "right", 0.02, _manner(lambda home: home.by_block, number="mixed")),
            ("address: numerals of the town in digits", "right", 0.3, _town_in_digits),
            ("address: variation selector", "right", 0.01, _selector),
            ("address: registry writes 番地の", "right", 0.05, _held_manner(_two_numbers, number="of")),
            ("address: registry has no building", "right", 0.05, _held_manner(_built, building="none")),
            ("address: digits half width", "right", 0.02, _manner(half=True)),
            ("address: prefecture left out", "right", 0.1, _manner(prefecture=False)),
            ("address: 郡 left out", "right", 0.25, _manner(lambda home: home.county, county=False)),
            ("address: 大字 or 字 left out", "right", 0.4, _manner(lambda home: home.word, word=False)),
            ("address: 字 before the 小字 left out", "right", 0.3, _manner(lambda home: home.aza, aza="")),
            ("address: building left out", "right", 0.12, _manner(lambda home: home.building, building="none")),
            ("address: building abbreviated", "right", 0.03, _manner(_long_named, building="short")),
            ("address: room behind a hyphen", "right", 0.05, _manner(_plain_room, building="number")),
            ("address: room without 号", "right", 0.2, _manner(lambda home: home.building, room="")),
            ("address: room with 号室", "right", 0.2, _manner(lambda home: home.building, room="号室")),
            ("address: no blank before the building", "right", 0.15, _manner(lambda home: home.building, gap="")),
            ("address: ヶ ケ が", "right", 0.3, _small_ke),
            ("address: ノ の 之", "right", 0.1, _particle),
            ("address: another form of a character", "right", 0.1, _other_form),
            ("address: former municipality", "right", 0.2, _former_city),
            ("address: streets of Kyoto left out", "right", 0.4, _manner(lambda home: home.street, street=False)),
            ("address: postal code left out", "right", 0.05, _no_postal),
        ),
    )


def _built(home: Home) -> bool:
    return bool(home.building)


def _two_numbers(home: Home) -> bool:
    return not home.by_block and len(home.numbers) > 1


def _long_named(home: Home) -> bool:
    return any(whole in home.building for whole, _ in tables()["place"]["short"])


def _plain_room(home: Home) -> bool:
    return bool(home.room and not home.wing)


def _unclear_places() -> tuple[Kind, ...]:
    return kinds_of(
        "address",
        (
            ("address: ward left out", "unclear", 0.001, _manner(lambda home: home.ward, ward=False)),
            ("address: 小字 left out", "unclear", 0.05, _manner(lambda home: home.aza, aza="-")),
            ("address: down to the town only", "unclear", 0.001, _manner(numbers=False, building="none")),
            ("address: municipality and number, no town", "unclear", 0.0002, _manner(town=False)),
            ("address: 外字 in the registry", "unclear", 0.0002, _gaiji),
            ("address: empty", "unclear", 0.0, _empty),
        ),
    )
