"""The catalogue of findings, and how findings look as columns: line, field, code; never a value."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, Literal

import polars as pl

SCHEMA: Final = {"line": pl.Int32, "field": pl.String, "code": pl.String}
Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class FindingText:
    """What a code means and what to do, in both languages; `field` where the rule names none itself."""

    code: str
    field: str
    ja: str
    en: str
    action_ja: str
    action_en: str


def _catalogue() -> Mapping[str, FindingText]:
    declared = tomllib.loads((files(__package__) / "findings.toml").read_text(encoding="utf-8"))
    return {code: FindingText(code=code, **rest) for code, rest in declared.items()}


FINDINGS: Final[Mapping[str, FindingText]] = _catalogue()


def severity(code: str) -> Severity:
    """F (the file goes back) and R (the record is rejected) are errors; W goes on."""
    return "warning" if code.startswith("W") else "error"


def findings_frame(rows: Iterable[tuple[int, str, str]]) -> pl.DataFrame:
    """Rows of (line, code, field) as findings; an empty field becomes the catalogue's."""
    filled = [(line, field or FINDINGS[code].field, code) for line, code, field in rows]
    return pl.DataFrame(filled, schema=SCHEMA, orient="row")


def with_texts(line: int, field: str, code: str) -> dict[str, Any]:
    """One finding as the outside sees it."""
    text = FINDINGS[code]
    return {
        "line": line,
        "field": field,
        "code": code,
        "severity": severity(code),
        "title": {"ja": text.ja, "en": text.en},
        "action": {"ja": text.action_ja, "en": text.action_en},
    }
