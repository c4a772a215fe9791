"""The words in which an item is judged, and the codes that name what differs."""

from dataclasses import dataclass
from typing import Final

import polars as pl

SAME: Final = "same"
BY_RULE: Final = "same_by_rule"
PARTLY: Final = "partly"
DIFFERS: Final = "differs"
MISSING: Final = "missing"
CANNOT_JUDGE: Final = "cannot_judge"
JUDGEMENTS = (SAME, BY_RULE, PARTLY, DIFFERS, MISSING, CANNOT_JUDGE)
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


@dataclass(frozen=True)
class Judged:
    """One item: how it was judged and the codes of what differs."""

    judgement: str
    codes: tuple[str, ...] = ()


def code_when(condition: pl.Expr, code: str) -> pl.Expr:
    """The code where the condition holds, else an empty string."""
    return pl.when(condition).then(pl.lit(code)).otherwise(pl.lit(""))


def joined(*codes: pl.Expr) -> pl.Expr:
    """Codes joined by `;`, empty ones left out."""
    together = pl.concat_str(*codes, separator=";")
    return together.str.replace_all(";;+", ";").str.strip_chars(";")
