"""CP932 and UTF-8, strictly: nothing is guessed, nothing is replaced."""

import codecs
from typing import Final

BOM: Final = codecs.BOM_UTF8
# Python's cp932 lets the lone bytes 80, A0 and FD to FF pass as these; CP932 has no such characters.
_NOT_CP932: Final = ("\x80", "\uf8f0", "\uf8f1", "\uf8f2", "\uf8f3")


def decode(data: bytes, charset: str) -> str:
    """The text of `data`; UnicodeDecodeError where a byte is not in the character set."""
    text = data.decode(charset)
    if charset == "cp932" and any(each in text for each in _NOT_CP932):
        raise UnicodeDecodeError(charset, b"", 0, 1, "a lone byte 80, A0 or FD to FF")
    return text
