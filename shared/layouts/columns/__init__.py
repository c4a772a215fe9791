"""Layouts over polars columns: frames of records out of bytes, and bytes out of frames."""

from shared.layouts.columns.reader import FrameReading, read
from shared.layouts.columns.writer import Writing, write

__all__ = ["FrameReading", "Writing", "read", "write"]
