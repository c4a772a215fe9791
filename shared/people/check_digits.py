"""Check digits of national numbers.

Individual number: 平成26年総務省令第85号 art. 5. Resident code and municipality code: weights of the same shape,
confirmed on published samples. All-zero numbers satisfy the arithmetic and are refused.
"""

import re
from collections.abc import Sequence

MY_NUMBER_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
RESIDENT_CODE_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
MUNICIPALITY_WEIGHTS = (6, 5, 4, 3, 2)


def my_number_check_digit(body: str) -> str:
    """The twelfth digit of the individual number that starts with these eleven digits."""
    return _eleven_or_zero(_weighted(body, MY_NUMBER_WEIGHTS))


def my_number_of(body: str) -> str:
    """A complete individual number for a synthetic person; eleven digits in, twelve out."""
    return body + my_number_check_digit(body)


def is_my_number(text: str) -> bool:
    """Twelve digits, not all zero, with the right check digit."""
    return _is_number(text, 12) and my_number_check_digit(text[:11]) == text[11]


def resident_code_check_digit(body: str) -> str:
    """The eleventh digit of the resident code that starts with these ten digits."""
    return _eleven_or_zero(_weighted(body, RESIDENT_CODE_WEIGHTS))


def resident_code_of(body: str) -> str:
    """A complete resident code for a synthetic person; ten digits in, eleven out."""
    return body + resident_code_check_digit(body)


def is_resident_code(text: str) -> bool:
    """Eleven digits, not all zero, with the right check digit."""
    return _is_number(text, 11) and resident_code_check_digit(text[:10]) == text[10]


def municipality_code_check_digit(body: str) -> str:
    """The sixth digit of the local government code that starts with these five digits."""
    return str((11 - _weighted(body, MUNICIPALITY_WEIGHTS) % 11) % 10)


def municipality_code_of(body: str) -> str:
    """The six-digit code of a five-digit JIS X 0401/0402 code."""
    return body + municipality_code_check_digit(body)


def is_municipality_code(text: str) -> bool:
    """Six digits, not all zero, with the right check digit; whether the municipality exists is another question."""
    return _is_number(text, 6) and municipality_code_check_digit(text[:5]) == text[5]


def _is_number(text: str, length: int) -> bool:
    return re.fullmatch(f"[0-9]{{{length}}}", text) is not None and text.strip("0") != ""


def _weighted(body: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))


def _eleven_or_zero(total: int) -> str:
    rest = total % 11
    return "0" if rest <= 1 else str(11 - rest)
