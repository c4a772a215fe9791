"""Reason codes: why an item was judged as it was, what that means, and which of it the plan is told."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import polars as pl

FOUR_ITEMS: Final = ("name", "birth", "sex", "address")
SAME: Final = "same"
BY_RULE: Final = "same_by_rule"
PARTLY: Final = "partly"
DIFFERS: Final = "differs"
MISSING: Final = "missing"
CANNOT_JUDGE: Final = "cannot_judge"
# From the best to the worst; an item is judged by the worst of its reasons.
JUDGEMENTS = (SAME, BY_RULE, PARTLY, MISSING, CANNOT_JUDGE, DIFFERS)
JUDGEMENT = pl.Enum(JUDGEMENTS)
AGREES = frozenset({SAME, BY_RULE})

# In the order in which a reply lists them. UNCLEAR: one side is missing, or cannot be judged.
CODES = (
    "NAME-VARIANT",
    "NAME-DIFFERS",
    "NAME-UNCLEAR",
    "KANA-DIFFERS",
    "BIRTH-DIFFERS",
    "BIRTH-UNCLEAR",
    "SEX-DIFFERS",
    "SEX-UNCLEAR",
    "ADDRESS-NOTATION",
    "ADDRESS-OLD-NAME",
    "ADDRESS-DIFFERS",
    "ADDRESS-UNCLEAR",
)
SEPARATOR: Final = ";"


@dataclass(frozen=True)
class Reason:
    """One reason code; `told` is the reply's code for it, or empty."""

    code: str
    item: str
    judgement: str
    told: str
    ja: str
    en: str


@cache
def reasons() -> Mapping[str, Reason]:
    """Every reason by its code, in the order in which evidence lists them."""
    text = (files("services.matcher.domain.items") / "reasons.toml").read_text("utf-8")
    return {code: Reason(code, **entry) for code, entry in tomllib.loads(text).items()}


@cache
def built_in_judgements() -> Mapping[str, str]:
    """Reason code -> judgement, where no decision table says otherwise."""
    return {code: reason.judgement for code, reason in reasons().items()}


@dataclass(frozen=True)
class Judged:
    """One item: the codes of all reasons, in the catalogue's order; none when the texts are the same."""

    codes: tuple[str, ...] = ()

    @property
    def judgement(self) -> str:
        """What the reasons mean unless a decision table says otherwise."""
        return judgement_of(self.codes)


def judged(*codes: str) -> Judged:
    """The codes in the catalogue's order, each once, empty ones left out."""
    return Judged(tuple(code for code in reasons() if code in codes))


def judgement_of(codes: Iterable[str], judgements: Mapping[str, str] | None = None) -> str:
    """The worst that the reasons mean; `judgements` is a decision table's (default: the catalogue's)."""
    means = judgements or built_in_judgements()
    return max((means[code] for code in codes), key=JUDGEMENTS.index, default=SAME)


def told(codes: Iterable[str]) -> tuple[str, ...]:
    """The reply's codes for these reasons, each once, in the order of CODES."""
    named = {reasons()[code].told for code in codes}
    return tuple(code for code in CODES if code in named)


def code_when(condition: pl.Expr, code: str) -> pl.Expr:
    """The code where the condition holds, else an empty string."""
    return pl.when(condition).then(pl.lit(code)).otherwise(pl.lit(""))


def joined(*codes: pl.Expr) -> pl.Expr:
    """Codes joined by `;`, empty ones left out."""
    together = pl.concat_str(*codes, separator=SEPARATOR)
    return together.str.replace_all(";;+", SEPARATOR).str.strip_chars(SEPARATOR)
