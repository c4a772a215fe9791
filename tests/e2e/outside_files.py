"""The files of the border, written and read by somebody who has nothing but their description."""

import csv
import hashlib
import io
import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KINDS = {"provisional": "1", "main": "2", "my_number": "3", "deletion": "4"}


def request_file(
    plan: str, kind: str, created: str, rows: list[list[str]], charset: str = "cp932", serial: int = 1
) -> bytes:
    """pfa-request-1."""
    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\r\n")
    out.writerow(["1", KINDS[kind], plan, created, f"{serial:03d}", charset])
    out.writerows(["2", at, *row] for at, row in enumerate(rows, 1))
    out.writerow(["9", len(rows)])
    return text.getvalue().encode(charset)


def read_inquiry(data: bytes) -> tuple[list[str], list[list[str]]]:
    """Header and data records of jlis-inquiry-1, after its digest and count were checked."""
    body, trailer = _without_last_line(data)
    assert b"\r" not in data
    assert trailer[0] == "T"
    assert trailer[2] == hashlib.sha256(body).hexdigest()
    header, *records = csv.reader(io.StringIO(body.decode(), newline=""))
    assert header[0] == "H"
    assert int(trailer[1]) == len(records)
    assert [record[:2] for record in records] == [["D", str(seq)] for seq in range(1, len(records) + 1)]
    assert all(len(record) == 8 for record in records)
    return header, [record[1:] for record in records]


def answer_file(header: list[str], records: list[list[str]], answered_at: str, as_of: str) -> bytes:
    """jlis-answer-1 to an inquiry with that header."""
    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\n")
    out.writerow(["H", header[1], header[2], answered_at, as_of])
    for record in records:
        assert len(record) == 15
        out.writerow(["D", *record])
    body = text.getvalue().encode()
    return body + f"T,{len(records)},{hashlib.sha256(body).hexdigest()}\n".encode()


@dataclass(frozen=True)
class Reply:
    """What a reply package holds."""

    header: list[str]
    records: list[list[str]]  # type 2, without the record type
    rejected: list[list[str]]  # type 8
    manifest: dict[str, Any]
    names: list[str]


def open_package(package: bytes, password: str, charset: str) -> Reply:
    """Opens a package with 7-Zip and its password, and checks everything against its manifest."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "package.zip"
        place.write_bytes(package)
        listed = _seven_zip("l", "-slt", str(place), "-p")
        assert listed.count("Method = AES-256") == listed.count("Encrypted = +") > 0
        assert subprocess.run(["7z", "x", f"-o{folder}/no", "-pwrong", str(place)], capture_output=True).returncode != 0
        _seven_zip("x", f"-o{folder}/out", f"-p{password}", str(place))
        return _read_reply(Path(folder) / "out", charset)


def _read_reply(folder: Path, charset: str) -> Reply:
    names = sorted(path.name for path in folder.iterdir())
    manifest = json.loads((folder / "MANIFEST.json").read_text("utf-8"))
    for file in manifest["files"]:
        data = (folder / file["name"]).read_bytes()
        assert len(data) == file["size"]
        assert hashlib.sha256(data).hexdigest() == file["sha256"]
    csv_name = next(name for name in names if name.endswith(".csv") and not name.endswith(".utf8.csv"))
    rows = _rows((folder / csv_name).read_bytes().decode(charset))
    same = _rows((folder / csv_name.replace(".csv", ".utf8.csv")).read_bytes().decode("utf-8-sig"))
    assert len(rows) == len(same)
    assert (folder / csv_name.replace(".csv", ".pdf")).read_bytes().startswith(b"%PDF-")
    header, *between, trailer = same
    records = [row[1:] for row in between if row[0] == "2"]
    rejected = [row[1:] for row in between if row[0] == "8"]
    assert len(records) + len(rejected) == len(between)
    assert trailer == ["9", str(len(records)), str(len(rejected))]
    return Reply(header, records, rejected, manifest, names)


def disc_of(files: dict[str, bytes]) -> bytes:
    """A CD image with these files, made by xorriso."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "disc"
        source.mkdir()
        for name, data in files.items():
            (source / name).write_bytes(data)
        image = Path(folder) / "disc.iso"
        command = ["xorriso", "-as", "mkisofs", "-quiet", "-J", "-iso-level", "3", "-o", str(image), str(source)]
        subprocess.run(command, check=True, capture_output=True)
        return image.read_bytes()


def open_disc(image: bytes) -> dict[str, bytes]:
    """The files of an image, taken out by 7-Zip."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "disc.iso"
        place.write_bytes(image)
        _seven_zip("x", f"-o{folder}/out", str(place))
        return {path.name: path.read_bytes() for path in (Path(folder) / "out").rglob("*") if path.is_file()}


def _seven_zip(*arguments: str) -> str:
    done = subprocess.run(["7z", *arguments, "-y"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-500:]
    return done.stdout


def _rows(text: str) -> list[list[str]]:
    assert text.endswith("\r\n")
    return list(csv.reader(io.StringIO(text, newline="")))


def _without_last_line(data: bytes) -> tuple[bytes, list[str]]:
    at = data.rstrip(b"\n").rfind(b"\n") + 1
    return data[:at], data[at:].decode().strip().split(",")
