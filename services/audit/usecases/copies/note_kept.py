"""Enter the copies that a service keeps."""

from services.audit.parts import AuditParts
from services.audit.storage.copies import kept
from shared.bus import Effect
from shared.db import Work
from shared.events.copies import CopiesKept


async def note_kept(parts: AuditParts, event: CopiesKept) -> Effect:
    """The ledger knows of them, and until when, from now on."""

    def effect(work: Work) -> None:
        kept.keep(work.session, event)

    return effect
