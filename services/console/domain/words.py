"""The words of the pages for staff, in both languages; data, so that nobody has to look for them in code."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Final

Words = Mapping[str, tuple[str, str]]
TABLES: Final[Mapping[str, Words]] = {
    name: {code: (ja, en) for code, (ja, en) in rows.items()}
    for name, rows in tomllib.loads((files("services.console.domain") / "words.toml").read_text("utf-8")).items()
}


def in_words(table: str, code: str) -> tuple[str, str]:
    """Japanese and English of a code; a code that has no row stands for itself."""
    return TABLES[table].get(code, (code, code))
