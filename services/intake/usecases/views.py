"""What callers get to see of requests, plans, receptions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.intake.storage.tables import MediumRow, PlanRow, ReceptionRow, RequestHistoryRow, RequestRow
from services.intake.usecases.end_custody import KEPT_MONTHS
from shared.calendar.clock import JST
from shared.calendar.cutoffs import cutoff_at, reply_due
from shared.calendar.retention import add_months


def at_text(at: datetime | None) -> str | None:
    """An instant as the outside reads it: Japan time with its offset."""
    return None if at is None else at.astimezone(JST).isoformat()


def registered_view(row: RequestRow) -> dict[str, Any]:
    """The answer to a registration."""
    return {
        "id": row.id,
        "state": row.state,
        "plan_number": row.plan_number,
        "kind": row.kind,
        "cycle": row.cycle,
        "cutoff_at": at_text(cutoff_at(row.cycle)),
        "reply_due": reply_due(row.cycle).isoformat(),
    }


def request_view(row: RequestRow) -> dict[str, Any]:
    """A request in a list."""
    return registered_view(row) | {
        "channel": row.channel,
        "counts": {"received": row.received, "accepted": row.accepted, "rejected": row.rejected},
        "codes": row.codes,
        "registered_cycle": row.registered_cycle,
        "late": row.cycle != row.registered_cycle,
        "replaces": row.replaces or None,
        "replaced_by": row.replaced_by or None,
        "reception_id": row.reception_id or None,
        "registered_at": at_text(row.registered_at),
        "file_received_at": at_text(row.file_received_at),
    }


def detail_view(row: RequestRow, history: Sequence[RequestHistoryRow], next_byte: int) -> dict[str, Any]:
    """One request with its history of states and, while its file is under way, where the next part begins."""
    steps = [{"state": each.state, "at": at_text(each.at)} for each in history]
    view = request_view(row) | {"history": steps}
    return view | {"upload": {"next_byte": next_byte}} if row.state == "awaiting_file" else view


def plan_view(row: PlanRow) -> dict[str, Any]:
    """A plan."""
    return {
        "number": row.number,
        "name": row.name,
        "kind": row.kind,
        "channel": row.channel,
        "contract_from": row.contract_from.isoformat(),
        "contract_to": row.contract_to.isoformat() if row.contract_to else None,
        "address": row.address,
    }


def reception_view(row: ReceptionRow, media: Sequence[MediumRow], requests: Sequence[RequestRow]) -> dict[str, Any]:
    """A reception with its media and the requests that came of them."""
    return {
        "id": row.id,
        "plan_number": row.plan_number,
        "received_on": row.received_on.isoformat(),
        "form_enclosed": row.form_enclosed,
        "registered_at": at_text(row.registered_at),
        "media": [medium_view(each) for each in media],
        "requests": [{"id": each.id, "kind": each.kind, "state": each.state} for each in requests],
        "returned_at": at_text(row.returned_at),
        "return_reason": row.return_reason or None,
        "destruction_due": add_months(row.received_on, KEPT_MONTHS).isoformat(),
        "destroyed_at": at_text(row.destroyed_at),
    }


def medium_view(row: MediumRow) -> dict[str, Any]:
    """One medium; `codes` holds F11 when it cannot be opened."""
    return {
        "number": row.number,
        "label": row.label,
        "state": row.state,
        "codes": row.codes,
        "read_at": at_text(row.read_at),
        "processed_at": at_text(row.processed_at),
        "reader_copy": row.reader_copy is not None,
    }
