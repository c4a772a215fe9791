"""What of a record is looked up by: the columns beside its canonical bytes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from shared.refusals import Refusal

_TEXTS: Final[Mapping[str, tuple[str, int]]] = {  # column: (key of the record, longest value that is kept)
    "actor": ("actor", 200),
    "action": ("action", 120),
    "object_type": ("object_type", 80),
    "object_id": ("object", 200),
    "case_id": ("case", 200),
    "purpose": ("purpose", 80),
    "equipment": ("equipment", 120),
    "place": ("place", 80),
    "outcome": ("outcome", 20),
}


def columns_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a record. Refusal `record-form` where it has no readable time."""
    columns: dict[str, Any] = {name: str(record.get(key, ""))[:most] for name, (key, most) in _TEXTS.items()}
    try:
        at = datetime.fromisoformat(record["at"])
    except (KeyError, TypeError, ValueError):
        raise Refusal("record-form") from None
    if at.tzinfo is None:
        raise Refusal("record-form")
    return columns | {"at": at}


def subjects_of(record: Mapping[str, Any]) -> frozenset[str]:
    """The subject tokens that a record names."""
    tokens = record.get("subject_tokens", [])
    return frozenset(str(token)[:200] for token in tokens) if isinstance(tokens, list) else frozenset()
