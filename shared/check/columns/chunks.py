"""What goes on from a checked block: accepted records as the matcher takes them, rejected ones with codes."""

import polars as pl

from shared.layouts import RecordSpec


def split(frame: pl.DataFrame, findings: pl.DataFrame, record: RecordSpec) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(accepted, rejected) of a prepared block; every line with an R or F finding is rejected."""
    errors = findings.filter(~pl.col("code").str.starts_with("W"))
    codes = errors.group_by("line").agg(pl.col("code").unique(maintain_order=True).str.join(";").alias("codes"))
    marked = frame.join(codes, on="line", how="left", maintain_order="left")
    rejected = marked.filter(pl.col("codes").is_not_null()).select(
        _serial(), pl.col("member_id").fill_null(""), "codes"
    )
    return _accepted(marked.filter(pl.col("codes").is_null()), record), rejected


def _accepted(frame: pl.DataFrame, record: RecordSpec) -> pl.DataFrame:
    columns: list[pl.Expr] = [pl.col("line"), _serial(), pl.col("member_id")]
    for name in record.columns[2:]:
        match name:
            case "birth_date":
                columns += [pl.col("western").alias("birth_date"), pl.col("birth_date").alias("birth_raw")]
            case "inquiry_number":
                columns.append(pl.col("canonical").alias("inquiry_number"))
            case _:
                columns.append(pl.col(name))
    return frame.select(columns)


def _serial() -> pl.Expr:
    return pl.col("serial").cast(pl.Int32, strict=False).fill_null(0)
