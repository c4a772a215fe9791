"""Addresses: drawn as numbers, written as text for many at once."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from simulators.people.tables import Ints, places

FULL_WIDTH_DIGITS = dict(zip("0123456789-", "０１２３４５６７８９－", strict=True))
_BUILDINGS = ("", "コーポ", "メゾン", "ハイツ", "グリーンハイツ", "パークハイム", "サンライズマンション", "第二荘")


@dataclass(frozen=True)
class Addresses:
    """Columns of drawn addresses; one row is one dwelling."""

    town: Ints
    block: Ints
    house: Ints
    building: Ints  # row of the list of buildings; 0 is a house of its own
    room: Ints

    def rows(self, at: Ints) -> "Addresses":
        """The dwellings at these rows."""
        return Addresses(self.town[at], self.block[at], self.house[at], self.building[at], self.room[at])

    def join(self, other: "Addresses") -> "Addresses":
        """These dwellings and the others behind them."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Addresses(*(np.concatenate(pair) for pair in pairs))


def draw(rng: np.random.Generator, municipalities: Ints) -> Addresses:
    """A dwelling in each of these municipalities."""
    table, count = places(), len(municipalities)
    offset = (rng.random(count) * table.town_count[municipalities]).astype(np.int64)
    building = np.where(rng.random(count) < 0.3, rng.integers(1, len(_BUILDINGS), count), 0)
    return Addresses(
        town=table.first_town[municipalities] + offset,
        block=rng.integers(1, 40, count),
        house=rng.integers(1, 30, count),
        building=building,
        room=rng.integers(1, 9, count) * 100 + rng.integers(1, 12, count),
    )


def draw_municipalities(rng: np.random.Generator, count: int) -> Ints:
    """Municipalities, larger ones more often."""
    return np.searchsorted(places().odds, rng.random(count)).astype(np.int64)


def municipality_of(addresses: Addresses) -> Ints:
    """The row of the municipality of each dwelling."""
    return np.asarray(places().towns["municipality"].to_numpy()[addresses.town], dtype=np.int64)


def written(addresses: Addresses) -> pl.DataFrame:
    """postal_code, address (full width, as the registry writes it) and municipality (six digits) of each dwelling."""
    table = places()
    town = table.towns[addresses.town]
    city = table.municipalities[town["municipality"]]
    frame = pl.DataFrame(
        {
            "place": city["prefecture"] + city["city"] + town["town"],
            "block": addresses.block,
            "house": addresses.house,
            "building": pl.Series(_BUILDINGS).gather(addresses.building),
            "room": addresses.room,
        }
    )
    by_block = pl.col("place").str.ends_with("丁目")
    number = (
        pl.when(by_block)
        .then(pl.format("{}番{}号", "block", "house"))
        .when(pl.col("house") % 3 == 0)
        .then(pl.format("{}番地", pl.col("block") * 10 + pl.col("house")))
        .otherwise(pl.format("{}番地{}", pl.col("block") * 10 + pl.col("house"), pl.col("house") % 7 + 1))
    )
    room = pl.when(pl.col("building") == "").then(pl.lit("")).otherwise(pl.format("　{}{}", "building", "room"))
    text = pl.col("place") + pl.concat_str(number, room).str.replace_many(FULL_WIDTH_DIGITS)
    return frame.select(town["postal_code"], address=text, municipality=city["code"])
