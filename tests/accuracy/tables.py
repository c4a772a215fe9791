"""The tables of `tables.toml`, read once, and the letter games that they allow."""

import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

_KATAKANA = {at: at + 0x60 for at in range(0x3041, 0x3097)}


@cache
def tables() -> dict[str, Any]:
    """The whole file."""
    return tomllib.loads((Path(__file__).parent / "tables.toml").read_text("utf-8"))


@cache
def old_forms() -> dict[str, str]:
    """Modern character -> its other forms, one string."""
    return dict(tables()["same_character"])


@cache
def modern_forms() -> dict[int, str]:
    """Every other form -> the modern one, for `str.translate`."""
    return {ord(old): modern for modern, olds in old_forms().items() for old in olds}


def same_letters(text: str) -> str:
    """The text with modern forms of characters only, kana as katakana, without variation selectors and blanks."""
    letters = unicodedata.normalize("NFKC", text)
    plain = "".join(letter for letter in letters if not ("\U000e0100" <= letter <= "\U000e01ef" or letter.isspace()))
    return plain.translate(modern_forms()).translate(_KATAKANA)
