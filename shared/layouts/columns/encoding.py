"""Text as CP932 or UTF-8 bytes: what CP932 does not hold becomes `■`, and is counted."""

import codecs
import re
from typing import Final

import polars as pl

GETA: Final = "■"
# The same JIS X 0208 character under another code point: written with the one that CP932 knows.
_TWINS: Final = {"\u301c": "～", "\u2016": "∥", "\u2014": "―", "\u00a2": "￠", "\u00a3": "￡", "\u00ac": "￢"}
# A character with a variation selector is one character, and CP932 has none of them.
_PRIVATE: Final = "[\x80\ue000-\uf8ff]"
_SELECTOR: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_VARIANT: Final = re.compile("[^\ufe00-\ufe0f\U000e0100-\U000e01ef][\ufe00-\ufe0f\U000e0100-\U000e01ef]+")


def encode(text: str, charset: str) -> tuple[bytes, int]:
    """The bytes of `text`, and how many characters had to be written as `■` because the set does not hold them.

    Private-use characters count as not held: what stands in their places differs from machine to machine.
    """
    if charset != "cp932":
        return text.encode(charset), 0
    try:
        plain = text.encode(charset)
        if not pl.Series([text]).str.contains(_PRIVATE)[0]:
            return plain, 0
    except UnicodeEncodeError:
        pass
    known = text.count(GETA)
    for twin, same in _TWINS.items():  # several times faster than translate, and there is a lot of text
        text = text.replace(twin, same)
    if _SELECTOR.search(text):
        text = _VARIANT.sub(GETA, text)
    text = re.sub(_PRIVATE, GETA, text)
    encoded = text.encode(charset, errors="shokai-geta")
    return encoded, encoded.decode(charset).count(GETA) - known


def _geta(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return GETA * (error.end - error.start), error.end


codecs.register_error("shokai-geta", _geta)
