"""The check of one request file, block by block, at constant memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from shared.check.characters import READABLE_SERIAL
from shared.check.columns.chunks import split
from shared.check.columns.hashed_set import HashedSet
from shared.check.columns.known_numbers import KnownNumbers
from shared.check.columns.record_rules import Findings, findings_where, prepared, record_findings, together
from shared.check.known_facts import FileFacts
from shared.check.verdict import Verdict, verdict_of
from shared.layouts import Layout, layout
from shared.layouts.columns import read
from shared.layouts.lines import Source
from shared.people.columns.person import person_keys


@dataclass(frozen=True)
class CheckedBlock:
    """At most 50,000 records: the accepted ones as the matcher takes them, the rejected ones, all their findings."""

    accepted: pl.DataFrame
    rejected: pl.DataFrame
    findings: pl.DataFrame
    keys: pl.DataFrame


NOTHING_KNOWN: Final = KnownNumbers()


class RequestCheck:
    """Iterate over `blocks()`, then ask for `verdict()`."""

    def __init__(
        self,
        source: Source,
        facts: FileFacts,
        numbers: KnownNumbers = NOTHING_KNOWN,
        request_layout: Layout | None = None,
    ) -> None:
        self._layout = request_layout or layout("pfa-request-1")
        self._facts = facts
        self._numbers = numbers
        self._reading = read(self._layout, source, facts.kind)
        self._record = self._reading.data_record
        self._members = HashedSet()
        self._same = HashedSet()
        self._offset = -1  # what serial minus ordinal was last; the first record has serial 1 at ordinal 2
        self._ordinal = 2
        self._accepted = self._rejected = 0
        self._complete = True

    def blocks(self) -> Iterator[CheckedBlock]:
        """The checked blocks in order."""
        for chunk in self._reading.chunks():
            if self._reading.records > self._facts.max_records:
                self._complete = False
                return
            frame = self._reading.frame(chunk)
            if not frame.height:
                continue
            block = self._block(frame)
            self._accepted += block.accepted.height
            self._rejected += block.rejected.height
            yield block

    def verdict(self) -> Verdict:
        """What became of the file; after the last block."""
        return verdict_of(
            self._reading,
            self._facts,
            accepted=self._accepted,
            rejected=self._rejected,
            complete=self._complete,
        )

    def _block(self, frame: pl.DataFrame) -> CheckedBlock:
        frame = frame.with_columns(
            pl.int_range(self._ordinal, self._ordinal + frame.height, dtype=pl.Int64).alias("ordinal")
        )
        self._ordinal += frame.height
        whole = (pl.col("width") == len(self._record.fields) + 1) & (pl.col("record_type") == self._record.type)
        sound = prepared(frame.filter(whole), self._record)
        odd = frame.filter(~whole.fill_null(value=False))
        found = findings_where(odd, pl.repeat(value=True, n=odd.height, eager=True), "R01", "record_type")
        found += record_findings(sound, self._layout, self._record, self._facts.today)
        found += self._serial_findings(sound)
        found += findings_where(
            sound, self._members.add(sound["member_id"]) & (sound["member_id"] != ""), "R11", "member_id"
        )
        keys = self._keys(sound)
        found += self._sameness_findings(sound, keys)
        if not self._is_provisional:
            found += self._number_findings(sound)
        findings = together(found)
        accepted, rejected = split(pl.concat([sound, odd], how="diagonal").sort("line"), findings, self._record)
        return CheckedBlock(accepted, rejected, findings, self._accepted_keys(sound, keys, accepted))

    def _serial_findings(self, sound: pl.DataFrame) -> Findings:
        """A serial must follow the readable one before it, at the distance of their records."""
        readable = pl.when(pl.col("serial").str.contains(READABLE_SERIAL)).then("serial").cast(pl.Int64)
        serial = sound.select(readable).to_series()
        offset = serial - sound["ordinal"]
        before = offset.shift(1, fill_value=None).forward_fill().fill_null(self._offset)
        if (last := offset.drop_nulls()).len():
            self._offset = last[-1]
        return findings_where(sound, (offset != before).fill_null(value=False), "R02", "serial")

    @property
    def _is_provisional(self) -> bool:
        return "name_kanji" in self._record.columns

    def _keys(self, sound: pl.DataFrame) -> pl.Series:
        """What makes two inquiries the same: the person, or the inquiry number. Empty: cannot be told."""
        if self._is_provisional:
            return person_keys(sound, sound["address_key"])
        return sound.select(pl.when("well_formed").then("canonical").otherwise(pl.lit("")).alias("key"))["key"]

    def _sameness_findings(self, sound: pl.DataFrame, keys: pl.Series) -> Findings:
        """The same inquiry twice: in this file, or waiting in this cycle already."""
        field, code = ("name_kanji", "R12") if self._is_provisional else ("inquiry_number", "R16")
        told = keys != ""
        found = findings_where(sound, self._same.add(keys) & told, code, field)
        if self._numbers.waiting is not None:
            found += findings_where(sound, self._numbers.waiting.contains(keys) & told, "R16", field)
        return found

    def _number_findings(self, sound: pl.DataFrame) -> Findings:
        number, shaped = sound["canonical"], sound["well_formed"]
        deleted = shaped & _among(self._numbers.deleted, number)
        found = findings_where(sound, deleted, "R15", "inquiry_number")
        if self._numbers.issued is not None:
            unknown = shaped & ~deleted & ~self._numbers.issued.contains(number)
            found += findings_where(sound, unknown, "R14", "inquiry_number")
        return found

    def _accepted_keys(self, sound: pl.DataFrame, keys: pl.Series, accepted: pl.DataFrame) -> pl.DataFrame:
        joined = pl.DataFrame({"line": sound["line"], "key": keys})
        return joined.join(accepted.select("line"), on="line", how="semi").select("key")


def _among(known: HashedSet | None, texts: pl.Series) -> pl.Series:
    return pl.repeat(value=False, n=len(texts), eager=True) if known is None else known.contains(texts)
