"""Addresses: prefecture, municipality, town, numbers, building; and the key under which two writings count as the same.

The municipality is looked up first (prefecture and county may be missing, former names count), numerals are read
after it. Width, blanks, hyphens, variants, ヶケが, ツっ, のノ之, 大字 and 字 are folded.
"""

import re
from dataclasses import dataclass
from functools import cache

from shared.people.characters import DROPPED, compatible, variant_bases
from shared.people.municipalities import Municipality, prefectures, ways_to_write
from shared.people.names import FORM
from shared.people.numerals import with_hyphens

_HYPHENS = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2500\u2501\u30fc\uff0d\uff70~\u301c", "-")
_ALIKE = dict.fromkeys("がガヶケ", "ケ") | dict.fromkeys("つっツッ", "ツ") | dict.fromkeys("のノ之乃", "ノ")
# Longer ones first: 文字 is part of names such as 十文字; 字 alone marks a part of a town and may be missing.
_WORDS = {"塩釜": "塩竈", "文字": "文字", "大字": "", "字": ""}
# A town may end in numbers of its own: 北1条西, 第2地割.
PARTS = "^((?:.*[0-9](?:条|線|地割|番町|号線))?[^0-9]*)([0-9]+(?:-[0-9]+)*)?-?(.*)$"


@dataclass(frozen=True)
class Address:
    """An address in its parts.

    `municipality` is empty when none was recognised; `municipality_code` also when the name fits several;
    `old_name` is the municipality's former name if the address uses one, and `became` the codes, joined by `;`, of
    what it may lie in today. `town`, `numbers`, `building` and `key`
    are folded forms, for comparing and not for showing.
    """

    prefecture: str
    municipality: str
    municipality_code: str
    old_name: str
    became: str
    town: str
    numbers: str
    building: str
    key: str


def folded(text: str) -> str:
    """The address with every way to write a character made one."""
    return _pattern().sub(lambda match: fold()[match[0]], compatible(DROPPED.sub("", text)))


def read_address(text: str) -> Address:
    """The address in its parts. Any text has parts, if only a town."""
    plain = folded(text)
    start = _start(plain)
    if not start:  # the county of a former municipality, or a county written wrongly
        without_county = re.sub(county(), r"\1", plain)
        start = _start(without_county)
        plain = without_county if start else plain
    place = ways().get(start) or _unknown(plain)
    rest = plain[len(start or place.prefecture) :]
    match = re.fullmatch(PARTS[1:-1], with_hyphens(rest))
    town, numbers, building = match.groups() if match else (rest, "", "")
    parts = (town.strip("-"), numbers or "", building.strip("-"))
    return Address(
        place.prefecture,
        place.name,
        place.code,
        place.name if place.former else "",
        ";".join(place.became),
        *parts,
        key="|".join((place.code or place.name, *parts)),
    )


def _start(plain: str) -> str:
    lengths = range(min(len(plain), longest()), 1, -1)
    return next((plain[:length] for length in lengths if plain[:length] in ways()), "")


def _unknown(plain: str) -> Municipality:
    match = re.match(any_prefecture(), plain)
    return Municipality(match[1] if match else "", "", "", "")


@cache
def fold() -> dict[str, str]:
    """What is replaced, in order of preference."""
    return _WORDS | FORM | variant_bases() | _HYPHENS | _ALIKE


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(source) for source in fold()))


@cache
def any_prefecture() -> str:
    return f"^({'|'.join(prefectures())})"


@cache
def county() -> str:
    return f"^({'|'.join(prefectures())})?[^0-9]{{1,5}}?郡"


@cache
def ways() -> dict[str, Municipality]:
    return ways_to_write(folded)


@cache
def longest() -> int:
    return max(len(way) for way in ways())
