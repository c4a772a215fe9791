"""The R and W findings of one block of records, all of them at once."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

import polars as pl

from shared.check.characters import FOLDED, FOLDED_CHARS, HIDDEN, YOUNG
from shared.check.columns.field_rules import (
    Rule,
    character_rules,
    field_rules,
    level_rules,
    suspicious,
    western_birth,
)
from shared.check.columns.findings import SCHEMA
from shared.layouts import Layout, RecordSpec
from shared.people.columns.addresses import read_addresses
from shared.people.columns.inquiry_numbers import canonical_column, is_inquiry_number_column
from shared.people.columns.postal import disagrees_columns

Findings = list[pl.DataFrame]


def prepared(frame: pl.DataFrame, record: RecordSpec) -> pl.DataFrame:
    """The block with what several rules need.

    `western` (birth), `canonical` and `well_formed` (inquiry number), and of the address `municipality_code`,
    `old_name` and `address_key`.
    """
    frame = frame.with_columns(pl.col(record.columns).fill_null(""))
    folded = [name for name in FOLDED if name in record.columns]
    frame = frame.with_columns(pl.col(folded).str.slice(0, FOLDED_CHARS).str.replace_all(f"[{YOUNG}]", HIDDEN))
    if "birth_date" in record.columns:
        frame = frame.with_columns(western_birth("birth_date"))
    if "address" in record.columns:
        read = read_addresses(frame.get_column("address"))
        frame = frame.hstack(read.select("municipality_code", "old_name", pl.col("key").alias("address_key")))
    if "inquiry_number" in record.columns:
        frame = frame.with_columns(canonical_column(pl.col("inquiry_number")).alias("canonical"))
        frame = frame.with_columns(is_inquiry_number_column(pl.col("canonical")).alias("well_formed"))
    return frame


def record_findings(frame: pl.DataFrame, layout: Layout, record: RecordSpec, today: date) -> Findings:
    """Findings of a prepared block that need no other block and no server."""
    found = _hits(frame, _rules(layout, record, today))
    for spec in record.fields:
        if spec.characters:
            closer = frame.filter(suspicious(spec))
            if closer.height:
                found += _hits(closer, tuple(character_rules(spec)))
    if "address" in record.columns:
        found += _address_findings(frame)
    return found


def findings_where(frame: pl.DataFrame, mask: pl.Series, code: str, field: str) -> Findings:
    """One finding for each record of the block for which the mask is true."""
    if not mask.any():
        return []
    lines = frame.get_column("line").filter(mask)
    return [pl.DataFrame({"line": lines}).with_columns(field=pl.lit(field), code=pl.lit(code))]


@lru_cache(maxsize=16)
def _rules(layout: Layout, record: RecordSpec, today: date) -> tuple[Rule, ...]:
    rules = [rule for spec in record.fields for rule in (*field_rules(layout, spec, today), *level_rules(spec))]
    if "inquiry_number" in record.columns:
        rules += _number_rules()
    return tuple(rules)


def _number_rules() -> list[Rule]:
    filled = pl.col("inquiry_number") != ""
    valid = pl.col("well_formed")
    rewritten = pl.col("canonical") != pl.col("inquiry_number")
    return [
        Rule("R13", "inquiry_number", filled & ~valid),
        Rule("W03", "inquiry_number", filled & valid & rewritten),
    ]


def _hits(frame: pl.DataFrame, rules: Sequence[Rule]) -> Findings:
    masks = frame.select(rule.holds.fill_null(value=False).alias(str(at)) for at, rule in enumerate(rules))
    found: Findings = []
    for at, rule in enumerate(rules):
        found += findings_where(frame, masks.get_column(str(at)), rule.code, rule.field)
    return found


def _address_findings(frame: pl.DataFrame) -> Findings:
    code, old_name = frame.get_column("municipality_code"), frame.get_column("old_name")
    filled = frame.get_column("address") != ""
    return [
        *findings_where(frame, filled & (code == "") & (old_name == ""), "R18", "address"),
        *findings_where(frame, old_name != "", "W04", "address"),
        *findings_where(frame, disagrees_columns(frame.get_column("postal_code"), code), "W01", "postal_code"),
    ]


def together(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Findings in the order of lines; the fields of a line in the order in which the rules found them."""
    parts = list(parts)
    if not parts:
        return pl.DataFrame(schema=SCHEMA)
    return (
        pl.concat(parts)
        .select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
        .unique(maintain_order=True)
        .sort("line", maintain_order=True)
    )
