"""Passwords for media: read from paper, typed by hand, used once."""

import secrets
from typing import Final

# 32 characters: 24 upper-case letters without I and O, and 8 digits without 0 and 1.
ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LENGTH: Final = 20
GROUP: Final = 5


def new_medium_password() -> str:
    """20 characters of 5 bits each: 100 bits, without look-alikes, in four groups of five joined by hyphens."""
    letters = [secrets.choice(ALPHABET) for _ in range(LENGTH)]
    return "-".join("".join(letters[at : at + GROUP]) for at in range(0, LENGTH, GROUP))
