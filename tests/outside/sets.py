"""Reads sets of cases: CSV `address,prefecture,city,town,rest` with `#` comments, JSON lists of input and output."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
PARTS = ("prefecture", "city", "town", "rest")


@dataclass(frozen=True)
class Case:
    """One case: the set (file below the folder) and its name there; what goes in and what should come out."""

    set: str
    name: str
    given: Any
    wanted: Any


def read_folder(folder: Path) -> Iterator[Case]:
    """The cases of every file of a known form below the folder, in order of file name."""
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix()
        if file.suffix == ".csv":
            yield from _csv_cases(name, file.read_text("utf-8-sig"))
        elif file.suffix == ".json":
            yield from _json_cases(name, _json(file))


def _json(file: Path) -> Any:
    """The content; a file that is no JSON has no cases."""
    try:
        return json.loads(file.read_text("utf-8-sig"))
    except ValueError:
        return None


def _csv_cases(name: str, text: str) -> Iterator[Case]:
    """Only the columns that the file has are asked about; a file without addresses has no cases."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    for row in csv.DictReader(lines):
        if row.get("address"):
            wanted = {part: row[part] or "" for part in PARTS if part in row}
            yield Case(name, row["address"], row["address"], wanted)


def _json_cases(name: str, content: Any) -> Iterator[Case]:
    for case in content if isinstance(content, list) else []:
        if isinstance(case, dict) and "input" in case and "output" in case:
            yield Case(name, str(case.get("name", case["input"])), case["input"], case["output"])
