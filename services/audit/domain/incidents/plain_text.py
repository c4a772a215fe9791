"""What people write about an incident goes into reports and records: no national number may stand in it."""

import re
import unicodedata
from typing import Final

from shared.people.check_digits import is_my_number, is_resident_code
from shared.refusals import Refusal

_RUN: Final = re.compile(r"\d+(?:[ \-]\d+)*")
_BREAK: Final = re.compile(r"[ \-]")


def refuse_numbers(text: str) -> None:
    """Refusal `text-holds-number` where a text holds what could be an individual number or a resident code."""
    for run in _RUN.findall(unicodedata.normalize("NFKC", text)):
        groups = _BREAK.split(run)
        pieces = {"".join(groups[start:end]) for end in range(1, len(groups) + 1) for start in range(end)}
        if any(is_my_number(piece) or is_resident_code(piece) for piece in pieces):
            raise Refusal("text-holds-number")
