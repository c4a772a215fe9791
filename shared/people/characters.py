"""Characters: which cannot be judged, which the usual sets lack, and what is never part of a text's meaning."""

import re
import unicodedata
from functools import cache

# Private use (外字), and what systems print in place of a character that they lost.
UNREADABLE = "[\ue000-\uf8ff\U000f0000-\U0010ffff\u3013\u25a0\u25a1\ufffd]"
PRIVATE_USE = "[\ue000-\uf8ff\U000f0000-\U0010ffff]"
# Ideographs that are another one's compatibility form.
COMPATIBILITY = "[\uf900-\ufaff\U0002f800-\U0002fa1f]"
SELECTORS = "[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"
KANJI = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"


def has_private_use(text: str) -> bool:
    """Whether a private-use (外字) character stands in the text."""
    return re.search(PRIVATE_USE, text) is not None


def is_unreadable(text: str) -> bool:
    """Whether a character in the text cannot be judged: private use, or a mark printed for a lost character."""
    return re.search(UNREADABLE, text) is not None


def outside_jis_levels(text: str) -> bool:
    """Whether a kanji outside JIS level 1 and 2 (JIS X 0208) stands in the text."""
    return any(character not in jis_kanji() for character in re.findall(f"[{KANJI}]", text))


def character_set(character: str) -> str:
    """The smallest set that holds a kanji: jis-x-0208 (levels 1 and 2), cp932, jis-x-0213, other, or private-use."""
    if has_private_use(character):
        return "private-use"
    if character in jis_kanji():
        return "jis-x-0208"
    for name, codec in (("cp932", "cp932"), ("jis-x-0213", "euc_jis_2004")):
        if character.encode(codec, errors="ignore"):
            return name
    return "other"


def compatibility_forms(text: str) -> list[str]:
    """The compatibility ideographs in the text, in order."""
    return [character for character in re.findall(COMPATIBILITY, text) if compatible(character) != character]


def without_selectors(text: str) -> str:
    """Variation selectors (IVS, SVS and the Mongolian ones) dropped."""
    return re.sub(SELECTORS, "", text)


def compatible(text: str) -> str:
    """Full and half width and other compatibility forms folded (NFKC)."""
    return unicodedata.normalize("NFKC", text)


def is_blank(text: str) -> bool:
    """Whether nothing but blanks, controls and variation selectors stands in the text."""
    return DROPPED.sub("", text) == ""


def without_marks(text: str) -> str:
    """Compatibility forms folded (NFKC), then blanks, controls and variation selectors dropped."""
    return unicodedata.normalize("NFKC", DROPPED.sub("", unicodedata.normalize("NFKC", text)))


@cache
def jis_kanji() -> str:
    """The 6,355 kanji of levels 1 and 2: rows 16 to 84."""
    codes = (bytes((0xA0 + row, 0xA0 + cell)) for row in range(16, 85) for cell in range(1, 95))
    return "".join(code.decode("euc_jp", errors="ignore") for code in codes)


# Blanks, controls, zero-width characters and variation selectors: never part of what a name or address says.
DROPPED = re.compile(
    "[\\x00-\\x20\\x7f-\\xa0\u00ad\u034f\u061c\u1680\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000"
    "\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
