"""Identifiers: UUIDv7 (RFC 9562), so that rows made later sort later."""

import uuid_utils


def new_id() -> str:
    """A new UUIDv7 as text."""
    return str(uuid_utils.uuid7())
