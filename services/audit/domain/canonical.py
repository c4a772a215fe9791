"""The canonical form of a record: RFC 8785 for the values that a record may hold (spec 06: What is recorded)."""

import json
from typing import Any, Final

import orjson

from shared.refusals import Refusal

GREATEST: Final = 2**53 - 1
LONGEST: Final = 65_535  # bytes; an entry bundle counts an entry's bytes in sixteen bits
# What records are made of. Where there is nothing else the fast encoder may write: it makes the same bytes of it.
_KEYS: Final = frozenset(
    (
        "id source sequence previous at actor actor_kind team equipment place action object_type object subjects "
        "subject_tokens purpose case legal_basis approval channel release outcome reason request_id trace_id"
    ).split()
)
_FLAT: Final = frozenset((str, int, bool, list))
_TEXT: Final = frozenset((str,))
_FAST: Final = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical(record: dict[str, Any]) -> bytes:
    """The one byte string that stands for `record`. Refusal `record-form` for what the form does not allow."""
    try:
        written = orjson.dumps(record, option=_FAST) if _is_flat(record) else _written(record)
    except (ValueError, TypeError, RecursionError):
        raise Refusal("record-form") from None
    if len(written) > LONGEST:
        raise Refusal("record-too-long", bytes=len(written), most=LONGEST)
    return written


def record_of(entry: bytes) -> dict[str, Any]:
    """The record in a log entry. Refusal `record-form` unless the entry is an object in canonical form."""
    try:
        record = orjson.loads(entry)
    except (ValueError, RecursionError):
        raise Refusal("record-form") from None
    if not isinstance(record, dict) or canonical(record) != entry:
        raise Refusal("record-form")
    return record


def _is_flat(record: dict[str, Any]) -> bool:
    """Known keys, and nothing in them but texts, whole numbers, truth values and lists of texts."""
    if not (type(record) is dict and _KEYS.issuperset(record) and _FLAT.issuperset(map(type, record.values()))):
        return False
    return all(_TEXT.issuperset(map(type, value)) for value in record.values() if type(value) is list)


def _written(record: dict[str, Any]) -> bytes:
    _examine(record)
    return _ENCODER.encode(record).encode()


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
