"""Passwords of media: the system's own random source, readable aloud and by eye, at least 100 bits."""

import secrets
from typing import Final

ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32 signs; without 0 O 1 I
GROUPS: Final = 4
GROUP_SIZE: Final = 5
BITS: Final = GROUPS * GROUP_SIZE * 5


def new_password() -> str:
    """A fresh password such as `7KQ2M-…`: four groups of five, the hyphens are part of it."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP_SIZE)) for _ in range(GROUPS))
