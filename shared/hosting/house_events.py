"""What every service reacts to alike: approvals, ended tokens, freezes, who is in the room."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import delete

from shared.bus.handling import Effect, Handler
from shared.db.plumbing import insert_or_ignore
from shared.db.work import Work
from shared.events import Event
from shared.events.audit import FreezeLifted, FreezeSet, RoomPresence
from shared.events.authority import ApprovalDecided, TokenRevoked
from shared.hosting.parts import Parts


async def keep_approval(parts: Parts, event: ApprovalDecided) -> Effect:
    """Keep a decision, so that its requester can use it here once."""
    row = {
        "id": event.approval_id,
        "action": event.action,
        "object_id": event.object_id,
        "requester": event.requester,
        "approver": event.approver,
        "approved": event.approved,
        "expires_at": event.expires_at,
    }
    return _stored(parts.db.plumbing.approval, row)


async def keep_revoked_token(parts: Parts, event: TokenRevoked) -> Effect:
    """Refuse a token from now on."""
    return _stored(parts.db.plumbing.revoked_token, {"token_id": event.token_id, "expires_at": event.expires_at})


async def set_freeze(parts: Parts, event: FreezeSet) -> Effect:
    """Stop releases of an object."""
    row = {"id": event.freeze_id, "object_type": event.object_type, "object_id": event.object_id}
    return _stored(parts.db.plumbing.freeze, row)


async def lift_freeze(parts: Parts, event: FreezeLifted) -> Effect:
    """Let releases of an object go on."""
    table = parts.db.plumbing.freeze

    def effect(work: Work) -> None:
        work.session.connection().execute(delete(table).where(table.c.id == event.freeze_id))

    return effect


async def keep_presence(parts: Parts, event: RoomPresence) -> Effect:
    """Who is in a room; what is older than what is known changes nothing."""
    table = parts.db.plumbing.room_presence
    row = {"room": event.room, "as_of": event.as_of, "inside": sorted(event.inside)}
    return _newest(table, row, by="as_of")


def _newest(table: Any, row: Mapping[str, Any], *, by: str) -> Effect:
    """Keeps the row whose `by` is greatest, in whatever order they come."""
    stated = insert_or_ignore(table).values(row)
    newest = stated.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={name: stated.excluded[name] for name in row},
        where=table.c[by] < stated.excluded[by],
    )

    def effect(work: Work) -> None:
        work.session.connection().execute(newest)

    return effect


def _stored(table: Any, row: Mapping[str, Any]) -> Effect:
    def effect(work: Work) -> None:
        work.session.connection().execute(insert_or_ignore(table).values(row).on_conflict_do_nothing())

    return effect


HOUSE_EVENTS: Final[Mapping[type[Event], Handler]] = {
    ApprovalDecided: keep_approval,
    TokenRevoked: keep_revoked_token,
    FreezeSet: set_freeze,
    FreezeLifted: lift_freeze,
    RoomPresence: keep_presence,
}
