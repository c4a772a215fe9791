"""What may be shown of an event: its fields' names, types and sizes, and the values of a closed list of fields.

Events carry no personal data by rule. A parked event may be the one that breaks the rule, so a value is shown only
where both its field and its shape are on the list.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, get_args

from pydantic import ValidationError

from shared.blobs.ref import BlobRef
from shared.events import EVENTS, Envelope, Event
from shared.events.intake import Channel, Kind

SHOWN_AT_MOST: Final = 20
# Resident codes have 11 digits, individual numbers 12.
LARGEST_COUNT: Final = 10_000_000_000

_UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ID: Final = re.compile(rf"(?:[a-z_]+[./])*{_UUID}|\d{{8}}|[a-z]+/\d{{8}}/\d{{4}}-\d\d-\d\d", re.ASCII)
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_CYCLE: Final = re.compile(r"\d{4}-\d{2}-[A-Z]", re.ASCII)
_CODE: Final = re.compile(r"[A-Z]\d{2}", re.ASCII)
_OUTCOME: Final = re.compile(r"[a-z][a-z_-]{0,29}")
_SUBJECT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,119}", re.ASCII)
_LONG_NUMBER: Final = re.compile(r"\d{9,}", re.ASCII)

Shape = Callable[[Any], bool]


def _is_like(pattern: re.Pattern[str]) -> Shape:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_count(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_is_like(_OUTCOME)(name) and _is_count(one) for name, one in value.items())
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LARGEST_COUNT


def _is_blob(value: Any) -> bool:
    return isinstance(value, Mapping) and _is_like(_ID)(value.get("id"))


def _is_whole_ref(value: Mapping[str, Any]) -> bool:
    counts = all(_is_count(value.get(name)) for name in ("size", "records"))
    return _is_blob(value) and counts and _is_like(_DIGEST)(value["sha256"]) and _is_like(_OUTCOME)(value["purpose"])


def _fields(shape: Shape, names: str) -> dict[str, Shape]:
    return dict.fromkeys(names.split(), shape)


SHOWN: Final[Mapping[str, Shape]] = {
    **_fields(_is_like(_ID), "approval_id batch_id copy_id disc_id freeze_id object_id plan_number replaced_by"),
    **_fields(_is_like(_ID), "reply_id request_id request_ids review_id review_ids token_id"),
    **_fields(_is_count, "accepted count first in_review inquiries last outcomes part received records rejected turn"),
    **_fields(_is_count, "replies requests seqs_in_all size"),
    **_fields(_is_like(_DIGEST), "digest sha256"),
    **_fields(_is_blob, "closing_list reply_list subjects"),
    "numbers": lambda value: _is_count(value) or _is_blob(value),
    "cycle": _is_like(_CYCLE),
    "codes": _is_like(_CODE),
    "kind": lambda value: value in get_args(Kind),
    "channel": lambda value: value in get_args(Channel),
}


def described(body: bytes) -> dict[str, Any]:
    """A stored event without anybody's data; `fields` is missing where it cannot be read as an event at all."""
    told: dict[str, Any] = {"size": len(body), "sha256": digest(body)}
    try:
        envelope = Envelope.model_validate_json(body)
    except ValidationError:
        return {**told, "valid": False, "errors": []}
    kind = EVENTS.get(envelope.type)
    known = {name: value for name, value in envelope.data.items() if kind and name in kind.model_fields}
    errors = [] if kind is None else errors_of(kind, envelope.data)
    return {
        **told,
        "valid": kind is not None and not errors,
        "errors": errors,
        "fields": [_field(name, value) for name, value in known.items()],
        "unknown_fields": len(envelope.data) - len(known),
    }


def errors_of(kind: type[Event], data: Mapping[str, Any]) -> list[dict[str, str]]:
    """What keeps the data from being such an event, as places and rules; no value, no name but ours."""
    try:
        kind.model_validate(dict(data))
    except ValidationError as invalid:
        errors = invalid.errors(include_input=False, include_url=False, include_context=False)
        return [
            {"pointer": "/".join(("/data", *map(str, error["loc"][:1]))), "rule": error["type"]} for error in errors
        ]
    return []


def is_harmless(name: str, value: Any) -> bool:
    """Whether a value could be shown: by its field's shape, or because its type cannot hold anybody's data."""
    if isinstance(value, date | bool) or value is None:
        return True
    if isinstance(value, BlobRef):
        return _is_whole_ref(value.model_dump())
    if isinstance(value, list | tuple):
        return all(is_harmless(name, one) for one in value)
    return SHOWN.get(name, _is_count)(value)


def subject_shown(subject: str) -> str:
    """A subject is an id; what does not look like one is not shown."""
    rest = re.sub(_UUID, "", subject)
    harmless = _SUBJECT.fullmatch(subject) is not None and _LONG_NUMBER.search(rest) is None
    return subject if harmless else ""


def digest(body: bytes) -> str:
    """By which a body is named in approvals and records."""
    return hashlib.sha256(body).hexdigest()


def _field(name: str, value: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"name": name, "type": _type(value)}
    if isinstance(value, str | list | Mapping):
        told["size"] = len(value)
    shape = SHOWN.get(name)
    if shape is None:
        return told
    if isinstance(value, list):
        first = value[:SHOWN_AT_MOST]
        return {**told, "value": first} if all(map(shape, first)) else told
    if not shape(value):
        return told
    return {**told, "value": {"id": value["id"]} if _is_blob(value) else value}


def _type(value: Any) -> str:
    """As JSON calls it."""
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "null")
