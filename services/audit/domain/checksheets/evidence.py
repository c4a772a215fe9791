"""What the system itself knows about an item of the checksheet: a sentence, what it says to the question, a digest."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, Literal

from services.audit.domain.canonical import canonical

Says = Literal["yes", "no", ""]
STATEMENTS: Final = Path(__file__).parent / "statements"


@dataclass(frozen=True, slots=True)
class Statement:
    """One kind of evidence: the items (1 to 15) that it speaks to, and its sentence with the names of its facts.

    What is `filed` comes from outside (a drill, a restore test) and is kept; all else is found out when asked for.
    `remark` is what a person may take over into the remarks of the sheet; empty for most.
    """

    code: str
    items: tuple[int, ...]
    ja: str
    en: str
    filed: bool
    remark: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that the system found.

    `says` answers the question of the item as it stands in the document (item 15: "yes" means that an accident
    happened); empty where it only informs. `refs` name what it was found in, as type:id. Ids, counts, days: no names.
    """

    code: str
    says: Says = ""
    facts: Mapping[str, int | str] = field(default_factory=dict)
    refs: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[int, ...]:
        """The items that it speaks to."""
        return statements()[self.code].items

    @property
    def ja(self) -> str:
        """The finding as a Japanese sentence."""
        return statements()[self.code].ja.format(**self.facts)

    @property
    def en(self) -> str:
        """The same in English."""
        return statements()[self.code].en.format(**self.facts)

    @property
    def remark(self) -> str:
        """What the remarks of the sheet may say about it, in Japanese; empty for most."""
        return statements()[self.code].remark.format(**self.facts)

    @property
    def digest(self) -> str:
        """SHA-256 in hex over the canonical form of all that it states."""
        stated = {"code": self.code, "says": self.says, "facts": dict(self.facts), "refs": list(self.refs)}
        return hashlib.sha256(canonical(stated)).hexdigest()


def stated(code: str, says: Says = "", *, refs: tuple[str, ...] = (), **facts: int | str) -> Evidence:
    """Evidence whose sentence fits its facts. KeyError for a code without a row, or a fact that is missing."""
    found = Evidence(code, says, facts, refs)
    _ = found.ja, found.en
    return found


@cache
def statements() -> Mapping[str, Statement]:
    """Every kind of evidence there is, by code. ValueError where two tables use the same code."""
    known: dict[str, Statement] = {}
    for path in sorted(STATEMENTS.glob("*.toml")):
        for code, row in tomllib.loads(path.read_text("utf-8"))["statements"].items():
            if code in known:
                raise ValueError(f"{code} is stated twice")
            known[code] = Statement(
                code, tuple(row["items"]), row["ja"], row["en"], row.get("filed", False), row.get("remark", "")
            )
    return known
