"""The door system's CSV, exactly as in the source document: nine columns, CP932 or UTF-8, local time to the minute."""

import csv
import io
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final, Literal

from shared.calendar.clock import JST
from shared.refusals import Refusal

HEADER: Final = (
    "扉名称", "機器アドレス", "起動区分", "変化時刻", "移動元区画名", "移動先区画名", "ユーザID", "操作者", "属性1",
)  # fmt: skip
TIME: Final = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2}) (\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
USER: Final = re.compile(r"[0-9A-Za-z._-]{0,40}", re.ASCII)
LONGEST: Final = 100
LINES_NAMED: Final = 20

Direction = Literal["in", "out", ""]


@dataclass(frozen=True, slots=True)
class Row:
    """One door event. `line` is its place in the file; `direction` is into or out of `room`, empty for neither."""

    line: int
    at: datetime
    door: str
    kind: str
    from_zone: str
    to_zone: str
    user: str
    operator: str
    attribute: str
    room: str
    direction: Direction


@dataclass(frozen=True, slots=True)
class Room:
    """A room as the door system knows it."""

    room: str
    zone_contains: str
    passages: frozenset[str]
    in_force_from: date


@cache
def rooms() -> tuple[Room, ...]:
    """The dated table of rooms, the newest rows first."""
    rows = tomllib.loads((Path(__file__).parent / "rooms.toml").read_text("utf-8"))["rooms"]
    found = [Room(row["room"], row["zone_contains"], frozenset(row["passages"]), row["in_force_from"]) for row in rows]
    return tuple(sorted(found, key=lambda room: room.in_force_from, reverse=True))


def read_door_log(data: bytes) -> list[Row]:
    """The rows in the order of the file.

    Refusals: `room-log-encoding`, `room-log-header`, `room-log-rows` with the lines that cannot be read; never a value.
    """
    lines = csv.reader(io.StringIO(_text(data), newline=""), strict=True)
    rows: list[Row] = []
    wrong: list[int] = []
    try:
        if tuple(cell.strip() for cell in next(lines, [])) != HEADER:
            raise Refusal("room-log-header")
        for cells in lines:
            row = _row(lines.line_num, cells)
            if row is not None:
                rows.append(row)
            elif any(cells):
                wrong.append(lines.line_num)
    except csv.Error as broken:
        raise Refusal("room-log-rows", lines=[lines.line_num]) from broken
    if wrong:
        raise Refusal("room-log-rows", lines=wrong[:LINES_NAMED])
    return rows


def numbered(rows: Sequence[Row]) -> Iterator[tuple[str, Row]]:
    """Each row with what tells it from all others, without the name: the same row of another file is the same.

    Equal rows of one minute are told apart by their order.
    """
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        minute = row.at.astimezone(JST).strftime("%Y-%m-%dT%H:%M")
        what = (minute, row.door, row.kind, row.from_zone, row.to_zone, row.user)
        seen[what] = seen.get(what, 0) + 1
        yield "\n".join((*what, str(seen[what]))), row


def passage(kind: str, from_zone: str, to_zone: str, on: date) -> tuple[str, Direction]:
    """The room and the direction of a door event; no direction where it is no passage of a room of ours."""
    for room in rooms():
        if room.in_force_from > on:
            continue
        leaves, enters = (room.zone_contains in squeezed(zone) for zone in (from_zone, to_zone))
        if leaves or enters:
            if leaves == enters or squeezed(kind) not in room.passages:
                return room.room, ""
            return room.room, "in" if enters else "out"
    return "", ""


def squeezed(text: str) -> str:
    """Without spaces, in the usual width: the door system's own notation is not even."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal("room-log-encoding")


def _row(line: int, cells: Sequence[str]) -> Row | None:
    if len(cells) != len(HEADER) or not all(_is_text(cell) for cell in cells):
        return None
    _, door, kind, time, from_zone, to_zone, user, operator, attribute = (cell.strip() for cell in cells)
    at = _instant(time)
    if at is None or not USER.fullmatch(user):
        return None
    room, direction = passage(kind, from_zone, to_zone, at.date())
    return Row(line, at, door, kind, from_zone, to_zone, user, operator, attribute, room, direction)


def _is_text(cell: str) -> bool:
    # The wide blank between a family and a given name does not count as printable.
    return len(cell) <= LONGEST and cell.replace("\u3000", " ").isprintable()


def _instant(text: str) -> datetime | None:
    found = TIME.fullmatch(text)
    if found is None:
        return None
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=JST)
    except ValueError:
        return None
