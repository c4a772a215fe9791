"""Japanese names, kana, addresses, dates and check digits: normalise and explain.

Each rule exists twice under one name: `rule(text)` in plain Python and `rule_column(expr)` over a polars column.
The tests hold the two against each other on arbitrary text.
"""
