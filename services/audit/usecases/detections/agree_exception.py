"""What is not odd for a while: one person proposes it, another one agrees, either may end it."""

from datetime import datetime, timedelta
from typing import Any, Final

from services.audit.domain.detections.cases import EXCEPTION
from services.audit.domain.detections.facts import day_of
from services.audit.domain.detections.rules import rules_on
from services.audit.domain.incidents.plain_text import refuse_numbers
from services.audit.domain.states import step
from services.audit.storage.detections import cases
from services.audit.storage.detections.tables import DetectionException
from services.audit.usecases.detections.show import exception_shown
from shared.auth.caller import Caller
from shared.db import Work
from shared.ids import new_id
from shared.refusals import Refusal

LONGEST: Final = timedelta(days=366)


def propose_exception(
    work: Work, caller: Caller, scope: dict[str, str], since: datetime, until: datetime, reason: str
) -> dict[str, Any]:
    """A proposal; nothing is excepted yet.

    Refusals `detection-unknown`, `exception-too-wide` (nothing named but the rule), `exception-span`,
    `text-holds-number`.
    """
    refuse_numbers(reason)
    if scope["rule"] and scope["rule"] not in rules_on(day_of(work.now)):
        raise Refusal("detection-unknown")
    if not (scope["about"] or scope["object_id"] or scope["equipment"]):
        raise Refusal("exception-too-wide")
    if not (since < until and work.now < until <= since + LONGEST):
        raise Refusal("exception-span", days=LONGEST.days)
    made = DetectionException(
        id=new_id(),
        rule=scope["rule"],
        about=scope["about"],
        object_id=scope["object_id"],
        equipment=scope["equipment"],
        since=since,
        until=until,
        reason=reason,
        proposed_by=caller.principal.id,
        proposed_at=work.now,
    )
    work.session.add(made)
    work.session.add(made)
    work.record(caller.access("audit.exception.propose", "exception", made.id, reason=made.rule or "all"))
    return exception_shown(made)


def confirm_exception(work: Work, caller: Caller, exception_id: str) -> dict[str, Any]:
    """From now on in force. Refusals `own-request`: another person than the one who proposed it; `own-case`."""
    found = cases.exception_of(work.session, exception_id)
    to = step(EXCEPTION, found.state, "confirm")
    if found.proposed_by == caller.principal.id:
        raise Refusal("own-request")
    if found.about == f"staff:{caller.principal.id}":
        raise Refusal("own-case")
    if work.now >= found.until:
        raise Refusal("exception-span", days=LONGEST.days)
    found.state, found.confirmed_by, found.confirmed_at = to, caller.principal.id, work.now
    work.session.add(found)
    work.record(caller.access("audit.exception.confirm", "exception", found.id, reason=found.rule or "all"))
    return exception_shown(found)


def end_exception(work: Work, caller: Caller, exception_id: str) -> dict[str, Any]:
    """Ended at once, or never begun."""
    found = cases.exception_of(work.session, exception_id)
    found.state = step(EXCEPTION, found.state, "end")
    found.ended_by, found.ended_at = caller.principal.id, work.now
    work.session.add(found)
    work.record(caller.access("audit.exception.end", "exception", found.id, reason=found.rule or "all"))
    return exception_shown(found)
