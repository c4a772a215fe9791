"""How rows of the audit service look from outside."""

import base64
from datetime import UTC, datetime
from typing import Any

import orjson

from services.audit.domain.chain import Span, gaps
from services.audit.storage.tables import Alarm, Destruction, SourceSpan


def instant(at: datetime | None) -> str | None:
    """RFC 3339 with milliseconds, UTC."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def alarm_shown(alarm: Alarm) -> dict[str, Any]:
    """An alarm."""
    return {
        "id": alarm.id,
        "kind": alarm.kind,
        "source": alarm.source,
        "first": alarm.first,
        "last": alarm.last,
        "state": alarm.state,
        "noticed_at": instant(alarm.noticed_at),
        "closed_at": instant(alarm.closed_at),
        "closed_by": alarm.closed_by,
        "explanation": alarm.explanation,
    }


def source_shown(source: str, rows: tuple[SourceSpan, ...]) -> dict[str, Any]:
    """What has arrived of a source, and what is missing."""
    spans = tuple(Span(row.first, row.last, row.previous, row.digest) for row in rows)
    return {
        "source": source,
        "records": sum(span.last - span.first + 1 for span in spans),
        "first": spans[0].first,
        "last": spans[-1].last,
        "digest": spans[-1].digest,
        "gaps": [{"first": gap.first, "last": gap.last} for gap in gaps(spans)],
    }


def destruction_shown(entry: Destruction) -> dict[str, Any]:
    """A line of the destruction ledger."""
    return {
        "id": entry.id,
        "copy_id": entry.copy_id,
        "service": entry.service,
        "what": entry.what,
        "object_type": entry.object_type,
        "object_id": entry.object_id,
        "records": entry.records,
        "digest": entry.digest,
        "method": entry.method,
        "due_at": instant(entry.due_at),
        "destroyed_at": instant(entry.destroyed_at),
        "by": entry.by,
        "approval": entry.approval,
        "issued_at": instant(entry.issued_at),
    }


def certificate_shown(entry: Destruction) -> dict[str, Any]:
    """The certificate: its statement's canonical JSON is what the signature is over."""
    return {
        "statement": orjson.loads(entry.statement),
        "signature": base64.b64encode(entry.signature).decode(),
        "public_key": base64.b64encode(entry.public_key).decode(),
    }
