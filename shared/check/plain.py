"""The check of one request file, record by record: standard library only, at constant memory."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from shared.check.findings import Finding, severity
from shared.check.known_facts import FileFacts
from shared.check.record_rules import RecordRules
from shared.check.verdict import Verdict, verdict_of
from shared.layouts import Layout, Reading, layout
from shared.layouts.lines import Source
from shared.layouts.reading import Chunk, fields_of

TOLD_EVERY: Final = 500


class PlainCheck:
    """Iterate over `findings()`, then ask for `verdict()`."""

    def __init__(
        self,
        source: Source,
        facts: FileFacts,
        request_layout: Layout | None = None,
        progress: Callable[[int], None] = lambda records: None,
    ) -> None:
        """`progress` is told now and then how many records are checked."""
        self._layout = request_layout or layout("pfa-request-1")
        self._facts = facts
        self._progress = progress
        self._reading = Reading(self._layout, source, facts.kind)
        self._record = self._reading.data_record
        self._rules = RecordRules(self._layout, self._record, facts.today)
        self._ordinal = 2
        self._accepted = self._rejected = 0
        self._complete = True

    def findings(self) -> Iterator[Finding]:
        """The findings of all records in the order of lines; those of the file are in the verdict."""
        for chunk in self._reading.chunks():
            if self._reading.records > self._facts.max_records:
                self._complete = False
                return
            yield from self._of_chunk(chunk)

    def verdict(self) -> Verdict:
        """What became of the file; after the last finding."""
        return verdict_of(
            self._reading, self._facts, accepted=self._accepted, rejected=self._rejected, complete=self._complete
        )

    def _of_chunk(self, chunk: Chunk) -> Iterator[Finding]:
        for line, text in enumerate(chunk.texts, start=chunk.first_line):
            if not (record := text.removesuffix("\r")):
                continue
            found = self._of_record(fields_of(record))
            self._ordinal += 1
            if self._ordinal % TOLD_EVERY == 0:
                self._progress(self._ordinal)
            if any(severity(code) == "error" for _, code in found):
                self._rejected += 1
            else:
                self._accepted += 1
            for field, code in found:
                yield line, field, code

    def _of_record(self, fields: Sequence[str]) -> Sequence[tuple[str, str]]:
        """Field and code of each finding, once, in the order of the rules."""
        if len(fields) != len(self._record.fields) + 1 or fields[0] != self._record.type:
            return (("record_type", "R01"),)
        return tuple(dict.fromkeys(self._rules.findings(self._ordinal, fields[1:])))
