"""A person as a file describes one: raw as written, and normalised for comparing."""

from dataclasses import dataclass

import polars as pl

from shared.people.addresses import Address, read_address, read_addresses
from shared.people.dates import BirthDate, read_birth, western_column
from shared.people.names import kana_key, kana_key_column, kanji_key, kanji_key_column

ITEMS = ("name_kana", "name_kanji", "birth_date", "sex", "postal_code", "address")


@dataclass(frozen=True)
class RawPerson:
    """The items as written; empty where nothing is known."""

    name_kana: str
    name_kanji: str
    birth_date: str
    sex: str
    postal_code: str = ""
    address: str = ""


@dataclass(frozen=True)
class NormalPerson:
    """The items in the form in which they are compared; never shown in place of the raw ones."""

    kana_key: str
    kanji_key: str
    birth: BirthDate
    sex: str
    postal_code: str
    address: Address


def normalise(raw: RawPerson) -> NormalPerson:
    """The person in comparable form; nothing is refused."""
    return NormalPerson(
        kana_key(raw.name_kana),
        kanji_key(raw.name_kanji),
        read_birth(raw.birth_date.strip()),
        raw.sex.strip(),
        raw.postal_code.strip(),
        read_address(raw.address),
    )


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
