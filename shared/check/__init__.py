"""The check of a request file: every finding of every record at once; the same in intake and at the desk.

These modules need nothing but the standard library and check record by record; `shared.check.columns` holds the same
rules over polars columns. Both read the same layouts, character classes, code tables and catalogue of findings, and the
tests hold the two against each other, byte for byte.
"""

from shared.check.findings import FINDINGS, FindingText, severity, with_texts
from shared.check.known_facts import FileFacts

__all__ = ["FINDINGS", "FileFacts", "FindingText", "severity", "with_texts"]
