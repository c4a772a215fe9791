"""Kana: half and full width, and the folding under which two readings count as the same.

The folding follows the public standard for resident-record systems: voiced, semi-voiced and plain kana alike; small
kana as large; hyphens, dashes and long marks of every kind alike; ウ after the オ row as a long オ; blanks and middle
dots ignored. A run of the same vowel is one long mark, so that オオノ, オーノ and オウノ share a key. A reading without
its long marks (オノ for オーノ) agrees through `kana_bare_key`.
"""

import re
import unicodedata

TO_KATAKANA = {chr(code): chr(code + 0x60) for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}
TO_LARGE = dict(zip("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ", strict=True))
OLD = {"ヰ": "イ", "ヱ": "エ"}
TO_CAPITALS = {chr(code): chr(code - 32) for code in range(ord("a"), ord("z") + 1)}
LONG_MARKS = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2500\u2501\u30a0\u30fc\uff0d\uff70\u007e\u301c\uff5e"
_MARKS = dict.fromkeys(LONG_MARKS, "ー")


def _large(folded: dict[str, str]) -> dict[str, str]:
    """Each small or old kana and its hiragana straight to its large katakana, so that one pass folds all."""
    return {source: OLD.get(TO_LARGE.get(kana, kana), TO_LARGE.get(kana, kana)) for source, kana in folded.items()}


FOLD = _large(TO_KATAKANA | TO_LARGE | OLD) | TO_CAPITALS | _MARKS
_FOLD_TABLE = str.maketrans(FOLD)
# Sound marks (made combining by NFKD), accents, blanks, punctuation between the parts of foreign names.
DROPPED = (
    "[\u0300-\u036f\u3099\u309a\u3000\u30fb\uff65\u00b7\u2022.,'\u2019\\x00-\\x20\\x7f-\\xa0\u1680"
    "\u2000-\u200f\u2028-\u202f\u205f-\u206f\ufe00-\ufe0f\ufeff]"
)
_SOUND_MARKS = "[\u3099\u309a]"
_DROPPED_FORM = DROPPED.replace("\u3099\u309a", "")
_FORM_TABLE = str.maketrans(TO_KATAKANA | OLD | {"ゐ": "イ", "ゑ": "エ"} | TO_CAPITALS | _MARKS)
_LARGE_TABLE = str.maketrans(TO_LARGE)
_PRESENT_SOUNDS = {"ツ\u3099": "ス\u3099", "チ\u3099": "シ\u3099", "ヲ": "オ"}
_ROWS = {
    "アカサタナハマヤラワ": "ア",
    "イキシチニヒミリ": "イ",
    "ウクスツヌフムユル": "ウ",
    "エケセテネヘメレ": "エ",
    "オコソトノホモヨロヲ": "オウ",
}
LONG = "|".join(f"([{row}])[{vowel}ー]+" for row, vowel in _ROWS.items())
_SMALL = {large: small for small, large in TO_LARGE.items()}
_LONG_FORM = "|".join(
    f"([{row}{''.join(_SMALL.get(kana, '') for kana in row)}]{_SOUND_MARKS}?)[{vowel}ー]+"
    for row, vowel in _ROWS.items()
)
LONG_ALONE = "ーー+"
TO_HALF = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF61, 0xFF9E)} | {
    "\u3099": "ﾞ",
    "\u309a": "ﾟ",
    "ヮ": "ﾜ",
    "ヵ": "ｶ",
    "ヶ": "ｹ",
    "ヰ": "ｲ",
    "ヱ": "ｴ",
}
TO_HALF |= {hira: TO_HALF[kata] for hira, kata in TO_KATAKANA.items() if kata in TO_HALF}
TO_HALF |= {mark: "ｰ" for mark in LONG_MARKS if not mark.isascii()}
_HALF_TABLE = str.maketrans(TO_HALF)


def kana_key(text: str) -> str:
    """Readings with the same key are the same by rule; idempotent."""
    return _long_marks(_folded(text))


def kana_bare_key(text: str) -> str:
    """The key of the reading with its long marks left out as written."""
    return _long_marks(_folded(text).replace("ー", ""))


def half_width_kana(text: str) -> str:
    """The reading in half-width kana, Latin letters and digits, one half-width blank between parts.

    A voiced kana becomes two characters. What has no half-width form stays as it is.
    """
    decomposed = unicodedata.normalize("NFKD", text)
    return re.sub(" +", " ", decomposed.translate(_HALF_TABLE)).strip(" ")


def kana_form(text: str) -> str:
    """Width, kana kind, old kana, case, blanks and the kind of long mark folded; voiced kana as two characters."""
    return re.sub(_DROPPED_FORM, "", unicodedata.normalize("NFKD", text)).translate(_FORM_TABLE)


def with_present_sounds(form: str) -> str:
    """Kana of a `kana_form` that sound alike today as one: ヅ as ズ, ヂ as ジ, ヲ as オ (現代仮名遣い)."""
    for kana, sound in _PRESENT_SOUNDS.items():
        form = form.replace(kana, sound)
    return form


def without_sound_marks(form: str) -> str:
    """Voiced and semi-voiced kana of a `kana_form` as plain ones."""
    return re.sub(_SOUND_MARKS, "", form)


def with_large_kana(form: str) -> str:
    """Small kana of a `kana_form` as large ones."""
    return form.translate(_LARGE_TABLE)


def with_long_marks(form: str) -> str:
    """Long vowels of a `kana_form` as one long mark each."""
    marked = re.sub(_LONG_FORM, lambda match: "".join(part or "" for part in match.groups()) + "ー", form)
    return re.sub(LONG_ALONE, "ー", marked)


def _folded(text: str) -> str:
    return re.sub(DROPPED, "", unicodedata.normalize("NFKD", text)).translate(_FOLD_TABLE)


def _long_marks(folded: str) -> str:
    marked = re.sub(LONG, lambda match: "".join(part or "" for part in match.groups()) + "ー", folded)
    return re.sub(LONG_ALONE, "ー", marked)
