"""Time-based one-time passwords (RFC 6238: SHA-1, 30 seconds, six digits), one step of tolerance either way."""

import hashlib
import hmac
from datetime import datetime
from typing import Final

STEP_SECONDS: Final = 30
DIGITS: Final = 6


def step_of(secret: bytes, code: str, now: datetime) -> int | None:
    """The time step whose code this is, among those that may be told now; None where it is nobody's.

    The step is kept by whoever accepts it, so that no code is taken twice (RFC 6238, section 5.2).
    """
    here = int(now.timestamp()) // STEP_SECONDS
    near = (here - 1, here, here + 1)
    told = code.encode()
    matches = [hmac.compare_digest(code_at(secret, step).encode(), told) for step in near]
    return next((step for step, matched in zip(near, matches, strict=True) if matched), None)


def code_at(secret: bytes, step: int) -> str:
    """The code of one time step (RFC 4226, section 5.3)."""
    digest = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)
