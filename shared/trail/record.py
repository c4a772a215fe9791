"""The record as it is stored and logged: canonical JSON, numbered and chained per source."""

import hashlib
from datetime import datetime
from typing import Any, Final

import orjson

from shared.ids import new_id
from shared.trail.access import Access

FIRST_PREVIOUS: Final = "0" * 64


def canonical(record: dict[str, Any]) -> bytes:
    """Sorted compact JSON: for strings, booleans, integers below 2^53 and ASCII keys the same as RFC 8785."""
    return orjson.dumps(record, option=orjson.OPT_SORT_KEYS)


def chained(access: Access, *, source: str, sequence: int, previous: str, at: datetime) -> tuple[bytes, str]:
    """The canonical bytes of the next record of a source, and their SHA-256 (hex), which the one after it will name."""
    record = {
        "id": new_id(),
        "source": source,
        "sequence": sequence,
        "previous": previous,
        "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "actor": access.actor.id,
        "actor_kind": access.actor.kind,
        "team": access.actor.team,
        "equipment": access.actor.equipment,
        "place": access.actor.place,
        "action": access.action,
        "object_type": access.object_type,
        "object": access.object_id,
        "subjects": access.subjects,
        "subject_tokens": list(access.subject_tokens),
        "purpose": access.purpose,
        "case": access.case,
        "legal_basis": access.legal_basis,
        "approval": access.approval,
        "channel": access.channel,
        "release": access.release,
        "outcome": access.outcome,
        "reason": access.reason,
        "request_id": access.request_id,
        "trace_id": access.trace_id,
    }
    body = canonical(record)
    return body, hashlib.sha256(body).hexdigest()
