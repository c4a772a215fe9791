"""The check over polars columns: blocks of 50,000 records, as intake needs them."""

from shared.check.columns.findings import SCHEMA
from shared.check.columns.known_numbers import KnownNumbers
from shared.check.columns.request_check import CheckedBlock, RequestCheck

__all__ = ["SCHEMA", "CheckedBlock", "KnownNumbers", "RequestCheck"]
