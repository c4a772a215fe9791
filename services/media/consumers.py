"""Event -> use case."""

from collections.abc import Mapping
from typing import Final

from services.media.parts import MediaParts
from services.media.usecases.expect_replies import expect_replies
from services.media.usecases.heed_holds import HOLD_EVENTS
from services.media.usecases.make_package import make_package
from services.media.usecases.take_replies import take_replies
from shared.bus import Effect, Handler
from shared.events import Event
from shared.events.intake import CycleClosed
from shared.events.matcher import RepliesReady
from shared.events.media import PackageRequested


async def on_cycle_closed(parts: MediaParts, event: CycleClosed) -> Effect:
    """Know what will come."""
    return expect_replies(parts, event)


async def on_replies_ready(parts: MediaParts, event: RepliesReady) -> Effect:
    """Take what has come."""
    return take_replies(parts, event)


CONSUMES: Final[Mapping[type[Event], Handler]] = {
    CycleClosed: on_cycle_closed,
    RepliesReady: on_replies_ready,
    PackageRequested: make_package,
    **HOLD_EVENTS,
}

# Bulk work, cut into events of its own: any number of workers may share it.
HEAVY: Final = frozenset(kind.TYPE for kind in (PackageRequested,))
