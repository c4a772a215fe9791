"""What events tell of which object holds whose people: ids and counts, so that a loss can be measured at once."""

from services.audit.parts import AuditParts
from services.audit.storage.incidents.carriers import UNCOUNTED, know
from shared.bus import Effect
from shared.events.intake import RequestAccepted
from shared.events.media import DiscSent, DiscVerified, PackageReady


async def know_request(parts: AuditParts, event: RequestAccepted) -> Effect:
    """A plan's request with so many people."""
    return lambda work: know(
        work,
        "request",
        event.request_id,
        (event.request_id,),
        plan_number=event.plan_number,
        kind=event.kind,
        people=event.accepted,
    )


async def know_package(parts: AuditParts, event: PackageReady) -> Effect:
    """The reply to one request, as a package."""
    return lambda work: know(
        work,
        "reply",
        event.reply_id,
        (event.request_id,),
        plan_number=event.plan_number,
        kind=event.kind,
        people=UNCOUNTED,
    )


async def know_disc(parts: AuditParts, event: DiscVerified | DiscSent) -> Effect:
    """The replies on one disc."""
    return lambda work: know(
        work, "disc", event.disc_id, event.request_ids, plan_number=event.plan_number, kind="", people=UNCOUNTED
    )
