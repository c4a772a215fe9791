"""Cells of tables that people open in a spreadsheet: what must not stand in them."""

from typing import Final

# What a spreadsheet takes for the start of a formula, in either width, and control characters that would break a line.
FORMULA: Final = r"^[=+\-@＝＋－＠\t\r]"
CONTROL: Final = r"[\x00-\x1f\x7f]"
