"""A request that the caller may see: another plan's looks like none at all."""

from sqlmodel import Session

from services.intake.storage.requests import find_request
from services.intake.storage.tables import RequestRow
from shared.auth.caller import Caller
from shared.refusals import Refusal


def find_own_request(session: Session, request_id: str, caller: Caller) -> RequestRow:
    """The request; Refusal `not-found` for one of a plan that the caller may not act for."""
    row = find_request(session, request_id)
    if caller.principal.kind == "client" and not caller.principal.may_act_for(row.plan_number):
        raise Refusal("not-found")
    return row
