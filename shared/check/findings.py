"""The catalogue of findings: line, field, code; never a value."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, Literal

Severity = Literal["error", "warning"]
Finding = tuple[int, str, str]
"""Line, field, code."""


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
    declared = tomllib.loads((files("shared.check") / "findings.toml").read_text(encoding="utf-8"))
    return {code: FindingText(code=code, **rest) for code, rest in declared.items()}


FINDINGS: Final[Mapping[str, FindingText]] = _catalogue()


def severity(code: str) -> Severity:
    """F (the file goes back) and R (the record is rejected) are errors; W goes on."""
    return "warning" if code.startswith("W") else "error"


def with_fields(rows: Iterable[tuple[int, str, str]]) -> Iterator[Finding]:
    """Rows of (line, code, field) as findings; an empty field becomes the catalogue's."""
    for line, code, field in rows:
        yield (line, field or FINDINGS[code].field, code)


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
