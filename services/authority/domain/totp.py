"""Time-based one-time passwords (RFC 6238: SHA-1, 30 seconds, six digits), one step of tolerance either way."""

import hashlib
import hmac
from datetime import datetime
from typing import Final

STEP_SECONDS: Final = 30
DIGITS: Final = 6


def is_current(secret: bytes, code: str, now: datetime) -> bool:
    """Whether `code` is the secret's at this time."""
    step = int(now.timestamp()) // STEP_SECONDS
    return any([hmac.compare_digest(code_at(secret, step + near), code) for near in (-1, 0, 1)])  # noqa: C419 constant time


def code_at(secret: bytes, step: int) -> str:
    """The code of one time step (RFC 4226, section 5.3)."""
    digest = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)
