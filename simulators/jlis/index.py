"""The registry as it stands on one day, ready to be searched."""

from collections.abc import Iterable
from datetime import date

import polars as pl

from simulators.jlis import keys
from simulators.people.registry import Registry

MOST_CANDIDATES = 5

_KEPT = (
    "person", "resident_code", "my_number", "kana", "kanji", "birth", "sex",
    "postal_code", "address", "municipality", "reason", "reason_date", "protected",
)  # fmt: skip


class Index:
    """All current entries in memory, with hashed keys beside them: about 400 bytes a person."""

    def __init__(self, entries: pl.DataFrame) -> None:
        self._entries = entries
        self._unknown_days = entries.filter(pl.col("birth").str.ends_with("00")).with_columns(
            by_year=_hashed(keys.kana(pl.col("kana")), pl.col("birth").str.head(4), pl.col("sex"))
        )

    @classmethod
    def build(cls, registry: Registry, as_of: date) -> "Index":
        """Reads the versions valid on that day."""
        return cls(pl.concat(_keyed(part.select(_KEPT)) for part in registry.current(as_of)))

    def by_resident_code(self, inquiries: pl.DataFrame) -> pl.DataFrame:
        """The entries with the resident code of each inquiry: columns of the entry, and seq."""
        return inquiries.select("seq", "resident_code").join(self._entries, on="resident_code")

    def by_four_items(self, inquiries: pl.DataFrame) -> pl.DataFrame:
        """The entries that may be the person of each inquiry: columns of the entry, and seq.

        An entry is found when the date of birth and the sex agree with one of the two names, an unknown day agreeing
        with every day; failing that when reading and address agree. When one of several has the address asked
        for, those with another address are left out.
        """
        asked = _keyed(inquiries).rename({"address_key": "asked_address"})
        hits = pl.concat(
            [
                self._joined(asked, self._entries, "kana_key"),
                self._joined(asked, self._entries, "kanji_key"),
                self._unknown_day_hits(asked),
            ]
        )
        missed = asked.join(hits.select("seq").unique(), on="seq", how="anti")
        hits = pl.concat([hits, self._joined(missed, self._entries, "home_key")])
        here = pl.col("address_key") == pl.col("asked_address")
        return hits.unique(["seq", "person"]).filter(here | ~here.any().over("seq")).sort("seq", "person")

    def _joined(self, asked: pl.DataFrame, entries: pl.DataFrame, key: str) -> pl.DataFrame:
        wanted = asked.select("seq", "asked_address", key)
        return self._shaped(wanted.join(entries, on=key))

    def _unknown_day_hits(self, asked: pl.DataFrame) -> pl.DataFrame:
        wanted = asked.select(
            "seq",
            "asked_address",
            asked_birth="birth",
            by_year=_hashed(keys.kana(pl.col("kana")), pl.col("birth").str.head(4), pl.col("sex")),
        )
        hits = wanted.join(self._unknown_days, on="by_year")
        month_unknown = pl.col("birth").str.ends_with("0000")
        same_month = pl.col("birth").str.head(6) == pl.col("asked_birth").str.head(6)
        return self._shaped(hits.filter(month_unknown | same_month))

    def _shaped(self, hits: pl.DataFrame) -> pl.DataFrame:
        return hits.select("seq", "asked_address", "address_key", *_KEPT)


def _hashed(*parts: pl.Expr) -> pl.Expr:
    return pl.concat_str(*parts, separator="|").hash()


def _keyed(people: pl.DataFrame) -> pl.DataFrame:
    """Adds the hashed keys; equal only where the keys are, but for a chance of one in 2**64."""
    kana, kanji = keys.kana(pl.col("kana")), keys.kanji(pl.col("kanji"))
    home = keys.address(pl.col("address"))
    return people.with_columns(
        kana_key=_hashed(kana, pl.col("birth"), pl.col("sex")),
        kanji_key=_hashed(kanji, pl.col("birth"), pl.col("sex")),
        home_key=_hashed(kana, home),
        address_key=home.hash(),
    )


def decided(hits: pl.DataFrame, seqs: Iterable[int]) -> pl.DataFrame:
    """One row per candidate of each seq with result, candidate and candidates; one bare row where nothing is told."""
    counted = hits.with_columns(
        candidates=pl.len().over("seq"),
        candidate=pl.int_range(1, pl.len() + 1).over("seq"),
        refused=pl.col("protected").any().over("seq"),
    )
    result = (
        pl.when("refused").then(pl.lit("9")).when(pl.col("candidates") > MOST_CANDIDATES).then(pl.lit("2"))
    ).otherwise(pl.lit("0"))
    told = counted.with_columns(result=result).filter((pl.col("result") == "0") | (pl.col("candidate") == 1))
    every = pl.DataFrame({"seq": list(seqs)}, schema={"seq": pl.Int64})
    return every.join(told, on="seq", how="left", maintain_order="left_right").with_columns(
        pl.col("result").fill_null("1")
    )
