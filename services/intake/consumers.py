"""Event -> use case."""

from collections.abc import Mapping
from typing import Final

from services.intake.parts import IntakeParts
from services.intake.usecases.advance_requests import advance_batch, deliver_requests
from services.intake.usecases.check_request import check_request
from services.intake.usecases.destroy_doomed import destroy_doomed
from services.intake.usecases.heed_holds import HOLD_EVENTS
from services.intake.usecases.keep_numbers import forget_all_numbers, keep_numbers
from shared.bus.handling import Effect, Handler
from shared.events import Event
from shared.events.intake import FileReceived, RequestAccepted, RequestReturned
from shared.events.matcher import (
    BatchAnswered,
    BatchHandedOver,
    InquiryNumbersDestroyed,
    InquiryNumbersIssued,
    RepliesReady,
)
from shared.events.media import DiscDelivered, PackageReceived


async def on_file(parts: IntakeParts, event: FileReceived) -> Effect | None:
    """Check the file."""
    return await check_request(parts, event.request_id)


async def on_checked(parts: IntakeParts, event: RequestAccepted | RequestReturned) -> None:
    """Destroy what the check has done with: the transfer file above all."""
    await destroy_doomed(parts)


async def on_handed_over(parts: IntakeParts, event: BatchHandedOver) -> Effect:
    """The requests of the batch are inquired."""
    return lambda work: advance_batch(work, event.cycle, event.kind, "inquired")


async def on_answered(parts: IntakeParts, event: BatchAnswered) -> Effect:
    """The requests of the batch are answered."""
    return lambda work: advance_batch(work, event.cycle, event.kind, "answered")


async def on_replies(parts: IntakeParts, event: RepliesReady) -> Effect:
    """The requests of the batch, or of the cycle's deletions, are replied."""
    return lambda work: advance_batch(work, event.cycle, event.kind, "replied")


async def on_package_received(parts: IntakeParts, event: PackageReceived) -> Effect:
    """A network reply has arrived."""
    months = parts.settings.request_data_months
    return lambda work: deliver_requests(work, [event.request_id], months)


async def on_disc_delivered(parts: IntakeParts, event: DiscDelivered) -> Effect:
    """A disc has arrived."""
    return lambda work: deliver_requests(work, event.request_ids, parts.settings.request_data_months)


async def on_issued(parts: IntakeParts, event: InquiryNumbersIssued) -> Effect | None:
    """The plan knows these numbers from now on."""
    return await keep_numbers(parts, f"issued/{event.numbers.id}"[:80], event.plan_number, "issued", event.numbers)


async def on_destroyed(parts: IntakeParts, event: InquiryNumbersDestroyed) -> Effect | None:
    """These numbers, or all of the plan's, are deleted from now on."""
    if event.numbers is None:
        return await forget_all_numbers(parts, event.plan_number)
    return await keep_numbers(
        parts, f"destroyed/{event.numbers.id}"[:80], event.plan_number, "destroyed", event.numbers
    )


CONSUMES: Final[Mapping[type[Event], Handler]] = {
    FileReceived: on_file,
    RequestAccepted: on_checked,
    RequestReturned: on_checked,
    BatchHandedOver: on_handed_over,
    BatchAnswered: on_answered,
    RepliesReady: on_replies,
    PackageReceived: on_package_received,
    DiscDelivered: on_disc_delivered,
    InquiryNumbersIssued: on_issued,
    InquiryNumbersDestroyed: on_destroyed,
    **HOLD_EVENTS,
}

# Bulk work, cut into events of its own: any number of workers may share it.
HEAVY: Final = frozenset(kind.TYPE for kind in (FileReceived,))
