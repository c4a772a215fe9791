"""Japanese names, kana, addresses, dates and check digits: normalise and explain.

These modules need nothing but the standard library. `shared.people.columns` holds the same rules over polars columns;
the tests hold the two against each other on arbitrary text.
"""
