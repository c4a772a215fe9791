"""The canonical form of a record: RFC 8785 for the values that a record may hold (spec 06: What is recorded)."""

import json
from typing import Any, Final

from shared.refusals import Refusal

GREATEST: Final = 2**53 - 1
LONGEST: Final = 65_535  # bytes; an entry bundle counts an entry's bytes in sixteen bits
_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical(record: dict[str, Any]) -> bytes:
    """The one byte string that stands for `record`. Refusal `record-form` for what the form does not allow."""
    try:
        _examine(record)
        written = _ENCODER.encode(record).encode()
    except (ValueError, TypeError, RecursionError):
        raise Refusal("record-form") from None
    if len(written) > LONGEST:
        raise Refusal("record-too-long", bytes=len(written), most=LONGEST)
    return written


def record_of(entry: bytes) -> dict[str, Any]:
    """The record in a log entry. Refusal `record-form` unless the entry is an object in canonical form."""
    try:
        record = json.loads(entry)
    except (ValueError, RecursionError):
        raise Refusal("record-form") from None
    if not isinstance(record, dict) or canonical(record) != entry:
        raise Refusal("record-form")
    return record


def _examine(value: object) -> None:
    """Raise for anything but strings, booleans, whole numbers below 2^53, and lists and objects of these."""
    if isinstance(value, str | bool):
        return
    if isinstance(value, int):
        if not -GREATEST <= value <= GREATEST:
            raise ValueError("number too great")
    elif isinstance(value, dict):
        for key, part in value.items():
            if not (isinstance(key, str) and key.isascii()):
                raise ValueError("key not ASCII")
            _examine(part)
    elif isinstance(value, list):
        for part in value:
            _examine(part)
    else:
        raise TypeError("kind of value not allowed")
