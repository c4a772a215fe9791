"""Names in kanji or Latin letters: the keys under which two writings count as the same, and the parts of a name."""

import re
import unicodedata

from shared.people.characters import compatible, without_marks
from shared.people.kana import TO_CAPITALS, TO_KATAKANA, TO_LARGE
from shared.people.variants import OLD_FORM, SAME_CHARACTER, variant_table

TWO_PARTS = "^[^ \u3000]+[ \u3000][^ \u3000]+([ \u3000][^ \u3000]+)*$"
_KANA = {source: TO_LARGE.get(kana, kana) for source, kana in (TO_KATAKANA | TO_LARGE).items()}
DASHES = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\u2500", "-")
POINTS = dict.fromkeys("\u30fb\u00b7.,'\u2019", "")
_LETTERS = {"ß": "SS", "Æ": "AE", "Œ": "OE", "Ø": "O", "Ł": "L", "Đ": "D", "Ð": "D", "Þ": "TH", "ı": "I"}
_MARKED = (chr(code) for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)))
ACCENTS = {chr(code): "" for code in range(0x300, 0x370)} | {
    letter: base.upper() for letter in _MARKED if (base := unicodedata.normalize("NFKD", letter)[0]).isascii()
}
ACCENTS |= _LETTERS | {letter.lower(): base for letter, base in _LETTERS.items()}
FORM = _KANA | TO_CAPITALS | ACCENTS | DASHES | POINTS
_FORM_TABLE = str.maketrans(FORM)
REPEATED = "([^々])々+"


def in_two_parts(text: str) -> bool:
    """Two or more parts (foreign names may have more), one blank of either width between them, none around."""
    return re.fullmatch(TWO_PARTS[1:-1], text, re.DOTALL) is not None


def form_key(text: str) -> str:
    """Width, blanks, case, kana form and 々 folded; the characters themselves as written."""
    alike = compatible(without_marks(text).translate(_FORM_TABLE))
    return compatible(re.sub(REPEATED, r"\1\1", alike)) if "々" in alike else alike


def kanji_key(text: str) -> str:
    """`form_key` with each variant character (異体字) replaced by its base, one hop; idempotent."""
    return form_key(text).translate(variant_table())


def same_character_key(form: str) -> str:
    """A `form_key` with each character that is another one written differently replaced by it."""
    return form.translate(variant_table(SAME_CHARACTER))


def new_form_key(form: str) -> str:
    """A `form_key` with old forms of characters replaced by new ones."""
    return form.translate(variant_table(OLD_FORM))


def is_latin(text: str) -> bool:
    """Whether the name is written in Latin letters alone."""
    return re.fullmatch("[A-Z-]+", form_key(text)) is not None


def latin_parts(text: str) -> tuple[str, ...]:
    """The parts of a name in Latin letters: a blank, comma or hyphen stands between two."""
    return tuple(part for part in re.split("[ ,-]+", _spaced(text)) if part)


def parts(text: str) -> tuple[str, ...]:
    """What blanks of any kind keep apart."""
    return tuple(text.split())


def _spaced(text: str) -> str:
    pieces = (form_key(piece) for piece in re.split("[\\s\u3000,，]+", text))
    return " ".join(piece for piece in pieces if piece)
