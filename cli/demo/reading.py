"""The plan's clerk opens what arrived, and the demonstration compares it with the truth that only it knows."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pycdlib
import pyzipper

from cli.demo.stage import Sent

# Where the fourth field of a record says what came of it: the outcome of kind 1, the result of kind 4; the status else.
_SAYS = {"1": 3, "2": 4, "3": 4, "4": 4}


@dataclass(frozen=True)
class Opened:
    """One reply out of a package or off a disc."""

    kind: str
    request_id: str
    records: list[list[str]]
    rejected: list[list[str]]
    files: dict[str, bytes]


def read_package(package: bytes, password: str) -> list[Opened]:
    """The replies in an encrypted ZIP."""
    with pyzipper.AESZipFile(io.BytesIO(package)) as zipped:
        zipped.setpassword(password.encode())
        files = {name: zipped.read(name) for name in zipped.namelist()}
    return [_opened(files, name) for name in files if name.endswith(".utf8.csv")]


def read_disc(image: bytes, password: str) -> list[Opened]:
    """The replies in the encrypted files of a disc image."""
    found = []
    for name, data in _files_of(image):
        if name.lower().endswith(".zip"):
            found += read_package(data, password)
    return found


def save_reply(folder: Path, opened: Opened, sent: Sent) -> None:
    """Leaves the opened files to look at, and notes what the reply says against what was to be expected."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in opened.files.items():
        (folder / name).write_bytes(data)
    at = _SAYS[opened.kind]
    sent.opened = folder
    sent.outcomes += Counter(record[at] for record in opened.records)
    if opened.kind == "1":
        sent.numbers += [(record[2], record[4]) for record in opened.records if record[4]]
    sent.unexpected += _unexpected(opened, sent, at)


def _opened(files: dict[str, bytes], name: str) -> Opened:
    rows = list(csv.reader(io.StringIO(files[name].decode("utf-8-sig"), newline="")))
    header, body = rows[0], rows[1:-1]
    records = [row for row in body if row[0] == "2"]
    return Opened(header[1], header[5], records, [row for row in body if row[0] == "8"], files)


def _files_of(image: bytes) -> Iterator[tuple[str, bytes]]:
    disc = pycdlib.PyCdlib()
    disc.open_fp(io.BytesIO(image))
    try:
        for child in disc.list_children(joliet_path="/"):
            name = child.file_identifier().decode("utf-16-be")
            if child.is_file():
                out = io.BytesIO()
                disc.get_file_from_iso_fp(out, joliet_path=f"/{name}")
                yield name.split(";")[0], out.getvalue()
    finally:
        disc.close()


def _unexpected(opened: Opened, sent: Sent, at: int) -> int:
    """Records that the truth file wanted otherwise."""
    with sent.file.truth.open(encoding="utf-8", newline="") as file:
        truth = {row["serial"]: row for row in csv.DictReader(file)}
    wrong = 0
    for record in opened.records:
        told = truth[record[1]]
        wanted = told["outcomes"].split(";") if told["outcomes"] else [record[at]]
        wrong += told["expected"] == "rejected" or record[at] not in wanted
    for record in opened.rejected:
        told = truth[record[1]]
        allowed = set(told["codes"].split(";")) & set(record[3].split(";"))
        wrong += told["expected"] == "accepted" or not allowed
    return wrong
