"""The check of one request file, block by block, at constant memory."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from services.intake.domain.check.chunks import split
from services.intake.domain.check.file_rules import end_findings, header_findings
from services.intake.domain.check.findings import findings_frame
from services.intake.domain.check.hashed_set import HashedSet
from services.intake.domain.check.known_facts import FileFacts
from services.intake.domain.check.record_rules import Findings, findings_where, prepared, record_findings, together
from shared.layouts import Layout, layout, read
from shared.layouts.lines import Source
from shared.people.person import person_keys


@dataclass(frozen=True)
class CheckedBlock:
    """At most 50,000 records: the accepted ones as the matcher takes them, the rejected ones, all their findings."""

    accepted: pl.DataFrame
    rejected: pl.DataFrame
    findings: pl.DataFrame
    keys: pl.DataFrame


@dataclass(frozen=True)
class Verdict:
    """The outcome. `file_codes` is empty unless the file goes back whole; then nothing of it is accepted."""

    kind: str
    charset: str
    header: dict[str, str]
    received: int
    accepted: int
    rejected: int
    file_codes: tuple[str, ...]
    file_findings: pl.DataFrame
    sha256: str

    @classmethod
    def unreadable(cls, kind: str) -> "Verdict":
        """Of a file whose stored bytes can no longer be read: it has to be sent again."""
        found = findings_frame([(1, "F11", "")])
        return cls(kind, "", {}, 0, 0, 0, ("F11",), found, "")

    @property
    def returned(self) -> bool:
        """Whether the file goes back whole."""
        return bool(self.file_codes)


class RequestCheck:
    """Iterate over `blocks()`, then ask for `verdict()`."""

    def __init__(self, source: Source, facts: FileFacts, request_layout: Layout | None = None) -> None:
        self._layout = request_layout or layout("pfa-request-1")
        self._facts = facts
        self._reading = read(self._layout, source, facts.kind)
        self._record = self._layout.record("data", self._reading.kind)
        self._members = HashedSet()
        self._same = HashedSet()
        self._offset = -1  # what serial minus ordinal was last; the first record has serial 1 at ordinal 2
        self._ordinal = 2
        self._accepted = self._rejected = 0
        self._complete = True

    def blocks(self) -> Iterator[CheckedBlock]:
        """The checked blocks in order."""
        for frame in self._reading.frames():
            if self._reading.records > self._facts.max_records:
                self._complete = False
                return
            block = self._block(frame)
            self._accepted += block.accepted.height
            self._rejected += block.rejected.height
            yield block

    def verdict(self) -> Verdict:
        """What became of the file; after the last block."""
        rows = [*header_findings(self._reading, self._facts)]
        rows += end_findings(self._reading, self._facts, complete=self._complete)
        rows += [(line, code, "") for line, code in self._reading.bad_lines.iter_rows()]
        codes = tuple(sorted({code for _, code, _ in rows}))
        records = self._reading.records
        return Verdict(
            kind=self._reading.kind,
            charset=self._reading.charset,
            header=self._reading.header or {},
            received=records,
            accepted=0 if codes else self._accepted,
            rejected=records if codes else self._rejected,
            file_codes=codes,
            file_findings=findings_frame(sorted(rows)),
            sha256=self._reading.sha256,
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
        serial = sound["serial"].cast(pl.Int64, strict=False)
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
        if self._facts.waiting is not None:
            found += findings_where(sound, self._facts.waiting.contains(keys) & told, "R16", field)
        return found

    def _number_findings(self, sound: pl.DataFrame) -> Findings:
        number, shaped = sound["canonical"], sound["well_formed"]
        deleted = shaped & _among(self._facts.deleted, number)
        found = findings_where(sound, deleted, "R15", "inquiry_number")
        if self._facts.issued is not None:
            unknown = shaped & ~deleted & ~self._facts.issued.contains(number)
            found += findings_where(sound, unknown, "R14", "inquiry_number")
        return found

    def _accepted_keys(self, sound: pl.DataFrame, keys: pl.Series, accepted: pl.DataFrame) -> pl.DataFrame:
        joined = pl.DataFrame({"line": sound["line"], "key": keys})
        return joined.join(accepted.select("line"), on="line", how="semi").select("key")


def _among(known: HashedSet | None, texts: pl.Series) -> pl.Series:
    return pl.repeat(value=False, n=len(texts), eager=True) if known is None else known.contains(texts)
