"""Postal codes beside municipalities, over columns."""

from functools import cache

import polars as pl

from shared.people.municipalities import wards
from shared.people.postal import postal_pairs


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
    return pl.DataFrame(postal_pairs(), schema=["postal_code", "municipality_code"], orient="row")


@cache
def _pairs_with_cities() -> pl.DataFrame:
    inside_cities = [(city, ward) for city, inside in wards().items() for ward in inside]
    of_cities = pl.DataFrame(inside_cities, schema=["city", "municipality_code"], orient="row")
    cities = _pairs().join(of_cities, on="municipality_code").select("postal_code", municipality_code="city")
    return pl.concat([_pairs(), cities]).unique()
