"""The towns of every municipality from the list of towns, with their chome as numbers: 三軒茶屋 1-2."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from shared.people.addresses import FORMS, folded
from shared.people.numerals import number

LIST = "geolonia_towns_2024-01.csv"
_CHOME = re.compile("(.+?)([一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])(丁目|丁)")
# 丁 alone marks the chome in 堺市; elsewhere it is part of a name.
_CHO = "2714"
# The list still has the seven wards of 浜松市 that became three on 2024-01-01; of 北区 these towns went to 中央区.
_TO_CHUO = frozenset({"初生町", "三方原町", "東三方町", "豊岡町", "三幸町", "大原町", "根洗町"})
_RESTORED = {
    **{f"静岡県浜松市{ward}": "静岡県浜松市中央区" for ward in ("中区", "東区", "西区", "南区")},
    **{f"静岡県浜松市{ward}": "静岡県浜松市浜名区" for ward in ("北区", "浜北区")},
}

Towns = Mapping[str, Mapping[str, set[int]]]
"""Municipality code -> town without its chome -> the numbers of its chome; 0: the town itself."""


def read_towns(folder: Path, codes: Mapping[str, str]) -> Towns:
    """Every town; `codes` gives a municipality's code for its prefecture and name, folded."""
    towns: defaultdict[str, defaultdict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    with (folder / LIST).open(encoding="utf-8-sig", newline="") as file:
        for line in csv.DictReader(file):
            town = line["town"]
            if town and "（" not in town:
                code = codes[folded(_municipality(line["pref"] + line["city"], town))]
                base, chome = _parted(town, code)
                towns[code][base].add(chome)
    return towns


def town_lines(towns: Towns) -> Iterator[str]:
    """`131121,三軒茶屋 1-2,太子堂 1-5,…`: one line per municipality, in order of code."""
    for code in sorted(towns):
        yield ",".join((code, *(_town(base, towns[code][base]) for base in sorted(towns[code]))))


def _municipality(name: str, town: str) -> str:
    if name == "静岡県浜松市北区" and town in _TO_CHUO:
        return "静岡県浜松市中央区"
    return _RESTORED.get(name, name)


def twins(towns: Towns) -> Iterator[tuple[str, str]]:
    """Municipality code and folded name of towns that folding makes one: 大字日永 and 日永, 廣道 and 広道."""
    for code in sorted(towns):
        forms: defaultdict[str, set[str]] = defaultdict(set)
        for base in towns[code]:
            forms[folded(base)].add(compared(base))
        yield from ((code, key) for key in sorted(forms) if len(forms[key]) > 1)


def compared(town: str) -> str:
    """The name with width and kana made alike, with its 大字 and the characters as written."""
    return town.translate({ord(character): alike for character, alike in FORMS.items()})


def _parted(town: str, code: str) -> tuple[str, int]:
    match = _CHOME.fullmatch(town)
    if not match or (match[3] == "丁" and not code.startswith(_CHO)):
        return town, 0
    return match[1], number(match[2]) or 0


def _town(base: str, chome: set[int]) -> str:
    return base if chome == {0} else f"{base} {'.'.join(_ranges(sorted(chome)))}"


def _ranges(numbers: list[int]) -> Iterator[str]:
    """1-3 and 5 for 1, 2, 3, 5."""
    starts = [value for value in numbers if value - 1 not in numbers]
    ends = [value for value in numbers if value + 1 not in numbers]
    for start, end in zip(starts, ends, strict=True):
        yield str(start) if start == end else f"{start}-{end}"
