"""A plan was told that somebody died who lives: an alarm that a person has to explain."""

from typing import Final

from services.audit.parts import AuditParts
from services.audit.storage.chains import raise_alarm
from shared.bus import Effect
from shared.db import Work
from shared.events.matcher import DeathCaseOpened

KIND: Final = "told-dead-alive"


async def alarm_death_case(parts: AuditParts, event: DeathCaseOpened) -> Effect:
    """One alarm a case, however often the event comes. Its source is the case; it has no sequences."""

    def apply(work: Work) -> None:
        raise_alarm(work.session, KIND, f"death_case/{event.case_id}", 0, 0, work.now)

    return apply
