"""Pseudonyms of people in the access record: random, so that without the ledger they are nobody's."""

import secrets
from typing import Final

TOKEN_BYTES: Final = 16


def new_tokens(count: int) -> list[str]:
    """So many pseudonyms, 32 hex digits each."""
    drawn = secrets.token_hex(TOKEN_BYTES * count)
    return [drawn[start : start + 2 * TOKEN_BYTES] for start in range(0, len(drawn), 2 * TOKEN_BYTES)]
