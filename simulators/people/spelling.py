"""How people outside the registry write what the registry holds."""

import re
import unicodedata

from simulators.people.addresses import FULL_WIDTH_DIGITS
from simulators.people.tables import modern_characters

_FULL_TO_HALF = str.maketrans({full: half for half, full in FULL_WIDTH_DIGITS.items()})
_HALF_TO_FULL = str.maketrans(FULL_WIDTH_DIGITS)
_KANA = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンァィゥェォッャュョー"
)
_HALF = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｧｨｩｪｫｯｬｭｮｰ"
_TO_HALF_KANA = str.maketrans(dict(zip(_KANA, _HALF, strict=True)) | {"\u3099": "ﾞ", "\u309a": "ﾟ", "　": " "})
_NUMERALS = "一二三四五六七八九十"
_ERAS = (("9", 2019, "20190501"), ("7", 1989, "19890108"), ("5", 1926, "19261225"), ("3", 1912, "19120730"))


def half_kana(text: str) -> str:
    """サトウ　ハナコ -> half-width kana with a half-width space; sound marks become characters of their own."""
    return unicodedata.normalize("NFD", text).translate(_TO_HALF_KANA)


def half_digits(text: str) -> str:
    """Full-width digits and hyphens written half width."""
    return text.translate(_FULL_TO_HALF)


def hyphenated(address: str) -> str:
    """二丁目４番１号 -> ２－４－１, ９８番地２ -> ９８－２."""
    text = re.sub(f"([{_NUMERALS}]+)丁目(?=[0-9０-９])", lambda found: f"{_full_number(found[1])}－", address)
    return re.sub(r"番地?(?=[0-9０-９])", "－", text).replace("番地", "").replace("号", "", 1)


def _full_number(numeral: str) -> str:
    """二十一 -> ２１, for the numbers below a hundred that towns have."""
    tens, ten, units = numeral.rpartition("十")
    value = _NUMERALS.index(units) + 1 if units else 0
    value += 10 * (_NUMERALS.index(tens) + 1 if tens else 1) if ten else 0
    return str(value).translate(_HALF_TO_FULL)


def modern(text: str) -> str:
    """Old characters written as the modern ones."""
    table = modern_characters()
    return "".join(table.get(character, character) for character in text)


def era_date(birth: str, *, beyond: bool = False) -> str:
    """Era code and YYMMDD; `beyond` goes on counting in the era before, as many offices did for some years."""
    at = next((at for at, (_, _, first) in enumerate(_ERAS) if birth >= first), None)
    at = at if at is None or not beyond else at + 1
    if at is None or at >= len(_ERAS):
        return birth
    code, first_year, _ = _ERAS[at]
    year = int(birth[:4]) - first_year + 1
    return f"{code}{year:02d}{birth[4:]}"


def encodable(text: str, charset: str) -> str:
    """What a plan writes when its character set lacks a character: the modern form, else a geta."""
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        table = modern_characters()
        return "".join(c if _fits(c, charset) else table.get(c, "〓") for c in text)
    return text


def _fits(character: str, charset: str) -> bool:
    try:
        character.encode(charset)
    except UnicodeEncodeError:
        return False
    return True
