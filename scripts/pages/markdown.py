"""Small pieces of Markdown."""

from collections.abc import Iterable, Sequence
from typing import Final

NOTE: Final = "<!-- Written by `make docs` from the code; do not edit. -->"


def page(title: str, intro: str, *parts: str) -> str:
    """A whole generated page."""
    return "\n\n".join([f"# {title}", NOTE, intro, *parts]) + "\n"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; line breaks and pipes inside a cell are made harmless."""
    lines = [_row(columns), _row(["---"] * len(columns)), *(_row(row) for row in rows)]
    return "\n".join(lines)


def code(text: object) -> str:
    """As code; nothing for an empty text."""
    return f"`{text}`" if str(text) else ""


def codes(texts: Iterable[str]) -> str:
    """Several as code, in order."""
    return ", ".join(code(text) for text in texts)


def _row(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
