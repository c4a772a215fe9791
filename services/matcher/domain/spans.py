"""Where two texts differ, as a person reads them side by side."""

from difflib import SequenceMatcher
from typing import Final

Spans = list[tuple[int, int]]
# Comparing grows with the square of the length; a text longer than any real item is marked whole.
LONGEST: Final = 500


def differing_spans(asked: str, held: str) -> tuple[Spans, Spans]:
    """(start, end) of the differing characters on each side: offsets in code points, `end` not included."""
    if asked == held:
        return [], []
    if max(len(asked), len(held)) > LONGEST:
        return _whole(asked), _whole(held)
    changes = [
        change for change in SequenceMatcher(None, asked, held, autojunk=False).get_opcodes() if change[0] != "equal"
    ]
    return (
        [(start, end) for _, start, end, _, _ in changes if start < end],
        [(start, end) for _, _, _, start, end in changes if start < end],
    )


def _whole(text: str) -> Spans:
    return [(0, len(text))] if text else []
