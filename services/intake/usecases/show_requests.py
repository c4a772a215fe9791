"""Look at requests: lists and single ones, each look with its record."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from services.intake.parts import IntakeParts
from services.intake.storage.requests import history
from services.intake.storage.tables import RequestRow
from services.intake.usecases.find_own_request import find_own_request
from services.intake.usecases.make_receipt import make_receipt
from services.intake.usecases.take_file import parts_of_file
from services.intake.usecases.views import detail_view, request_view
from shared.auth.caller import Caller
from shared.db import Work


def find_requests(
    work: Work, wanted: Mapping[str, str], caller: Caller, *, after: str, count: int
) -> list[dict[str, Any]]:
    """Up to `count` requests that match, the newest first; a plan's client sees its own plans' only."""
    work.record(caller.access("intake.request.list", "plan", wanted.get("plan_number") or "*"))
    return [request_view(row) for row in _find(work.session, wanted, caller, after, count)]


def show_request(work: Work, request_id: str, caller: Caller) -> dict[str, Any]:
    """One request with its history."""
    row = find_own_request(work.session, request_id, caller)
    work.record(caller.access("intake.request.read", "request", row.id))
    next_byte = sum(part.blob["size"] for part in parts_of_file(work.session, row.id))
    return detail_view(row, history(work.session, row.id), next_byte)


def show_receipt(work: Work, parts: IntakeParts, request_id: str, caller: Caller) -> dict[str, Any]:
    """Its signed receipt."""
    row = find_own_request(work.session, request_id, caller)
    work.record(caller.access("intake.receipt.read", "request", row.id))
    return make_receipt(parts, row)


def _find(session: Session, wanted: Mapping[str, str], caller: Caller, after: str, count: int) -> list[RequestRow]:
    found = select(RequestRow).order_by(col(RequestRow.id).desc()).limit(count)
    for name, value in wanted.items():
        if value:
            found = found.where(getattr(RequestRow, name) == value)
    if caller.principal.kind == "client" and "*" not in caller.principal.plans:
        found = found.where(col(RequestRow.plan_number).in_(sorted(caller.principal.plans)))
    if after:
        found = found.where(col(RequestRow.id) < after)
    return list(session.exec(found).all())
