"""照会番号 over columns, and new ones drawn in bulk."""

import secrets
from typing import Any

import numpy as np
import polars as pl

from shared.people.inquiry_numbers import ALPHABET, BETWEEN, BODY_LENGTH, LENGTH, READ_AS, SHAPE, times_x

Bytes = np.ndarray[Any, np.dtype[np.uint8]]


def _products() -> Bytes:
    """products[place, value] = value · x^(place + 1); the last place has weight x^0."""
    table = np.zeros((LENGTH, 32), dtype=np.uint8)
    table[LENGTH - 1] = np.arange(32)
    weighted = list(range(32))
    for place in range(BODY_LENGTH):
        weighted = [times_x(value) for value in weighted]
        table[place] = weighted
    return table


_PRODUCTS = _products()
_LETTERS = np.frombuffer(ALPHABET.encode(), dtype=np.uint8)
_VALUES = np.zeros(256, dtype=np.uint8)
_VALUES[_LETTERS] = np.arange(32)
_PLACES = np.arange(LENGTH)


def canonical_column(column: pl.Expr) -> pl.Expr:
    """`canonical` over a column."""
    folded = column.str.normalize("NFKC").str.replace_all(BETWEEN, "")
    return folded.str.replace_many(READ_AS)


def is_inquiry_number_column(column: pl.Expr) -> pl.Expr:
    """`is_inquiry_number` over a column; null is false."""
    return column.map_batches(_are_inquiry_numbers, return_dtype=pl.Boolean, is_elementwise=True)


def new_inquiry_numbers(count: int) -> pl.Series:
    """`count` distinct new numbers from the system's random source.

    45 random bits: unlikely to meet an older number, not unable to; the ledger's unique key decides, and a number
    that is taken is drawn again.
    """
    drawn = pl.Series("inquiry_number", [], dtype=pl.String)
    while len(drawn) < count:
        drawn = pl.concat([drawn, _draw(count - len(drawn))]).unique(maintain_order=True)
    return drawn


def _draw(count: int) -> pl.Series:
    random = np.frombuffer(secrets.token_bytes(count * BODY_LENGTH), dtype=np.uint8)
    values = np.zeros((count, LENGTH), dtype=np.uint8)
    values[:, :BODY_LENGTH] = (random & 31).reshape(count, BODY_LENGTH)
    values[:, BODY_LENGTH] = _sums(values)
    letters = _LETTERS[values]
    return pl.Series("inquiry_number", letters.reshape(-1).view(f"S{LENGTH}").astype(str), dtype=pl.String)


def _are_inquiry_numbers(numbers: pl.Series) -> pl.Series:
    text = numbers.cast(pl.String)
    shaped = text.str.contains(SHAPE).fill_null(value=False)
    joined = "".join(text.filter(shaped)).encode()
    values = _VALUES[np.frombuffer(joined, dtype=np.uint8)].reshape(-1, LENGTH)
    correct = np.zeros(len(numbers), dtype=bool)
    correct[shaped.to_numpy()] = _sums(values) == 0
    return pl.Series(numbers.name, correct, dtype=pl.Boolean)


def _sums(values: Bytes) -> Bytes:
    sums: Bytes = np.bitwise_xor.reduce(_PRODUCTS[_PLACES, values], axis=1)
    return sums
