"""The character classes of the layouts as patterns of Python; private use (外字) and blanks."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from shared.layouts import character_classes

PRIVATE_USE: Final = r"\u{e000}-\u{f8ff}\u{f0000}-\u{10fffd}"
BLANKS: Final = " \u3000"
READABLE_SERIAL: Final = "^[0-9]{1,18}$"


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


def _pattern(declared: str) -> re.Pattern[str]:
    """A pattern in which `\\u{…}` is a character by its number, as the data files write it."""
    return re.compile(re.sub(r"\\u\{([0-9a-f]+)\}", lambda match: f"\\U{int(match[1], 16):08x}", declared))
