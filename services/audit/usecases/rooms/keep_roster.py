"""How each member of staff stands on the roster, as authority announces it."""

from services.audit.parts import AuditParts
from services.audit.storage.rooms.roster import FACTS, keep_standing
from shared.bus import Effect
from shared.db import Work
from shared.events.authority import StaffChanged


async def keep_roster(parts: AuditParts, event: StaffChanged) -> Effect:
    """The newest revision of the entry, whatever the order in which they come."""
    facts = {name: getattr(event, name) for name in FACTS}

    def apply(work: Work) -> None:
        if event.revision:  # 0: announced by code that told nothing but the id
            keep_standing(work.session, event.staff_id, facts)

    return apply
