"""What each field of a layout asks of its value, as expressions over a whole block."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from shared.check.characters import BLANKS, PRIVATE_USE
from shared.layouts import FieldSpec, Layout, character_classes
from shared.people.columns.characters import outside_jis_levels_column
from shared.people.columns.dates import beyond_era_column, looks_like_date_column, western_column
from shared.people.columns.names import in_two_parts_column


@dataclass(frozen=True)
class Rule:
    """One finding's condition on one field; `holds` is true for the records that have the finding."""

    code: str
    field: str
    holds: pl.Expr


def field_rules(layout: Layout, spec: FieldSpec, today: date) -> Iterator[Rule]:
    """All rules of one field, whatever the layout declares of it. Empty values meet only the rule on empty ones."""
    text = pl.col(spec.name)
    filled = text != ""
    if spec.required:
        yield Rule("R03", spec.name, text.str.strip_chars(BLANKS) == "")
    yield from _length_rules(spec, text)
    if spec.codes:
        yield Rule("R08", spec.name, filled & ~text.is_in(list(layout.codes(spec.codes))))
    if spec.parts:
        yield Rule("R17", spec.name, (text.str.strip_chars(BLANKS) != "") & ~in_two_parts_column(text))
    if spec.date == "birth":
        yield from _birth_rules(spec, text, today)


def character_rules(spec: FieldSpec) -> Iterator[Rule]:
    """The rules on single characters; they need only be asked where `suspicious` is true."""
    kind = character_classes()[spec.characters]
    text = pl.col(spec.name)
    yield Rule("R09", spec.name, text.str.contains(f"[{PRIVATE_USE}]"))
    if kind.misplaced:
        odd = f"[^{kind.allowed}{kind.tolerated}]"
        yield Rule("R04", spec.name, text.str.contains(f"[{kind.misplaced}&&{odd}]"))
        yield Rule(
            "R10", spec.name, text.str.contains(f"[^{kind.allowed}{kind.tolerated}{kind.misplaced}{PRIVATE_USE}]")
        )
    else:
        yield Rule("R04", spec.name, text.str.contains(f"[^{kind.allowed}{kind.tolerated}{PRIVATE_USE}]"))
    if kind.tolerated:
        yield Rule("W03", spec.name, text.str.contains(f"[{kind.tolerated}]"))


def level_rules(spec: FieldSpec) -> Iterator[Rule]:
    """Names also tell of kanji that not every system can show."""
    if spec.characters == "name":
        yield Rule("W05", spec.name, outside_jis_levels_column(pl.col(spec.name)))


def suspicious(spec: FieldSpec) -> pl.Expr:
    """True where a value holds anything beyond what its field is made of."""
    return pl.col(spec.name).str.contains(f"[^{character_classes()[spec.characters].allowed}]")


def _length_rules(spec: FieldSpec, text: pl.Expr) -> Iterator[Rule]:
    longest = spec.max_chars or spec.max_bytes or spec.exact_chars
    if longest:
        # Half-width kana are one byte each in CP932, so that characters count bytes there.
        yield Rule("R05", spec.name, text.str.len_chars() > longest)
    if spec.exact_chars:
        yield Rule("R04", spec.name, (text != "") & (text.str.len_chars() < spec.exact_chars))


def _birth_rules(spec: FieldSpec, text: pl.Expr, today: date) -> Iterator[Rule]:
    western = pl.col("western")
    shaped = looks_like_date_column(text)
    yield Rule("R04", spec.name, (text != "") & ~shaped)
    yield Rule("R06", spec.name, shaped & western.is_null())
    yield Rule("R07", spec.name, (western > f"{today:%Y%m%d}") | (western < "19000101"))
    yield Rule("W02", spec.name, beyond_era_column(text))


def western_birth(spec_name: str) -> pl.Expr:
    """The date of birth as YYYYMMDD, null where there is no such date."""
    return western_column(pl.col(spec_name)).alias("western")
