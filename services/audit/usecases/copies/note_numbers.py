"""Inquiry numbers were destroyed: noted where a restored backup will find it."""

import asyncio

from services.audit.parts import AuditParts
from shared.blobs.columns import get_frame
from shared.blobs.errors import BlobGone
from shared.events.matcher import InquiryNumbersDestroyed


async def note_numbers(parts: AuditParts, event: InquiryNumbersDestroyed) -> None:
    """Which numbers; or the plan, where all of its are gone."""
    await asyncio.to_thread(_note, parts, event)


def _note(parts: AuditParts, event: InquiryNumbersDestroyed) -> None:
    at = parts.clock.now()
    if event.numbers is None:
        parts.journal.ledger(at, event.plan_number)
        return
    try:
        numbers = get_frame(parts.blobs, event.numbers)["inquiry_number"].to_list()
    except BlobGone:
        return  # told again after months: it was noted the first time
    parts.journal.numbers(at, event.plan_number, numbers)
