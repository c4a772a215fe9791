"""Numerals in addresses: 一丁目二番三号, 1丁目2番地の3 and 1-2-3 are one.

A kanji numeral is read only where a unit follows it; 三田 and 八丁堀 stay as they are. Before 丁目 only a numeral of
the form 二十三 counts, because 又八四丁目 is the fourth chome of 又八. Elsewhere 二三番地 is 23 as well.
"""

import re

import polars as pl

_DIGITS = "一二三四五六七八九"
_VALUE = {digit: number for number, digit in enumerate("〇" + _DIGITS)}
_PLACE = {"十": 10, "百": 100, "千": 1000}
_ANY = "[〇一二三四五六七八九十百千]"
_CHOME = f"(?:[{_DIGITS}]?十[{_DIGITS}]?|[{_DIGITS}])"
# A unit and what stands for it: a hyphen where numbers follow one another, itself where it belongs to the town's name.
_UNITS = {
    "番町": "番町",
    "番地ノ": "-",
    "番地": "-",
    "番ノ": "-",
    "番": "-",
    "号線": "号線",
    "号室": "",
    "号棟": "棟",
    "号": "-",
    "条": "条",
    "線": "線",
    "地割": "地割",
    "階": "F",
}
_ALL_UNITS = {"丁目": "-"} | _UNITS
_UNIT = "|".join(_UNITS)
_PLAIN_UNIT = re.compile(f"([0-9])({'|'.join(_ALL_UNITS)})")
_PLAIN_CHOME = re.compile(f"({_CHOME})丁目")
_PLAIN_NUMERAL = re.compile(f"({_ANY}+)(?={_UNIT}|ノ(?:[0-9]|{_ANY}))")
_PLAIN_AFTER = re.compile(f"(?<=[0-9][-ノ])({_ANY}+)(?=-|ノ|号|$)")
# What the table of the column form does not hold; such rows take the plain rule.
_RARE = (
    f"{_ANY}{{4}}|[〇十百千]{_ANY}{{2}}|{_ANY}[〇一二三四五六七八九百千]{_ANY}|{_ANY}{{2}}[〇十百千]"
    f"|[〇百千](?:{_ANY}|{_UNIT}|ノ)|{_ANY}[〇百千]|十十|{_ANY}ノ(?:[0-9]|{_ANY})"
    f"|(?:[0-9]|目|番|地|号)[-ノ]?{_ANY}+(?:-|ノ|号|$)"
)


def number(numeral: str) -> int | None:
    """二十三 and 二三 are 23; None when the numeral is of neither form."""
    if all(character in _VALUE for character in numeral):
        return int("".join(str(_VALUE[character]) for character in numeral))
    if not re.fullmatch(f"(?:[{_DIGITS}]?千)?(?:[{_DIGITS}]?百)?(?:[{_DIGITS}]?十)?[{_DIGITS}]?", numeral):
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
    arabic = _PLAIN_CHOME.sub(lambda match: f"{number(match[1])}丁目", text)
    arabic = _PLAIN_NUMERAL.sub(_arabic, arabic)
    hyphened = _PLAIN_UNIT.sub(lambda match: match[1] + _ALL_UNITS[match[2]], arabic)
    hyphened = _PLAIN_AFTER.sub(_arabic, hyphened)
    return _joined(hyphened)


def with_hyphens_column(column: pl.Expr) -> pl.Expr:
    """`with_hyphens` over a column."""
    usual = column.str.replace_many(_TABLE, leftmost=True)
    for _ in range(2):  # neighbouring matches share a digit
        usual = usual.str.replace_all("([0-9])ノ([0-9])", "${1}-${2}")
    usual = usual.str.replace_all("--+", "-")
    rare = pl.when(column.str.contains(_RARE)).then(column).map_batches(_plainly, return_dtype=pl.String)
    return pl.coalesce(rare, usual)


def _arabic(match: re.Match[str]) -> str:
    value = number(match[1])
    return match[1] if value is None else str(value)


def _joined(text: str) -> str:
    return re.sub("--+", "-", re.sub("(?<=[0-9])ノ(?=[0-9])", "-", text))


def _plainly(texts: pl.Series) -> pl.Series:
    distinct = texts.drop_nulls().unique()
    if distinct.is_empty():
        return pl.repeat(None, len(texts), dtype=pl.String, eager=True).alias(texts.name)
    plain = pl.Series([with_hyphens(text) for text in distinct], dtype=pl.String)
    return texts.replace_strict(distinct, plain, default=None, return_dtype=pl.String)


def _tens() -> dict[str, int]:
    """一 … 九十九."""
    ones = ["", *_DIGITS]
    tens = ["", "十", *(f"{digit}十" for digit in _DIGITS)]
    spelt = {ten + one: number(ten + one) for ten in tens for one in ones if ten + one}
    return {numeral: value for numeral, value in spelt.items() if value is not None}


def _table() -> dict[str, str]:
    tens = _tens()
    pairs = {first + second: number(first + second) or 0 for first in _DIGITS for second in _DIGITS}
    table = {f"{numeral}丁目": f"{value}-" for numeral, value in tens.items()}
    for unit, mark in _ALL_UNITS.items():
        table |= {f"{digit}{unit}": f"{digit}{mark}" for digit in range(10)}
    for unit, mark in _UNITS.items():
        table |= {f"{numeral}{unit}": f"{value}{mark}" for numeral, value in (tens | pairs).items()}
    return table


_TABLE = _table()
