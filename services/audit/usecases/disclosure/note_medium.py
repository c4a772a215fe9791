"""A disc was read back: note which requests' replies it carries, so that its way is told to the people on it."""

from services.audit.parts import AuditParts
from services.audit.storage.disclosure.subjects import keep_medium
from shared.bus import Effect
from shared.events.media import DiscVerified


async def note_medium(parts: AuditParts, event: DiscVerified) -> Effect:
    """Safe twice."""
    return lambda work: keep_medium(work.session, event.disc_id, event.request_ids)
