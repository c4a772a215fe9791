"""Drafts of the reports that an incident owes: the items of a dated table, out of what people wrote or the facts."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from shared.refusals import Refusal

Origin = Literal["written", "facts", "open"]
OPEN_JA: Final = "確認中"


@dataclass(frozen=True, slots=True)
class Section:
    """One item of a report. `origin` says whether a person wrote it, the facts gave it, or it is still open."""

    number: int
    item: str
    ja: str
    en: str
    text: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Draft:
    """A report as it could go out today."""

    code: str
    to_ja: str
    title_ja: str
    title_en: str
    source: str
    sections: tuple[Section, ...]


def items() -> Mapping[str, Mapping[str, Any]]:
    """The nine items by their codes, in order. Source: rule 8 under the Act on personal information."""
    return {row["code"]: row for row in _table()["items"]}


def draft_of(code: str, written: Mapping[str, str], facts: Mapping[str, str | int | None]) -> Draft:
    """The draft for one duty. Refusal `not-found` for a duty that no report belongs to.

    `facts` fill the sentences of the table; a sentence with a fact that nobody knows yet is left open.
    """
    row = next((row for row in _table()["drafts"] if row["code"] == code), None)
    if row is None:
        raise Refusal("not-found")
    sections = tuple(_section(items()[item], written, facts) for item in row["items"])
    return Draft(code, row["to_ja"], row["title_ja"], row["title_en"], row["source"], sections)


def kinds_in_words(kinds: list[str]) -> str:
    """Which data items replies of these kinds hold; empty for none."""
    known = _table()["data_items"]
    return "、".join(dict.fromkeys(word for kind in kinds for word in known.get(kind, ())))


def _section(item: Mapping[str, Any], written: Mapping[str, str], facts: Mapping[str, str | int | None]) -> Section:
    text, origin = _text(item, written, facts)
    return Section(item["number"], item["code"], item["ja"], item["en"], text, origin)


def _text(
    item: Mapping[str, Any], written: Mapping[str, str], facts: Mapping[str, str | int | None]
) -> tuple[str, Origin]:
    if item["code"] in written:
        return written[item["code"]], "written"
    needed = item.get("needs", ())
    if item.get("facts_ja") and all(facts.get(name) not in (None, "") for name in needed):
        return item["facts_ja"].format(**facts), "facts"
    return OPEN_JA, "open"


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("reports.toml").read_text("utf-8"))
