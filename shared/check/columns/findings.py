"""Findings as columns: line, field, code; never a value."""

from typing import Final

import polars as pl

SCHEMA: Final = {"line": pl.Int32, "field": pl.String, "code": pl.String}
