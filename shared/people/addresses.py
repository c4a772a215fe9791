"""Addresses: prefecture, municipality, town, numbers, building; and the key under which two writings count as the same.

The municipality is looked up first (prefecture and county may be missing, former names count), numerals are read
after it. Width, blanks, hyphens, variants, ヶケが, ツっ, のノ之, 大字 and 字 are folded.
"""

import re
from dataclasses import dataclass
from functools import cache

from shared.people.characters import DROPPED, compatible
from shared.people.municipalities import Municipality, prefectures, ways_to_write
from shared.people.names import FORM
from shared.people.numerals import with_hyphens
from shared.people.variants import variant_bases

HYPHENS = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2500\u2501\u30fc\uff0d\uff70~\u301c", "-")
ALIKE = dict.fromkeys("がガヶケヵ", "ケ") | dict.fromkeys("つっツッ", "ツ") | dict.fromkeys("のノ之乃", "ノ")
FORMS = FORM | HYPHENS | ALIKE
# Longer ones first: 文字 is part of names such as 十文字; 字 alone marks a part of a town and may be missing.
WORDS = {"塩釜": "塩竈", "文字": "文字", "大字": "", "字": ""}
# A town may end in numbers of its own: 北1条西, 第2地割. 甲 and イ belong to the number that they follow.
PARTS = (
    "^((?:.*[0-9](?:条|線|地割|番町|号線))?[^0-9]*)"
    "([0-9]+(?:-[0-9]+)*(?:-?[甲乙丙丁戊己庚辛](?:-?[0-9]+)*|-?[イロハニホヘト](?:-[0-9]+)+|-?[イロハニホヘト]$)?)?"
    "-?(.*)$"
)
MARK = "[甲乙丙丁戊己庚辛]$"
_PARTS, _MARK = re.compile(PARTS[1:-1]), re.compile(MARK)


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


@dataclass(frozen=True)
class Beginning:
    """What a folded address begins with: the place, the way to write it that was found, and where that ends."""

    place: Municipality
    way: str
    end: int


def folded(text: str) -> str:
    """The address with every way to write a character made one."""
    return without_words(compatible(DROPPED.sub("", text))).translate(_table())


def without_words(text: str) -> str:
    """Without 大字 and 字, which mark a part of a town and may be missing; expects full width folded."""
    return _words().sub(lambda match: WORDS[match[0]], text)


def read_address(text: str) -> Address:
    """The address in its parts. Any text has parts, if only a town."""
    return read_folded_address(folded(text))


def read_folded_address(plain: str) -> Address:
    """`read_address` for a text that is `folded` already."""
    begun = begin(plain)
    place = begun.place
    parts = split(with_hyphens(plain[begun.end :]))
    return Address(
        place.prefecture,
        place.name,
        place.code,
        place.name if place.former else "",
        ";".join(place.became),
        *parts,
        key="|".join((place.code or place.name, *parts)),
    )


def begin(plain: str) -> Beginning:
    """How a folded address begins: the municipality that it names, if any."""
    start, dropped = start_of(plain), 0
    if not start:  # the county of a former municipality, or a county written wrongly
        match = re.match(county(), plain)
        kept = (match[1] or "") if match else ""
        without_county = kept + plain[match.end() :] if match else plain
        start = start_of(without_county)
        dropped = len(plain) - len(without_county) if start else 0
    place = ways().get(start) or _unknown(plain)
    return Beginning(place, start, len(start or place.prefecture) + dropped)


def folded_prefecture(plain: str) -> str:
    """The prefecture with which a folded address begins, or an empty string."""
    match = _prefecture_pattern().match(plain)
    return match[1] if match else ""


def split(rest: str) -> tuple[str, str, str]:
    """Town, numbers and building of what follows the municipality, with hyphens."""
    match = _PARTS.fullmatch(rest)
    town, numbers, building = match.groups() if match else (rest, "", "")
    mark = _MARK.search(town) if numbers else None  # 甲123番地
    if mark:
        return town[: mark.start()].strip("-"), mark[0] + numbers, building.strip("-")
    return town.strip("-"), numbers or "", building.strip("-")


def start_of(plain: str) -> str:
    """The longest way to write a municipality with which the folded text begins; empty when there is none."""
    known = ways()
    for length in range(min(len(plain), longest()), 1, -1):
        if plain[:length] in known:
            return plain[:length]
    return ""


def _unknown(plain: str) -> Municipality:
    return Municipality(folded_prefecture(plain), "", "", "")


@cache
def fold() -> dict[str, str]:
    """Each character that is replaced, after the words."""
    return variant_bases() | FORMS


@cache
def _table() -> dict[int, str]:
    return str.maketrans(fold())


@cache
def _words() -> re.Pattern[str]:
    return re.compile("|".join(WORDS))


@cache
def any_prefecture() -> str:
    return f"^({'|'.join(prefectures())})"


@cache
def _prefecture_pattern() -> re.Pattern[str]:
    return re.compile(any_prefecture())


@cache
def county() -> str:
    return f"^({'|'.join(prefectures())})?[^0-9]{{1,5}}?(?:郡|支庁|振興局)"


@cache
def ways() -> dict[str, Municipality]:
    return ways_to_write(folded)


@cache
def longest() -> int:
    return max(len(way) for way in ways())
