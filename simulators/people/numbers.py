"""Resident codes and individual numbers with valid check digits, drawn without repetition."""

from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

GENERATIONS = 8  # a person may get a new code or number so many times

# Multiplying by a number prime to ten runs through all bodies of a given length once, in no visible order.
_STRIDE = 3_141_592_653
_RESIDENT_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_MY_NUMBER_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def resident_codes(people: Ints, generations: Ints, seed: int) -> list[str]:
    """11 digits, the last one a check digit (modulus 11). Every (person, generation) has its own code."""
    return _with_check_digit(people * GENERATIONS + generations, _RESIDENT_WEIGHTS, seed)


def my_numbers(people: Ints, generations: Ints, seed: int) -> list[str]:
    """12 digits, the last one the check digit of ordinance 85 of 2014, article 5."""
    return _with_check_digit(people * GENERATIONS + generations, _MY_NUMBER_WEIGHTS, seed + 1)


def check_digit(body: str) -> str:
    """The check digit of a resident code (10 digits) or an individual number (11 digits)."""
    weights = _RESIDENT_WEIGHTS if len(body) == 10 else _MY_NUMBER_WEIGHTS
    rest = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11
    return "0" if rest <= 1 else str(11 - rest)


def _with_check_digit(ordinals: Ints, weights: tuple[int, ...], seed: int) -> list[str]:
    length = len(weights)
    bodies = (ordinals * _STRIDE + (seed + 1) * 271_828_182) % 10**length
    powers: npt.NDArray[Any] = 10 ** np.arange(length - 1, -1, -1, dtype=np.int64)
    digits = bodies[:, None] // powers % 10
    rest = digits @ np.array(weights) % 11
    checks = np.where(rest <= 1, 0, 11 - rest)
    return [f"{number:0{length + 1}d}" for number in (bodies * 10 + checks).tolist()]
