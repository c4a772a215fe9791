"""Numbers of people in a stream of bytes, in whatever way they are written; constant memory.

Twelve digits with the check digit of an individual number, eleven with that of a resident code: one run of digits in
eleven passes by chance, so what is inside an identifier, a digest or a fraction does not count.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from shared.people.check_digits import is_my_number, is_resident_code

PIECE: Final = 1024 * 1024
CONTEXT: Final = 96
ENCODINGS: Final = ("utf-8", "utf-16-le", "utf-16-be", "cp932", "euc_jp")
SHORTEST: Final = 11
LENGTHS: Final = (11, 12)
# The zero in each way of writing, and which of its bytes tells the digit: the others are the same for all ten.
_ZEROS: Final[Mapping[str, tuple[bytes, int]]] = {
    "half": (b"0", 0),
    "half_utf16le": (b"0\x00", 0),
    "half_utf16be": (b"\x000", 1),
    "full_utf8": ("０".encode(), 2),
    "full_cp932": ("０".encode("cp932"), 1),
    "full_eucjp": ("０".encode("euc_jp"), 1),
    "full_utf16le": ("０".encode("utf-16-le"), 0),
    "full_utf16be": ("０".encode("utf-16-be"), 1),
    "full_escaped": (rb"\uff10", 5),
}
_LONGEST: Final = 12 * max(len(zero) for zero, _ in _ZEROS.values())
# Identifiers and digests: UUIDs (36 characters), SHA-1 and SHA-256 in hexadecimal, what is written in base 64.
_HEX_BEFORE: Final = re.compile(rb"[0-9a-fA-F-]*\Z")
_HEX_AFTER: Final = re.compile(rb"[0-9a-fA-F-]*")
_TOKEN_BEFORE: Final = re.compile(rb"[0-9A-Za-z+/_=-]*\Z")
_TOKEN_AFTER: Final = re.compile(rb"[0-9A-Za-z+/_=-]*")
_FRACTION: Final = re.compile(rb"[0-9]\.\Z")
SHORTEST_HEX: Final = 32
SHORTEST_TOKEN: Final = 43


@dataclass(frozen=True, slots=True)
class Hit:
    """What was found and where it begins. `value` is for comparing in memory: it is never shown."""

    kind: str
    written: str
    at: int
    value: str


class Seeker:
    """Looks for numbers, and for known texts given by name (canaries)."""

    def __init__(self, texts: Mapping[str, str] | None = None) -> None:
        self._needles = [
            (name, encoding, needle)
            for name, text in (texts or {}).items()
            for encoding, needle in _written(text).items()
        ]
        self._longest = max([_LONGEST, *(len(needle) for _, _, needle in self._needles)])

    def seek(self, read: Callable[[int], bytes]) -> Iterator[Hit]:
        """All hits of a stream in one pass; `read(size)` gives the next bytes, none at the end."""
        window, base, done = b"", 0, 0
        while True:
            piece = read(PIECE)
            window += piece
            limit = max(len(window) - self._longest - CONTEXT, 0) if piece else len(window)
            for hit in self._hits(window):
                if done <= base + hit.at < base + limit or (not piece and base + hit.at >= done):
                    yield Hit(hit.kind, hit.written, base + hit.at, hit.value)
            if not piece:
                return
            done = base + limit
            cut = max(limit - CONTEXT, 0)
            window, base = window[cut:], base + cut

    def seek_in(self, data: bytes) -> Iterator[Hit]:
        """All hits of a text that fits in memory."""
        return self._hits(data)

    def _hits(self, window: bytes) -> Iterator[Hit]:
        for written, start, end, value in _runs(window):
            kind = _kind(value)
            if kind and not (written == "half" and _is_no_number(window, start, end)):
                yield Hit(kind, written, start, value)
        for name, encoding, needle in self._needles:
            at = window.find(needle)
            while at >= 0:
                yield Hit(f"text:{name}", encoding, at, name)
                at = window.find(needle, at + 1)


def _kind(value: str) -> str:
    if is_my_number(value):
        return "my_number"
    return "resident_code" if is_resident_code(value) else ""


def _runs(window: bytes) -> Iterator[tuple[str, int, int, str]]:
    """Runs of eleven or twelve digits: how written, from where to where, the digits.

    All digits are made zeros first, so that a run is found as a plain text: far faster than any pattern.
    """
    levelled: dict[int, bytes] = {}
    for written, (zero, place) in _ZEROS.items():
        level = levelled.get(zero[place])
        if level is None:
            level = levelled[zero[place]] = window.translate(_levels(zero[place]))
        unit, width = zero.translate(_levels(zero[place])), len(zero)
        needle = unit * SHORTEST
        start = level.find(needle)
        while start >= 0:
            end = start + len(needle)
            while level.startswith(unit, end):
                end += width
            if (end - start) // width in LENGTHS:
                yield written, start, end, _digits(window[start + place : end : width], zero[place])
            start = level.find(needle, end)


def _digits(told: bytes, zero: int) -> str:
    return "".join(str(byte - zero) for byte in told)


@cache
def _levels(zero: int) -> bytes:
    return bytes(zero if zero <= byte <= zero + 9 else byte for byte in range(256))


def _is_no_number(window: bytes, start: int, end: int) -> bool:
    before, after = window[max(start - CONTEXT, 0) : start], window[end : end + CONTEXT]
    if _FRACTION.search(before):
        return True
    digits = end - start
    return (
        _around(_HEX_BEFORE, before, _HEX_AFTER, after) + digits >= SHORTEST_HEX
        or _around(_TOKEN_BEFORE, before, _TOKEN_AFTER, after) + digits >= SHORTEST_TOKEN
    )


def _around(left: re.Pattern[bytes], before: bytes, right: re.Pattern[bytes], after: bytes) -> int:
    found, following = left.search(before), right.match(after)
    return len(found.group() if found else b"") + len(following.group() if following else b"")


def _written(text: str) -> dict[str, bytes]:
    found: dict[bytes, str] = {}
    for encoding in ENCODINGS:
        try:
            found.setdefault(text.encode(encoding), encoding)
        except UnicodeEncodeError:
            continue
    return {encoding: needle for needle, encoding in found.items()}
