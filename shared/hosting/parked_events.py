"""Parked events of one service, for people: look, try, correct, replay, discard. Each act leaves its access record."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Row

from shared.auth.caller import Caller
from shared.bus.causes import release
from shared.bus.corrections import corrected, refuse_unchangeable
from shared.bus.described import described, digest, subject_shown
from shared.bus.handling import Handler
from shared.bus.parked import Group, ParkedEvents
from shared.db.work import Work
from shared.events import Event
from shared.hosting.house_events import HOUSE_EVENTS
from shared.hosting.parts import Parts
from shared.hosting.rehearsal import rehearse

REPLAYED_AT_ONCE: Final = 1000


class ParkedDesk:
    """What may be done with a service's parked events. A caller has been let in before."""

    def __init__(self, parts: Parts, consumers: Mapping[type[Event], Handler]) -> None:
        self._parts = parts
        self._handlers = {kind.TYPE: handler for kind, handler in {**HOUSE_EVENTS, **consumers}.items()}
        self._events = ParkedEvents(parts.db.plumbing)

    async def groups(self, caller: Caller) -> list[dict[str, Any]]:
        """All groups with their counts."""

        def look(work: Work) -> list[Group]:
            work.record(caller.access("events.parked.view", "inbox", self._parts.name))
            return self._events.groups(work.session)

        return [_group_view(group) for group in await self._parts.db.write(look)]

    async def members(self, caller: Caller, group_id: str, *, after: int, limit: int) -> list[dict[str, Any]]:
        """A group's events in order, without what is in them. Refusal `not-found`."""

        def look(work: Work) -> list[dict[str, Any]]:
            work.record(caller.access("events.parked.view", "event-group", group_id))
            group = self._events.group(work.session, group_id)
            return [_event_view(row) for row in self._events.members(work.session, group, after=after, limit=limit)]

        return await self._parts.db.write(look)

    async def show(self, caller: Caller, event_id: str) -> dict[str, Any]:
        """One event of the inbox: its state, its cause, and what may be shown of it. Refusal `not-found`."""

        def look(work: Work) -> Row[Any]:
            work.record(caller.access("events.parked.view", "event", event_id))
            return self._events.event(work.session, event_id)

        row = await self._parts.db.write(look)
        return {**_event_view(row), "release": release(), "body": described(row.body)}

    async def dry_run(self, caller: Caller, event_id: str, data: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Whether it would succeed as it is, or with other data; for those also what is to be approved.

        Refusals `not-found`, `event-not-parked`, and those of a correction.
        """

        def look(work: Work) -> Row[Any]:
            work.record(caller.access("events.parked.dry_run", "event", event_id))
            return self._events.parked(work.session, event_id)

        row = await self._parts.db.write(look)
        body = row.body if data is None else corrected(row.body, data)
        found = await rehearse(self._parts, self._handlers, body)
        told = {"outcome": found.outcome, "cause": found.cause, "code": found.code, "permanent": found.permanent}
        correction = {} if data is None else {"approve": self._correction(event_id, body)}
        return {"event_id": event_id, "sha256": digest(body), **told, **correction}

    async def replay(self, caller: Caller, event_id: str) -> dict[str, Any]:
        """Set one going again, at once. Refusals `not-found`, `event-not-parked`, `earlier-event-parked`."""

        def change(work: Work) -> None:
            self._events.put_back(work, event_id)
            work.record(caller.access("events.parked.replay", "event", event_id))

        await self._parts.db.write(change)
        return {"event_ids": [event_id], "remaining": 0, "held_back": 0}

    async def replay_group(self, caller: Caller, group_id: str) -> dict[str, Any]:
        """Set up to a thousand of a group going again, each with its record. Refusal `not-found`."""

        def change(work: Work) -> dict[str, Any]:
            found = self._events.put_group_back(work, group_id, at_most=REPLAYED_AT_ONCE)
            for event_id in found.events:
                work.record(caller.access("events.parked.replay", "event", event_id, reason=f"group {group_id}"))
            return {"event_ids": list(found.events), "remaining": found.remaining, "held_back": found.held_back}

        return await self._parts.db.write(change)

    async def discard(self, caller: Caller, event_id: str, reason: str) -> dict[str, Any]:
        """Give one up for good, with two people. The reason is one of a closed list, by the caller's side.

        Refusals `not-found`, `event-not-parked`, `event-not-changeable`, and those of an approval.
        """

        def change(work: Work) -> None:
            refuse_unchangeable(self._events.parked(work.session, event_id).type)
            work.use_approval(caller, "events.parked.discard", self._named(event_id))
            self._events.discard(work, event_id, reason)
            work.record(caller.access("events.parked.discard", "event", event_id, reason=reason))

        await self._parts.db.write(change)
        return {"event_id": event_id, "status": "discarded", "reason": reason}

    async def fix(self, caller: Caller, event_id: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """Put other data into one, with two people who agreed on exactly these; it stays parked.

        Refusals `not-found`, `event-not-parked`, `event-not-changeable`, those of an approval; CorrectionInvalid.
        """

        def change(work: Work) -> dict[str, Any]:
            before = self._events.parked(work.session, event_id).body
            body = corrected(before, data)
            work.use_approval(caller, "events.parked.fix", self._correction(event_id, body)["object"])
            self._events.put_body(work, event_id, body)
            old, new = digest(before), digest(body)
            reason = f"sha256 {old} replaced by {new}"
            work.record(caller.access("events.parked.fix", "event", event_id, reason=reason))
            return {"event_id": event_id, "sha256_before": old, "sha256": new}

        return await self._parts.db.write(change)

    def _named(self, event_id: str) -> str:
        """How approvals name an event: several services hold the same one."""
        return f"{self._parts.name}/{event_id}"

    def _correction(self, event_id: str, body: bytes) -> dict[str, str]:
        return {"action": "events.parked.fix", "object": f"{self._named(event_id)}/{digest(body)}"}


def _group_view(group: Group) -> dict[str, Any]:
    return {
        "group": group.of.id,
        "type": group.of.type,
        "cause": group.of.place,
        "release": group.of.release,
        "count": group.count,
        "oldest": group.oldest.isoformat(),
        "newest": group.newest.isoformat(),
    }


def _event_view(row: Row[Any]) -> dict[str, Any]:
    reason, _, cause = row.cause.rpartition(" | ")
    return {
        "id": row.event_id,
        "position": row.position,
        "type": row.type,
        "subject": subject_shown(row.subject),
        "status": row.status,
        "attempts": row.attempts,
        "cause": cause,
        "reason": reason,
        "received_at": row.received_at.isoformat(),
        "next_at": row.next_at.isoformat(),
        "done_at": row.done_at.isoformat() if row.done_at else None,
    }
