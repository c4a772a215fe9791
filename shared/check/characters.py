"""The character classes of the layouts as patterns of Python; private use (外字) and blanks."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from shared.layouts import character_classes

PRIVATE_USE: Final = r"\u{e000}-\u{f8ff}\u{f0000}-\u{10fffd}"
BLANKS: Final = " \u3000"
READABLE_SERIAL: Final = "^[0-9]{1,18}$"
# Characters younger than Unicode 14 that a younger library folds and an older one does not. No field may hold them, so
# that they are hidden from the rules that fold: the verdict must not depend on the age of what it runs on.
YOUNG: Final = (
    r"\u{897}\u{1acf}-\u{1aeb}\u{a7f1}\u{105c9}-\u{105e4}\u{10d69}-\u{10d6d}\u{10efa}-\u{10eff}\u{11383}-\u{113d0}"
    r"\u{11f41}-\u{11f42}\u{16121}-\u{1612f}\u{16d68}-\u{16d6a}\u{1ccd6}-\u{1ccf9}\u{1e030}-\u{1e08f}\u{1e4ec}-\u{1e6f5}"
)
HIDDEN: Final = "\ufffd"
FOLDED: Final[tuple[str, ...]] = ("name_kana", "name_kanji", "address", "inquiry_number")
"""The fields whose values some rule folds."""
# What stands beyond is too long anyway, and no rule is to take for ever over it.
FOLDED_CHARS: Final = 1000


@dataclass(frozen=True)
class ClassPatterns:
    """What to search a value for: anything beyond the class, and each kind of it; None where the class has no such."""

    suspicious: re.Pattern[str]
    private_use: re.Pattern[str]
    wrong: re.Pattern[str]
    outside: re.Pattern[str] | None
    tolerated: re.Pattern[str] | None


@cache
def class_patterns(name: str) -> ClassPatterns:
    """The patterns of a character class, as `shared/layouts/data/characters.toml` explains its parts."""
    kind = character_classes()[name]
    known = f"{kind.allowed}{kind.tolerated}"
    if kind.misplaced:
        wrong = f"(?=[{kind.misplaced}])[^{known}]"
        outside = f"[^{known}{kind.misplaced}{PRIVATE_USE}]"
    else:
        wrong, outside = f"[^{known}{PRIVATE_USE}]", ""
    return ClassPatterns(
        suspicious=_pattern(f"[^{kind.allowed}]"),
        private_use=_pattern(f"[{PRIVATE_USE}]"),
        wrong=_pattern(wrong),
        outside=_pattern(outside) if outside else None,
        tolerated=_pattern(f"[{kind.tolerated}]") if kind.tolerated else None,
    )


def foldable(text: str) -> str:
    """The text's beginning, with U+FFFD for every character that not every library folds alike."""
    text = text[:FOLDED_CHARS]
    return text if text.isascii() else _young().sub(HIDDEN, text)


@cache
def _young() -> re.Pattern[str]:
    return _pattern(f"[{YOUNG}]")


def _pattern(declared: str) -> re.Pattern[str]:
    """A pattern in which `\\u{…}` is a character by its number, as the data files write it."""
    return re.compile(re.sub(r"\\u\{([0-9a-f]+)\}", lambda match: f"\\U{int(match[1], 16):08x}", declared))
