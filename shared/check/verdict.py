"""The outcome of a check."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.check.file_rules import Row, end_findings, header_findings
from shared.check.findings import Finding, with_fields
from shared.check.known_facts import FileFacts
from shared.layouts import Reading


@dataclass(frozen=True)
class Verdict:
    """`file_codes` is empty unless the file goes back whole; then nothing of it is accepted."""

    kind: str
    charset: str
    header: dict[str, str]
    received: int
    accepted: int
    rejected: int
    file_codes: tuple[str, ...]
    file_findings: tuple[Finding, ...]
    sha256: str

    @classmethod
    def unreadable(cls, kind: str) -> "Verdict":
        """Of a file whose stored bytes can no longer be read: it has to be sent again."""
        return cls(kind, "", {}, 0, 0, 0, *_file_findings([(1, "F11", "")]), "")

    @property
    def returned(self) -> bool:
        """Whether the file goes back whole."""
        return bool(self.file_codes)


def verdict_of(reading: Reading, facts: FileFacts, *, accepted: int, rejected: int, complete: bool) -> Verdict:
    """What became of a file that was read to its end, or as far as the limit: `complete` is false."""
    rows = [*header_findings(reading, facts), *end_findings(reading, facts, complete=complete)]
    rows += [(line, code, "") for line, code in reading.bad_lines]
    codes, findings = _file_findings(rows)
    return Verdict(
        kind=reading.kind,
        charset=reading.charset,
        header=reading.header or {},
        received=reading.records,
        accepted=0 if codes else accepted,
        rejected=reading.records if codes else rejected,
        file_codes=codes,
        file_findings=findings,
        sha256=reading.sha256,
    )


def _file_findings(rows: Iterable[Row]) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """The codes, and the findings in order of lines."""
    rows = sorted(rows)
    return tuple(sorted({code for _, code, _ in rows})), tuple(with_fields(rows))
