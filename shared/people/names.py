"""Names in kanji or Latin letters: two parts, and the key under which two writings count as the same."""

import re
from functools import cache

from shared.people.characters import (
    compatible,
    variant_bases,
    without_marks,
)
from shared.people.kana import (
    TO_CAPITALS,
    TO_KATAKANA,
    TO_LARGE,
)

TWO_PARTS = "^[^ \u3000]+[ \u3000][^ \u3000]+([ \u3000][^ \u3000]+)*$"
_KANA = {source: TO_LARGE.get(kana, kana) for source, kana in (TO_KATAKANA | TO_LARGE).items()}
_DASHES = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\u2500", "-")
_DOTS = dict.fromkeys("\u30fb\u00b7.,'\u2019", "")
FORM = _KANA | TO_CAPITALS | _DASHES | _DOTS
_FORM_TABLE = str.maketrans(FORM)
REPEATED = "([^々])々+"


def in_two_parts(text: str) -> bool:
    """Two or more parts (foreign names may have more), one blank of either width between them, none around."""
    return re.fullmatch(TWO_PARTS[1:-1], text, re.DOTALL) is not None


def form_key(text: str) -> str:
    """Width, blanks, case, kana form and 々 folded; the characters themselves as written."""
    return re.sub(REPEATED, r"\1\1", compatible(without_marks(text).translate(_FORM_TABLE)))


def kanji_key(text: str) -> str:
    """`form_key` with each variant character (異体字) replaced by its base, one hop; idempotent."""
    return form_key(text).translate(_variant_table())


@cache
def _variant_table() -> dict[int, str]:
    return {ord(variant): base for variant, base in variant_bases().items()}
