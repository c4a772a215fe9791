"""The check of a request file: every finding of every record at once; the same in intake and at the desk."""

from services.intake.domain.check.findings import FINDINGS, FindingText, severity, with_texts
from services.intake.domain.check.known_facts import FileFacts
from services.intake.domain.check.request_check import CheckedBlock, RequestCheck, Verdict

__all__ = ["FINDINGS", "CheckedBlock", "FileFacts", "FindingText", "RequestCheck", "Verdict", "severity", "with_texts"]
