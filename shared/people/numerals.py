"""Numerals in addresses: 一丁目二番三号, 1丁目2番地の3 and 1-2-3 are one.

A kanji numeral is read only where a unit follows it; 三田 and 八丁堀 stay as they are. Before 丁目 only a numeral of
the form 二十三 counts, because 又八四丁目 is the fourth chome of 又八. Elsewhere 二三番地 is 23 as well.
"""

import re

DIGITS = "一二三四五六七八九"
_VALUE = {digit: number for number, digit in enumerate("〇" + DIGITS)}
_PLACE = {"十": 10, "百": 100, "千": 1000}
ANY = "[〇一二三四五六七八九十百千]"
_CHOME = f"(?:[{DIGITS}]?十[{DIGITS}]?|[{DIGITS}])"
# A unit and what stands for it: a hyphen where numbers follow one another, itself where it belongs to the town's name.
UNITS = {
    "番町": "番町",
    "番地ノ": "-",
    "番地": "-",
    "番ノ": "-",
    "番": "-",
    "号線": "号線",
    "号室": "",
    "号棟": "棟",
    "号ノ": "-",
    "号": "-",
    "条": "条",
    "線": "線",
    "地割": "地割",
    "階": "F",
}
# 丁 alone marks the chome in 堺市; 丁町 is part of names.
ALL_UNITS = {"丁目": "-", "丁町": "丁町", "丁": "-"} | UNITS
# What may follow a numeral that stands after a unit: another number, or a building in katakana or Latin letters.
AFTER = "-|ノ|号|$|[ァ-チテ-ネハ-ヴA-Z]"
ORDINAL = "第([0-9]+地割)"
UNIT = "|".join(UNITS)
_PLAIN_ANY = re.compile(ANY)
_PLAIN_ORDINAL = re.compile(ORDINAL)
_PLAIN_OF = re.compile("(?<=[0-9])ノ(?=[0-9])")
_PLAIN_HYPHENS = re.compile("--+")
_PLAIN_UNIT = re.compile(f"([0-9])({'|'.join(ALL_UNITS)})")
_PLAIN_CHOME = re.compile(f"({_CHOME})丁目")
_PLAIN_NUMERAL = re.compile(f"({ANY}+)(?={UNIT}|ノ(?:[0-9]|{ANY}))")
_PLAIN_AFTER = re.compile(f"(?<=[0-9][-ノ])({ANY}+)(?={AFTER})")


def number(numeral: str) -> int | None:
    """二十三 and 二三 are 23; None when the numeral is of neither form."""
    if all(character in _VALUE for character in numeral):
        return int("".join(str(_VALUE[character]) for character in numeral))
    if not re.fullmatch(f"(?:[{DIGITS}]?千)?(?:[{DIGITS}]?百)?(?:[{DIGITS}]?十)?[{DIGITS}]?", numeral):
        return None
    total, digit = 0, 0
    for character in numeral:
        if character in _PLACE:
            total, digit = total + (digit or 1) * _PLACE[character], 0
        else:
            digit = _VALUE[character]
    return total + digit


def with_hyphens(text: str) -> str:
    """Numbers in Arabic digits with a hyphen where a unit stood; expects folded text (の as ノ, every dash as -)."""
    if _PLAIN_ANY.search(text) is None:
        return _joined(_PLAIN_UNIT.sub(_marked, text))
    arabic = _PLAIN_CHOME.sub(lambda match: f"{number(match[1])}丁目", text)
    arabic = _PLAIN_NUMERAL.sub(_arabic, arabic)
    return _joined(_PLAIN_AFTER.sub(_arabic, _PLAIN_UNIT.sub(_marked, arabic)))


def _marked(match: re.Match[str]) -> str:
    return match[1] + ALL_UNITS[match[2]]


def _arabic(match: re.Match[str]) -> str:
    value = number(match[1])
    return match[1] if value is None else str(value)


def _joined(text: str) -> str:
    hyphened = _PLAIN_HYPHENS.sub("-", _PLAIN_OF.sub("-", text))
    return _PLAIN_ORDINAL.sub(r"\1", hyphened) if "第" in hyphened else hyphened
