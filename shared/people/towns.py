"""The town master: which towns a municipality has, and where in an address the town ends.

Loaded when first asked for (0.5 MB), and of it only the municipalities that are asked for are read. Towns come first
and numerals after them: 又八四丁目 is the fourth chome of 又八 because 又八 is a town.
"""

import csv
import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from shared.people.addresses import folded
from shared.people.municipalities import wards
from shared.people.numerals import ANY, number

_DATA = files("shared.people") / "data"
_KYOTO = "2610"
_STREET = re.compile(r".*(?:[上下]ケ?ル|アケル|サケル|[東西南北]入ル?|[上下]入ル?)")
_CHOME = re.compile(f"([0-9]+|{ANY}+)(丁目|丁(?!町))")
_BARE_CHOME = re.compile(f"([0-9]+|{ANY}+)(?=[-ノ]|$)")
_JOINT = re.compile("[-ノ]?")
_KANJI_DIGITS = "〇一二三四五六七八九"
_CHO = "2714"  # 堺市 counts in 丁, not in 丁目


@dataclass(frozen=True)
class Town:
    """A town without its chome: the name as the master spells it, and its chome (0: the town itself)."""

    name: str
    chome: frozenset[int]


@dataclass(frozen=True)
class Located:
    """A town found in an address.

    `start` and `end` are offsets into the folded text after the municipality: what lies before is a street (Kyoto),
    what lies after, the numbers. `chome` is 0 where none was read.
    """

    code: str
    town: Town
    chome: int
    start: int
    end: int

    @property
    def name(self) -> str:
        """The town's official name with its chome: 三軒茶屋二丁目."""
        unit = "丁" if self.code.startswith(_CHO) else "丁目"
        return self.town.name + (kanji_number(self.chome) + unit if self.chome else "")


def locate(code: str, rest: str) -> Located | None:
    """The town with which the folded text after the municipality begins; in Kyoto streets may stand before it.

    A city with wards is searched ward by ward: a town of several of them is not found.
    """
    found = [place for inside in (code, *wards_of(code)) if (place := _located(inside, rest))]
    longest = max((place.end for place in found), default=0)
    best = [place for place in found if place.end == longest]
    return best[0] if len(best) == 1 else None


def codes_with(town: str) -> tuple[str, ...]:
    """The codes of all municipalities with a town of just that name, however few or many; spelt as the master does."""
    pattern = re.compile(f"^([0-9]{{6}}),(?:[^\n]*,)?{re.escape(town)}(?=[ ,\n])", re.MULTILINE)
    return tuple(match[1] for match in pattern.finditer(_text()))


def has_town(code: str, town: str) -> bool:
    """Whether the municipality has a town of that folded name."""
    return town in _forms(code)


def wards_of(code: str) -> tuple[str, ...]:
    """The wards of a city that has any."""
    return wards().get(code, ())


def is_twin(code: str, town: str) -> bool:
    """Whether several towns of the municipality have that folded name: 大字日永 and 日永."""
    return (code, town) in twins()


@cache
def twins() -> frozenset[tuple[str, str]]:
    """Code and folded name where several towns of one municipality are alike when folded."""
    rows = csv.reader(_DATA.joinpath("town_twins.csv").read_text(encoding="utf-8").splitlines())
    return frozenset((code, key) for code, key in rows if code != "code")


def kanji_number(value: int) -> str:
    """1 to 99: 二十三."""
    tens, ones = divmod(value, 10)
    ten = "" if tens == 0 else "十" if tens == 1 else _KANJI_DIGITS[tens] + "十"
    return ten + (_KANJI_DIGITS[ones] if ones else "")


def _located(code: str, rest: str) -> Located | None:
    if not code.startswith(_KYOTO):
        return _beginning(code, rest, 0)
    street = _STREET.match(rest)
    if street:
        return _beginning(code, rest, street.end())
    head = re.match("[^0-9]*", rest)
    found = _beginning(code, rest, 0)
    if found and head and found.end >= head.end():
        return found
    return _ending(code, rest, head.end() if head else 0) or found


def _beginning(code: str, rest: str, start: int) -> Located | None:
    """The longest town that the text has at that place."""
    forms = _forms(code)
    for end in range(min(len(rest), start + _longest(code)), start, -1):
        town = forms.get(rest[start:end])
        if town and not (rest[end - 1].isdigit() and rest[end : end + 1].isdigit()):
            return _with_chome(code, town, rest, start, end)
    return None


def _ending(code: str, rest: str, head: int) -> Located | None:
    """The longest town with which the text before its first number ends."""
    forms = _forms(code)
    start = next((start for start in range(head) if rest[start:head] in forms), None)
    return None if start is None else _with_chome(code, forms[rest[start:head]], rest, start, head)


def _with_chome(code: str, town: Town, rest: str, start: int, end: int) -> Located:
    written = _CHOME.match(rest, end)
    bare = written or _BARE_CHOME.match(rest, end)
    chome = number_of(bare[1]) if bare else 0
    if not bare or not chome or chome not in town.chome or (not written and _is_block(town, rest, bare.end())):
        return Located(code, town, 0, start, end)
    joint = _JOINT.match(rest, bare.end())
    return Located(code, town, chome, start, joint.end() if joint else bare.end())


def _is_block(town: Town, rest: str, end: int) -> bool:
    """Whether a lone number is rather a number of the town itself, where the town exists without chome, too."""
    return 0 in town.chome and not re.match("[-ノ][0-9]", rest[end:])


def number_of(numeral: str) -> int:
    """The value of 23, 二十三 or 二三; 0 when it is none."""
    return int(numeral) if numeral.isascii() else number(numeral) or 0


@lru_cache(maxsize=512)
def _forms(code: str) -> dict[str, Town]:
    """Each way to write a town of the municipality, folded -> the town."""
    forms: dict[str, Town] = {}
    for town in _towns(code):
        for way in _ways(folded(town.name)):
            kept = forms.setdefault(way, town)
            if town.chome != kept.chome:  # 大字日永 beside 日永一丁目
                forms[way] = Town(max(kept, town, key=lambda one: len(one.chome)).name, kept.chome | town.chome)
    return forms


@lru_cache(maxsize=512)
def _longest(code: str) -> int:
    return max(map(len, _forms(code)), default=0)


def _ways(name: str) -> Iterator[str]:
    yield name
    arabic = re.sub(f"{ANY}+", lambda match: str(number(match[0]) or match[0]), name)
    yield arabic
    yield re.sub("第([0-9])", r"\1", arabic)
    yield re.sub("([0-9])丁目", r"\1", arabic)


def _towns(code: str) -> Iterator[Town]:
    for entry in _lines().get(code, "").split(",")[1:]:
        name, _, chome = entry.partition(" ")
        yield Town(name, frozenset(_numbers(chome or "0")))


def _numbers(ranges: str) -> Iterator[int]:
    for part in ranges.split("."):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


@cache
def _text() -> str:
    return gzip.decompress(_DATA.joinpath("towns.csv.gz").read_bytes()).decode()


@cache
def _lines() -> dict[str, str]:
    return {line[:6]: line for line in _text().splitlines()}
