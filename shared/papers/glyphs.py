"""Which characters a typeface can show. A missing glyph prints as an empty box, so it is looked up before."""

import struct
from functools import lru_cache
from pathlib import Path
from typing import Final

_UNICODE_FULL: Final = 12
_UNICODE_BASIC: Final = 4


class FontUnusable(Exception):
    """The font file is not there or not a font that this program can read; printing stops rather than print boxes."""


@lru_cache(maxsize=4)
def characters_of(font: Path) -> frozenset[int]:
    """The code points that the font has a glyph for, from its character map (OpenType `cmap`, formats 4 and 12)."""
    try:
        data = font.read_bytes()
        tables = _subtables(data)
        if _UNICODE_FULL in tables:
            return frozenset(_format_12(data, tables[_UNICODE_FULL]))
        return frozenset(_format_4(data, tables[_UNICODE_BASIC]))
    except (OSError, struct.error, KeyError, IndexError) as error:
        raise FontUnusable(
            f"{font.name} is missing or cannot be read; see the setting SHOKAI_…_FONT of the service"
        ) from error


def _subtables(data: bytes) -> dict[int, int]:
    """Where each Unicode subtable begins, by format."""
    (count,) = struct.unpack_from(">H", data, 4)
    records = (struct.unpack_from(">4sIII", data, 12 + 16 * index) for index in range(count))
    start = next((offset for tag, _, offset, _ in records if tag == b"cmap"), None)
    if start is None:
        raise KeyError("cmap")
    (subtables,) = struct.unpack_from(">H", data, start + 2)
    found = {}
    for index in range(subtables):
        platform, _, offset = struct.unpack_from(">HHI", data, start + 4 + 8 * index)
        if platform in (0, 3):
            found[struct.unpack_from(">H", data, start + offset)[0]] = start + offset
    return found


def _format_12(data: bytes, at: int) -> set[int]:
    (groups,) = struct.unpack_from(">I", data, at + 12)
    found: set[int] = set()
    for first, last, glyph in struct.iter_unpack(">III", data[at + 16 : at + 16 + 12 * groups]):
        found.update(range(first if glyph else first + 1, last + 1))
    return found


def _format_4(data: bytes, at: int) -> set[int]:
    segments = struct.unpack_from(">H", data, at + 6)[0] // 2
    ends = struct.unpack_from(f">{segments}H", data, at + 14)
    starts = struct.unpack_from(f">{segments}H", data, at + 16 + 2 * segments)
    return {code for first, last in zip(starts, ends, strict=True) for code in range(first, last + 1) if code != 0xFFFF}
