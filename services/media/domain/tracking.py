"""The carrier's CSV: tracking number, state, time. Other columns are ignored; rows we cannot use are named by line."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.calendar.clock import JST
from shared.refusals import Refusal

NUMBER_COLUMNS: Final = ("お問い合わせ番号", "追跡番号", "tracking_number")
STATE_COLUMNS: Final = ("状態", "配送履歴", "state")
TIME_COLUMNS: Final = ("日時", "状態発生日", "at")
STATES: Final = {
    "引受": "sent",
    "発送": "sent",
    "中継": "",
    "到着": "",
    "持ち出し中": "",
    "ご不在のため持ち戻り": "",
    "保管": "",
    "お届け済み": "delivered",
    "お届け先にお届け済み": "delivered",
    "配達完了": "delivered",
    "返送": "returned",
    "差出人に返送済み": "returned",
    "sent": "sent",
    "delivered": "delivered",
    "returned": "returned",
}
_TIMES: Final = ("%Y-%m-%dT%H:%M:%S%z", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S")


@dataclass(frozen=True)
class TrackingRow:
    """One line of the carrier's file. An empty `state` is a stop on the way that changes nothing here."""

    line: int
    tracking_number: str
    state: str
    at: datetime


@dataclass(frozen=True)
class BadRow:
    """A line that cannot be used, and why; never its content."""

    line: int
    code: str


def read_tracking(data: bytes) -> tuple[list[TrackingRow], list[BadRow]]:
    """All rows in order. Refusal `tracking-unreadable` where the file is no such CSV (UTF-8 or CP932)."""
    lines = csv.reader(io.StringIO(_text(data)))
    try:
        columns = _columns(next(lines, []))
        rows: list[TrackingRow] = []
        bad: list[BadRow] = []
        for line, cells in enumerate(lines, start=2):
            if any(cells):
                read = _row(line, cells, columns)
                (rows if isinstance(read, TrackingRow) else bad).append(read)  # type: ignore[arg-type]
    except csv.Error as error:
        raise Refusal("tracking-unreadable") from error
    return rows, bad


def canonical_tracking_number(number: str) -> str:
    """A tracking number as it is compared: without hyphens and spaces."""
    return number.replace("-", "").replace(" ", "").upper()


def _text(data: bytes) -> str:
    for charset in ("utf-8-sig", "cp932"):
        try:
            return data.decode(charset)
        except UnicodeDecodeError:
            continue
    raise Refusal("tracking-unreadable")


def _columns(header: list[str]) -> tuple[int, int, int]:
    names = [name.strip() for name in header]
    found = [
        next((names.index(name) for name in known if name in names), -1)
        for known in (NUMBER_COLUMNS, STATE_COLUMNS, TIME_COLUMNS)
    ]
    if -1 in found:
        raise Refusal("tracking-unreadable")
    return found[0], found[1], found[2]


def _row(line: int, cells: list[str], columns: tuple[int, int, int]) -> TrackingRow | BadRow:
    if len(cells) <= max(columns):
        return BadRow(line, "too-few-fields")
    number, state, time = (cells[column].strip() for column in columns)
    at = _time(time)
    if not number:
        return BadRow(line, "number-missing")
    if state not in STATES:
        return BadRow(line, "state-unknown")
    if at is None:
        return BadRow(line, "time-unreadable")
    return TrackingRow(line, canonical_tracking_number(number), STATES[state], at)


def _time(text: str) -> datetime | None:
    for shape in _TIMES:
        try:
            at = datetime.strptime(text, shape)  # noqa: DTZ007  # Japan time where no offset is written
        except ValueError:
            continue
        return at if at.tzinfo else at.replace(tzinfo=JST)
    return None
