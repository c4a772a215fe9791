"""What happens to a disc apart from its envelope, and what its steps mean for the replies on it."""

from datetime import datetime
from typing import Any

from services.media.domain.states import DISC, REPLY, step
from services.media.storage.discs import disc_of, records_on_discs, replies_on
from services.media.storage.tables import Disc, DiscStep, Reply
from services.media.usecases.read_discs import shown
from services.media.usecases.stock_blanks import destroy_blank
from services.media.usecases.tell_provisions import tell_disc_provided
from shared.auth.caller import Caller
from shared.db import Work
from shared.events import Event
from shared.events.media import DiscDelivered, DiscDestroyed, DiscLost, DiscReturned, DiscSent
from shared.ids import new_id

BY_HAND = frozenset({"cased", "returned", "lost", "destroyed"})
DELIVERED = frozenset({"delivered"})


def record_disc_event(
    work: Work, caller: Caller, disc_id: str, *, state: str, at: datetime | None, reason: str
) -> dict[str, Any]:
    """A step that concerns one disc only: put into its case, come back, lost, destroyed."""
    disc = disc_of(work.session, disc_id)
    move_disc(work, disc, state, at=at or work.now, actor=caller.principal.id)
    if state == "destroyed":
        destroy_blank(work, disc.id)
    work.record(
        caller.access("media.disc.follow", "disc", disc.id, case=caller.case or disc.id, reason=reason or state)
    )
    work.session.flush()
    return shown(work.session, disc)


def move_disc(work: Work, disc: Disc, state: str, *, at: datetime, actor: str) -> None:
    """One step of a disc, kept and announced. Refusal `transition-refused`."""
    disc.state = step(DISC, disc.state, state)
    work.session.add(disc)
    work.session.add(DiscStep(id=new_id(), disc_id=disc.id, state=state, at=at, recorded_at=work.now, actor=actor))
    work.session.flush()
    replies = replies_on(work.session, disc)
    if state == "delivered":
        replies = [reply for reply in replies if _is_delivered(work, reply)]
    if state == "sent":
        tell_disc_provided(work, disc, replies, at=at, by=actor)
    if (event := _event(disc, state, tuple(reply.request_id for reply in replies))) is not None:
        work.announce(event, subject=disc.id)


def _is_delivered(work: Work, reply: Reply) -> bool:
    """Whether all of a reply has arrived, with this disc or before it."""
    if records_on_discs(work.session, reply.id, DELIVERED) != reply.records:
        return False
    if reply.state == "on_disc":
        reply.state = step(REPLY, reply.state, "delivered")
        reply.received_at = work.now
        work.session.add(reply)
    return True


def _event(disc: Disc, state: str, requests: tuple[str, ...]) -> Event | None:
    match state:
        case "sent":
            return DiscSent(disc_id=disc.id, plan_number=disc.plan_number, request_ids=requests)
        case "delivered":
            return DiscDelivered(disc_id=disc.id, plan_number=disc.plan_number, request_ids=requests)
        case "returned":
            return DiscReturned(disc_id=disc.id, plan_number=disc.plan_number)
        case "lost":
            return DiscLost(disc_id=disc.id, plan_number=disc.plan_number)
        case "destroyed":
            return DiscDestroyed(disc_id=disc.id, plan_number=disc.plan_number)
    return None
