"""List copies that still exist, in a state."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from services.audit.domain.copies import State
from services.audit.parts import AuditParts
from services.audit.storage.copies import holds, kept
from services.audit.storage.copies.tables import Hold, Kept
from services.audit.usecases.copies.show import kept_shown
from shared.http import page
from shared.refusals import Refusal

NEVER = datetime(9000, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)


async def kept_page(
    parts: AuditParts, state: State, *, same: dict[str, str], due_before: datetime | None, after: str, limit: int
) -> dict[str, Any]:
    """A page of copies, those due first. Refusal `bad-request` for a cursor that is none."""
    now, last = parts.clock.now(), _position(after)

    def look(session: Session) -> list[tuple[Kept, Hold | None]]:
        copies: Sequence[Kept] = kept.search(
            session, state, now, same=same, due_before=due_before, after=last, limit=limit + 1
        )
        on_them = holds.holds_on(session, copies, now) if state == "held" and copies else {}
        return [(copy, on_them.get((copy.service, copy.copy_id, copy.what))) for copy in copies]

    found = await parts.db.read(look)
    return page([kept_shown(copy, hold, now) for copy, hold in found], limit=limit, position=_told)


def _told(item: dict[str, Any]) -> str:
    return f"{item['due_at'] or ''}|{item['service']}/{item['copy_id']}/{item['what']}"


def _position(after: str) -> tuple[datetime, str] | None:
    if not after:
        return None
    at, _, key = after.partition("|")
    try:
        due = datetime.fromisoformat(at) if at else NEVER
    except ValueError:
        raise Refusal("bad-request") from None
    if due.tzinfo is None or not key:
        raise Refusal("bad-request")
    return due, key
