"""Entries that were made before events told how a person stands are told once."""

from datetime import datetime

from services.authority.parts import AuthorityParts
from services.authority.storage.registers import staff_never_told
from services.authority.usecases.staff_register import announce_standing
from shared.db import Work


async def next_untold(parts: AuthorityParts, until: datetime) -> datetime | None:
    """At once, where there is one."""
    untold = await parts.db.read(staff_never_told)
    return until if untold else None


async def announce_roster(parts: AuthorityParts, at: datetime) -> dict[str, int]:
    """Tells every such entry."""

    def write(work: Work) -> int:
        untold = staff_never_told(work.session)
        for staff in untold:
            announce_standing(work, staff, "told")
        return len(untold)

    return {"staff": await parts.db.write(write)}
