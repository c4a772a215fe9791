"""Look at requests: lists and single ones, each look with its record."""

from collections.abc import Mapping
from typing import Any, Final

from services.intake.parts import IntakeParts
from services.intake.storage.requests import history, newest_requests
from services.intake.storage.uploads import parts_of_file
from services.intake.usecases.find_own_request import find_own_request
from services.intake.usecases.make_receipt import make_receipt
from services.intake.usecases.views import detail_view, request_view
from shared.auth.caller import Caller
from shared.db import Work

EVERY_PLAN: Final = frozenset({"*"})


def find_requests(
    work: Work, wanted: Mapping[str, str], caller: Caller, *, after: str, count: int
) -> list[dict[str, Any]]:
    """Up to `count` requests that match, the newest first; a plan's client sees its own plans' only."""
    work.record(caller.access("intake.request.list", "plan", wanted.get("plan_number") or "*"))
    plans = caller.principal.plans if caller.principal.kind == "client" else EVERY_PLAN
    return [request_view(row) for row in newest_requests(work.session, wanted, plans=plans, after=after, count=count)]


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
