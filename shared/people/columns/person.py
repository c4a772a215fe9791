"""The key that finds the same person twice."""

import polars as pl

from shared.people.columns.addresses import read_addresses
from shared.people.columns.dates import western_column
from shared.people.columns.kana import kana_key_column
from shared.people.columns.names import kanji_key_column


def person_keys(people: pl.DataFrame, address_keys: pl.Series | None = None) -> pl.Series:
    """One key per row: rows whose four items are alike, however written, share it. Null counts as empty.

    `address_keys` are those of `read_addresses`, where the caller has read the addresses already.
    """
    items = people.select(pl.col("name_kana", "name_kanji", "birth_date", "sex").cast(pl.String).fill_null(""))
    keys = read_addresses(people["address"])["key"] if address_keys is None else address_keys.alias("key")
    birth = pl.coalesce(western_column(pl.col("birth_date")), "birth_date")
    parts = (kana_key_column(pl.col("name_kana")), kanji_key_column(pl.col("name_kanji")), birth, "sex", "key")
    keyed = items.with_columns(keys)
    return keyed.select(pl.concat_str(*parts, separator="\n").alias("person_key")).to_series()
