"""The synthetic registry on disk: a folder with `registry.toml` and numbered Parquet files of versions.

One row is one version of one person's entry, valid from a day until the next version of the same person; rows are in
the order of (person, valid_from) and no person is split over two files. `reason` and `reason_date` are those of the
last change (spec of the answer file); a person with reason 21, 22, 23 or 29 is no longer a resident.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

FORMAT = "shokai-registry-1"

SCHEMA = pl.Schema(
    {
        "person": pl.UInt32,
        "valid_from": pl.Date,
        "resident_code": pl.String,
        "my_number": pl.String,
        "kana": pl.String,  # full-width katakana, family and given name parted by a full-width space
        "kanji": pl.String,
        "birth": pl.String,  # YYYYMMDD, zeros for what is unknown
        "sex": pl.String,
        "postal_code": pl.String,
        "address": pl.String,
        "municipality": pl.String,
        "reason": pl.String,
        "reason_date": pl.String,  # YYYYMMDD or empty
        "protected": pl.Boolean,  # the registry refuses to answer
    }
)


class NotARegistry(Exception):
    """The folder holds no registry of a known format."""


@dataclass(frozen=True)
class Registry:
    """A registry folder."""

    folder: Path
    first_day: date
    count: int
    seed: int

    @classmethod
    def create(cls, folder: Path, first_day: date, count: int, seed: int) -> "Registry":
        """Makes the folder; its parts are added by `write_part`."""
        folder.mkdir(parents=True, exist_ok=True)
        text = f'format = "{FORMAT}"\nfirst_day = {first_day.isoformat()}\ncount = {count}\nseed = {seed}\n'
        (folder / "registry.toml").write_text(text, encoding="utf-8")
        return cls(folder, first_day, count, seed)

    @classmethod
    def open(cls, folder: Path) -> "Registry":
        """Opens the folder, or its subfolder `registry`."""
        for place in (folder, folder / "registry"):
            if (place / "registry.toml").is_file():
                meta = tomllib.loads((place / "registry.toml").read_text(encoding="utf-8"))
                if meta.get("format") == FORMAT:
                    return cls(place, meta["first_day"], meta["count"], meta["seed"])
        raise NotARegistry(f"no {FORMAT} in {folder}")

    def write_part(self, number: int, versions: pl.DataFrame) -> None:
        """Adds a file of versions."""
        versions.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items()).write_parquet(
            self.folder / f"people-{number:05d}.parquet", compression="zstd", compression_level=1
        )

    def parts(self) -> Iterator[pl.DataFrame]:
        """The versions, file by file."""
        for path in sorted(self.folder.glob("people-*.parquet")):
            yield pl.read_parquet(path)

    def current(self, as_of: date) -> Iterator[pl.DataFrame]:
        """The version of each person that is valid on that day, file by file."""
        for part in self.parts():
            yield valid_on(part, as_of)


def valid_on(versions: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The last version of each person that began by that day."""
    begun = versions.filter(pl.col("valid_from") <= as_of)
    return begun.filter((pl.col("person") != pl.col("person").shift(-1)).fill_null(True))
