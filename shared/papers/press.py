"""Turns data into PDF/A papers. Templates are data of the services; what is printed comes in as JSON, no markup."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import typst

from shared.papers.glyphs import characters_of

STYLE: Final = Path(__file__).with_name("style.typ")
REPLACEMENT: Final = "〓"  # the printers' mark for a sort that is not in the case


class Press:
    """Prints templates of one folder with one Japanese typeface. FontUnusable at once when the font is not there."""

    def __init__(self, font: Path, templates: Path) -> None:
        self._font = font
        self._templates = templates
        self._characters = characters_of(font)

    def shows(self, text: str) -> bool:
        """Whether every character of `text` has a glyph."""
        return all(ord(character) in self._characters for character in text)

    def print(self, template: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
        """The PDF/A-2b of a template filled with `data`; what the typeface lacks is printed as 〓."""
        text = json.dumps(_visible(data, self._characters), ensure_ascii=False)
        # typst takes files by name, too; its type hints do not say so
        sources: Any = {"main": (self._templates / f"{template}.typ").read_bytes(), "style.typ": STYLE.read_bytes()}
        pdf = typst.compile(
            sources,
            font_paths=[self._font.parent],
            ignore_system_fonts=True,
            sys_inputs={"data": text},
            pdf_standards=["a-2b"],
            timestamp=int(at.timestamp()),
        )
        return bytes(pdf)


def _visible(value: Any, characters: frozenset[int]) -> Any:
    match value:
        case str():
            return "".join(sign if ord(sign) in characters else REPLACEMENT for sign in value)
        case Mapping():
            return {key: _visible(item, characters) for key, item in value.items()}
        case list() | tuple():
            return [_visible(item, characters) for item in value]
    return value
