"""Close an alarm with a person's explanation."""

from typing import Any

from services.audit.storage import chains
from services.audit.usecases.show import alarm_shown
from shared.auth.caller import Caller
from shared.db import Work
from shared.refusals import Refusal


def explain_alarm(work: Work, caller: Caller, alarm_id: str, reason: str) -> dict[str, Any]:
    """The alarm, explained. Refusal `not-found`, or `alarm-closed` where somebody was faster."""
    alarm = chains.alarm(work.session, alarm_id)
    if alarm is None:
        raise Refusal("not-found")
    if alarm.state != "open":
        raise Refusal("alarm-closed", state=alarm.state)
    alarm.state, alarm.closed_at = "explained", work.now
    alarm.closed_by, alarm.explanation = caller.principal.id, reason
    work.session.add(alarm)
    work.record(caller.access("audit.alarm.explain", "alarm", alarm_id))
    return alarm_shown(alarm)
