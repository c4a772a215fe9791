"""照会番号: ten characters of Crockford base 32, nine random and one check character.

The check works in GF(32) = GF(2)[x]/(x^5 + x^2 + 1): each character is its five bits, the character at place i
(0 … 9) is multiplied by x^(i+1), at the last place by x^0, and the sum of all is zero. A product with a power of x
is zero only for zero, so every wrong single character is caught; the ten powers differ, so every swap of two
characters is caught, adjacent or not.
"""

import re
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BODY_LENGTH = 9
LENGTH = BODY_LENGTH + 1
SHAPE = f"^[{ALPHABET}]{{{LENGTH}}}$"
_MEANT = {"I": "1", "L": "1", "O": "0"}
READ_AS = {letter: _MEANT.get(letter.upper(), letter.upper()) for letter in "abcdefghijklmnopqrstuvwxyzILO"}
_READ_AS_TABLE = str.maketrans(READ_AS)
# What a person types between the groups: hyphens and dashes of all widths, and blanks.
BETWEEN = "[\\- \t\r\n\u2010-\u2015\u2212\u30fc]"


def times_x(value: int) -> int:
    doubled = value << 1
    return doubled ^ 0b100101 if doubled & 0b100000 else doubled


def check_character(body: str) -> str:
    """The tenth character for nine characters in canonical form."""
    total = 0
    for place, character in enumerate(body):
        value = ALPHABET.index(character)
        for _ in range(place + 1):
            value = times_x(value)
        total ^= value
    return ALPHABET[total]


def canonical(text: str) -> str:
    """What a person meant to type: any width or case, I and L for 1, O for 0, hyphens and blanks dropped."""
    folded = unicodedata.normalize("NFKC", text)
    return re.sub(BETWEEN, "", folded).translate(_READ_AS_TABLE)


def is_inquiry_number(text: str) -> bool:
    """Canonical form with the right check character; whether it was issued is another question."""
    return re.fullmatch(SHAPE[1:-1], text) is not None and check_character(text[:BODY_LENGTH]) == text[BODY_LENGTH]
