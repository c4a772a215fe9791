"""SQLite files and their write-ahead logs as values, so that what stands side by side in a page is not read as one.

https://www.sqlite.org/fileformat2.html, sections 1.5 (pages), 2.1 (records), 4 (write-ahead log).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

MAGIC: Final = b"SQLite format 3\x00"
WAL_MAGICS: Final = (0x377F0682, 0x377F0683)
WAL_HEADER: Final = 32
FRAME_HEADER: Final = 24
FILE_HEADER: Final = 100
# Kinds of pages with records: how long their header is, and how much of a cell comes before the size of its record.
_CELLS: Final = {0x0D: (8, 0), 0x0A: (8, 0), 0x02: (12, 4)}
_SIZES: Final = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)


def values_of(path: Path) -> Iterator[bytes] | None:
    """The values of the records in a database file or its log, other pages as they are; None where it is neither."""
    with path.open("rb") as file:
        head = file.read(FILE_HEADER)
    if head.startswith(MAGIC):
        size = int.from_bytes(head[16:18], "big")
        return _values(path, 65536 if size == 1 else size, start=0, before=0)
    if int.from_bytes(head[:4], "big") in WAL_MAGICS:
        return _values(path, int.from_bytes(head[8:12], "big"), start=WAL_HEADER, before=FRAME_HEADER)
    return None


def _values(path: Path, size: int, *, start: int, before: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while page := file.read(before + size)[before:]:
            yield from _in_page(page)


def _in_page(page: bytes) -> Iterator[bytes]:
    at = FILE_HEADER if page.startswith(MAGIC) else 0
    kind = _CELLS.get(page[at] if len(page) > at else 0)
    if kind is None:
        yield page
        return
    header, skip = kind
    try:
        found = [value for cell in _cells(page, at, header) for value in _record(page, cell + skip, page[at] == 0x0D)]
    except IndexError:
        found = [page]  # no such page after all
    yield from found


def _cells(page: bytes, at: int, header: int) -> Iterator[int]:
    count = int.from_bytes(page[at + 3 : at + 5], "big")
    for number in range(count):
        place = at + header + 2 * number
        yield int.from_bytes(page[place : place + 2], "big")


def _record(page: bytes, at: int, table: bool) -> Iterator[bytes]:
    """The texts and bytes of a record, as far as they lie in this page."""
    payload, at = _number(page, at)
    if table:
        _, at = _number(page, at)
    last = at + _in_this_page(payload, len(page), table)
    length, after = _number(page, at)
    end, kinds = at + length, list[int]()
    while after < end:
        kind, after = _number(page, after)
        kinds.append(kind)
    for kind in kinds:
        size = (kind - 12) // 2 if kind >= 12 else _SIZES[kind]
        if kind >= 12:
            yield page[end : min(end + size, last)]
        end += size


def _in_this_page(payload: int, size: int, table: bool) -> int:
    """How much of a record is kept beside its cell; the rest lies in pages of overflow."""
    most = size - 35 if table else (size - 12) * 64 // 255 - 23
    least = (size - 12) * 32 // 255 - 23
    if payload <= most:
        return payload
    kept = least + (payload - least) % (size - 4)
    return kept if kept <= most else least


def _number(page: bytes, at: int) -> tuple[int, int]:
    """A number of variable length, and where it ends."""
    value = 0
    for step in range(9):
        byte = page[at + step]
        if step == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + step + 1
    return value, at + 9
