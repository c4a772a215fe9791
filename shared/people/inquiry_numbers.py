"""照会番号: ten characters of Crockford base 32, nine random and one check character.

The check works in GF(32) = GF(2)[x]/(x^5 + x^2 + 1): each character is its five bits, the character at place i
(0 … 9) is multiplied by x^(i+1), at the last place by x^0, and the sum of all is zero. A product with a power of x
is zero only for zero, so every wrong single character is caught; the ten powers differ, so every swap of two
characters is caught, adjacent or not.
"""

import re
import secrets
import unicodedata
from typing import Any

import numpy as np
import polars as pl

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BODY_LENGTH = 9
LENGTH = BODY_LENGTH + 1
_SHAPE = f"^[{ALPHABET}]{{{LENGTH}}}$"
_MEANT = {"I": "1", "L": "1", "O": "0"}
_READ_AS = {letter: _MEANT.get(letter.upper(), letter.upper()) for letter in "abcdefghijklmnopqrstuvwxyzILO"}
_READ_AS_TABLE = str.maketrans(_READ_AS)
# What a person types between the groups: hyphens and dashes of all widths, and blanks.
_BETWEEN = "[\\- \t\r\n\u2010-\u2015\u2212\u30fc]"

Bytes = np.ndarray[Any, np.dtype[np.uint8]]


def _times_x(value: int) -> int:
    doubled = value << 1
    return doubled ^ 0b100101 if doubled & 0b100000 else doubled


def _products() -> Bytes:
    """products[place, value] = value · x^(place + 1); the last place has weight x^0."""
    table = np.zeros((LENGTH, 32), dtype=np.uint8)
    table[LENGTH - 1] = np.arange(32)
    weighted = list(range(32))
    for place in range(BODY_LENGTH):
        weighted = [_times_x(value) for value in weighted]
        table[place] = weighted
    return table


_PRODUCTS = _products()
_LETTERS = np.frombuffer(ALPHABET.encode(), dtype=np.uint8)
_VALUES = np.zeros(256, dtype=np.uint8)
_VALUES[_LETTERS] = np.arange(32)
_PLACES = np.arange(LENGTH)


def check_character(body: str) -> str:
    """The tenth character for nine characters in canonical form."""
    total = 0
    for place, character in enumerate(body):
        value = ALPHABET.index(character)
        for _ in range(place + 1):
            value = _times_x(value)
        total ^= value
    return ALPHABET[total]


def canonical(text: str) -> str:
    """What a person meant to type: any width or case, I and L for 1, O for 0, hyphens and blanks dropped."""
    folded = unicodedata.normalize("NFKC", text)
    return re.sub(_BETWEEN, "", folded).translate(_READ_AS_TABLE)


def canonical_column(column: pl.Expr) -> pl.Expr:
    """`canonical` over a column."""
    folded = column.str.normalize("NFKC").str.replace_all(_BETWEEN, "")
    return folded.str.replace_many(_READ_AS)


def is_inquiry_number(text: str) -> bool:
    """Canonical form with the right check character; whether it was issued is another question."""
    return re.fullmatch(_SHAPE[1:-1], text) is not None and check_character(text[:BODY_LENGTH]) == text[BODY_LENGTH]


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
    shaped = text.str.contains(_SHAPE).fill_null(value=False)
    joined = "".join(text.filter(shaped)).encode()
    values = _VALUES[np.frombuffer(joined, dtype=np.uint8)].reshape(-1, LENGTH)
    correct = np.zeros(len(numbers), dtype=bool)
    correct[shaped.to_numpy()] = _sums(values) == 0
    return pl.Series(numbers.name, correct, dtype=pl.Boolean)


def _sums(values: Bytes) -> Bytes:
    sums: Bytes = np.bitwise_xor.reduce(_PRODUCTS[_PLACES, values], axis=1)
    return sums
