"""Where a system writes: files of any kind, databases row by row. What cannot be read is told, for it is not clean."""

import gzip
import re
import sqlite3
import tomllib
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import quote

from shared.sentinel.numbers import Hit, Seeker
from shared.sentinel.pages import values_of

# Sealed bytes say nothing; a blob that was written without being sealed would already show it here.
SEALED_LOOKED_AT: Final = 1024 * 1024
DATABASE: Final = ".sqlite3"
_DIGITS: Final = re.compile(r"[0-9０-９]{11,12}")
_UNREADABLE: Final = (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, sqlite3.Error)


@dataclass(frozen=True, slots=True)
class Found:
    """A number where none may stand: of which kind, written how, in which place. Never the number."""

    kind: str
    written: str
    place: str
    where: str


@dataclass
class Looked:
    """What was looked at, and what was found."""

    files: int = 0
    bytes: int = 0
    columns: int = 0
    values: int = 0
    unread: list[str] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether everything could be read and nothing was found."""
        return not self.found and not self.unread


class Rows(Protocol):
    """A database: its columns as (table, column), and the values of one."""

    name: str

    def columns(self) -> Iterable[tuple[str, str]]: ...
    def values(self, table: str, column: str) -> Iterator[object]: ...


class SqliteRows:
    """A database file that others may be writing to."""

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        self._address = f"file:{quote(str(path))}?mode=ro"

    def columns(self) -> Iterable[tuple[str, str]]:
        """All of all tables."""
        with closing(sqlite3.connect(self._address, uri=True)) as db:
            tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return [(table, row[1]) for table in tables for row in db.execute(f'PRAGMA table_info("{table}")')]

    def values(self, table: str, column: str) -> Iterator[object]:
        """One after the other."""
        with closing(sqlite3.connect(self._address, uri=True)) as db:
            db.text_factory = bytes
            yield from (row[0] for row in db.execute(f'SELECT "{column}" FROM "{table}"'))  # noqa: S608  # own names


class Sentinel:
    """One pass over places; what it has seen is in `looked`."""

    def __init__(self, seeker: Seeker | None = None, note: Callable[[int], None] = lambda size: None) -> None:
        self._seeker = seeker or Seeker()
        self._note = note
        self._known: set[str] = set()
        self.looked = Looked()

    def look_at_rows(self, rows: Rows) -> None:
        """Every value of a database; numbers of another kind are left out, wherever they are told again."""
        try:
            self._learn(rows)
            for table, column in rows.columns():
                self._look_at_column(rows, table, column)
        except _UNREADABLE:
            self.looked.unread.append(rows.name)

    def look_at_folder(self, root: Path, name: str = "") -> None:
        """Every file below, and every file's name. Links are not followed."""
        paths = sorted(path for path in root.rglob("*") if not path.is_symlink())
        databases = [SqliteRows(each, _shown(each, root, name)) for each in paths if each.suffix == DATABASE]
        for database in databases:
            with suppress(*_UNREADABLE):  # told when it is looked at
                self._learn(database)
        for database in databases:
            self.look_at_rows(database)
        for path in paths:
            place = _shown(path, root, name)
            self._keep(self._seeker.seek_in(path.name.encode("utf-8", "surrogateescape")), place, "file name")
            if path.is_file():
                self._look_at_file(path, place, sealed="blobs/data/" in path.as_posix() and path.suffix == ".blob")

    def _learn(self, rows: Rows) -> None:
        """Note what is known to be no number of a person, by the columns in which it stands."""
        for table, column in set(rows.columns()) & {tuple(name.split(".")) for name in excuses()}:
            kinds = excuses()[f"{table}.{column}"]
            for value in rows.values(table, column):
                self._known |= {hit.value for hit in self._seeker.seek_in(_bytes(value or "")) if hit.kind in kinds}

    def _look_at_column(self, rows: Rows, table: str, column: str) -> None:
        self.looked.columns += 1
        for value in rows.values(table, column):
            self.looked.values += 1
            if value is None or isinstance(value, float):
                continue
            self._keep(self._seeker.seek_in(_bytes(value)), rows.name, f"{table}.{column}")

    def _look_at_file(self, path: Path, place: str, *, sealed: bool) -> None:
        try:
            size = path.stat().st_size
            if (values := values_of(path)) is not None:
                for value in values:
                    self._keep(self._seeker.seek_in(value), place, "bytes")
            else:
                for read, part in _streams(path, SEALED_LOOKED_AT if sealed else size):
                    self._keep(self._seeker.seek(read), place, part)
        except FileNotFoundError:
            return  # it went meanwhile
        except _UNREADABLE:
            self.looked.unread.append(place)
            return
        self.looked.files += 1
        self.looked.bytes += size
        self._note(size)

    def _keep(self, hits: Iterable[Hit], place: str, where: str) -> None:
        for hit in hits:
            if hit.value not in self._known:
                self.looked.found.append(Found(hit.kind, hit.written, place, where))


@cache
def excuses() -> dict[str, frozenset[str]]:
    """Columns (table.column) that rightly hold numbers which look like such, and the kinds that they look like."""
    text = (files("shared.sentinel") / "excused.toml").read_text("utf-8")
    return {row["column"]: frozenset(row["kinds"]) for row in tomllib.loads(text)["excused"]}


def _streams(path: Path, size: int) -> Iterator[tuple[Callable[[int], bytes], str]]:
    with path.open("rb") as file:
        yield _limited(file.read, size), "bytes"
        file.seek(0)
        head = file.read(4)
        file.seek(0)
        if head[:2] == b"\x1f\x8b":
            with gzip.open(file) as unpacked:
                yield unpacked.read, "unpacked"
        elif head == b"PK\x03\x04":
            with zipfile.ZipFile(file) as archive:
                for member in archive.infolist():
                    if not member.flag_bits & 1:  # what is encrypted is sealed
                        with archive.open(member) as unpacked_member:
                            yield unpacked_member.read, "unpacked"


def _limited(read: Callable[[int], bytes], size: int) -> Callable[[int], bytes]:
    left = size

    def some(wanted: int) -> bytes:
        nonlocal left
        piece = read(min(wanted, left)) if left > 0 else b""
        left -= len(piece)
        return piece

    return some


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def _shown(path: Path, root: Path, name: str) -> str:
    place = path.relative_to(root).as_posix()
    return _DIGITS.sub("*", f"{name}/{place}" if name else place)
