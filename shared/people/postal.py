"""Postal codes and the municipalities that they serve."""

from collections import defaultdict
from functools import cache
from importlib.resources import as_file, files

import polars as pl

from shared.people.municipalities import current


def postal_municipalities(postal_code: str) -> frozenset[str]:
    """The six-digit codes of the municipalities and wards that a postal code serves; empty when it is unknown."""
    return _by_postal_code().get(postal_code, frozenset())


def disagrees(postal_code: str, municipality_code: str) -> bool:
    """Whether both are known and the postal code serves another municipality; a city with wards includes its wards."""
    served = postal_municipalities(postal_code)
    return bool(served) and municipality_code != "" and not served & _inside(municipality_code)


def disagrees_columns(postal_codes: pl.Series, municipality_codes: pl.Series) -> pl.Series:
    """`disagrees` row for row; null counts as unknown."""
    rows = pl.DataFrame({"postal_code": postal_codes, "municipality_code": municipality_codes})
    known = pl.col("postal_code").is_in(_pairs()["postal_code"].unique().implode())
    agreeing = _pairs_with_cities().with_columns(agrees=True)
    joined = rows.join(agreeing, on=["postal_code", "municipality_code"], how="left", maintain_order="left")
    disagreeing = known & pl.col("agrees").is_null() & (pl.col("municipality_code") != "")
    return joined.select(disagreeing.fill_null(value=False).alias("disagrees")).to_series()


@cache
def _pairs() -> pl.DataFrame:
    with as_file(files("shared.people") / "data" / "postal.parquet") as path:
        return pl.read_parquet(path)


@cache
def _by_postal_code() -> dict[str, frozenset[str]]:
    grouped = _pairs().group_by("postal_code").agg("municipality_code")
    return {code: frozenset(served) for code, served in grouped.iter_rows()}


@cache
def _wards() -> dict[str, tuple[str, ...]]:
    """The code of a city with wards -> the codes of its wards."""
    wards: defaultdict[str, list[str]] = defaultdict(list)
    cities = {(place.prefecture, place.name): place.code for place in current()}
    for place in current():
        city, mark, ward = place.name.partition("市")
        whole = cities.get((place.prefecture, city + mark))
        if whole and ward.endswith("区"):
            wards[whole].append(place.code)
    return {city: tuple(inside) for city, inside in wards.items()}


def _inside(municipality_code: str) -> frozenset[str]:
    return frozenset((municipality_code, *_wards().get(municipality_code, ())))


@cache
def _pairs_with_cities() -> pl.DataFrame:
    wards = [(city, ward) for city, inside in _wards().items() for ward in inside]
    of_cities = pl.DataFrame(wards, schema=["city", "municipality_code"], orient="row")
    cities = _pairs().join(of_cities, on="municipality_code").select("postal_code", municipality_code="city")
    return pl.concat([_pairs(), cities]).unique()
