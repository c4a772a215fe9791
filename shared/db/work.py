"""The unit of work: a state change, the events that announce it and the access records that it owes, all or none."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlmodel import Session

from shared.auth.caller import Caller
from shared.auth.known import known_action
from shared.db.plumbing import Plumbing
from shared.events import Envelope, Event
from shared.ids import new_id
from shared.refusals import Refusal
from shared.telemetry.tracing import current_traceparent
from shared.trail import Access, chained
from shared.trail.record import FIRST_PREVIOUS

OUTBOX: Final = "outbox"


def is_frozen(session: Session, plumbing: Plumbing, object_type: str, object_id: str) -> bool:
    """Whether a freeze lies on an object."""
    table = plumbing.freeze
    held = select(table.c.id).where(table.c.object_type == object_type, table.c.object_id == object_id)
    return session.connection().execute(held).first() is not None


class Work:
    """One open transaction. `now` is business time, the same for all that the transaction does."""

    def __init__(self, session: Session, plumbing: Plumbing, *, service: str, now: datetime) -> None:
        self.session = session
        self.now = now
        self._plumbing = plumbing
        self._service = service
        self._events: list[dict[str, Any]] = []
        self._records: list[Access] = []
        self._told: set[str] = set()

    def announce(self, event: Event, *, subject: str) -> None:
        """Publish `event` once this transaction commits. `subject` is the key within which order is kept."""
        envelope = Envelope(
            id=new_id(),
            source=f"/{self._service}",
            type=event.TYPE,
            subject=subject,
            time=self.now.isoformat(),
            traceparent=current_traceparent(),
            data=event.model_dump(mode="json"),
        )
        row = {
            "event_id": envelope.id,
            "type": envelope.type,
            "subject": subject,
            "body": envelope.model_dump_json().encode(),
            "made_at": self.now,
        }
        self._events.append(row)

    def wake(self, topic: str) -> None:
        """Wake those who wait for `topic`, in whichever process, once this transaction commits."""
        self._told.add(topic)

    def record(self, access: Access) -> None:
        """Keep an access record with this transaction. An action outside the vocabulary is a programming error."""
        if not known_action(access.action):
            raise LookupError(f"no such audited action: {access.action}")
        self._records.append(access)

    def use_approval(self, caller: Caller, action: str, object_id: str) -> None:
        """Use the second person's approval that the caller brought: once, for this act on this object only."""
        table = self._plumbing.approval
        found = self.session.connection().execute(select(table).where(table.c.id == caller.approval)).one_or_none()
        if found is None:
            raise Refusal("approval-unknown")
        if not found.approved:
            raise Refusal("approval-refused")
        if (found.action, found.object_id, found.requester) != (action, object_id, caller.principal.id):
            raise Refusal("approval-for-something-else")
        if found.used_at is not None:
            raise Refusal("approval-used")
        if found.expires_at < self.now:
            raise Refusal("approval-expired")
        self.session.connection().execute(update(table).where(table.c.id == found.id).values(used_at=self.now))

    def refuse_if_frozen(self, *keys: str, **objects: str) -> None:
        """Refusal `frozen` while a freeze lies on one of the objects, given as type=id, or on one of the keys."""
        for object_type, object_id in (*objects.items(), *(("key", key) for key in keys)):
            if is_frozen(self.session, self._plumbing, object_type, object_id):
                raise Refusal("frozen", object_type=object_type, object=object_id)

    def is_frozen(self, object_type: str, object_id: str) -> bool:
        """Whether a freeze lies on an object: for those who must record a refusal themselves."""
        return is_frozen(self.session, self._plumbing, object_type, object_id)

    def finish(self) -> None:
        """Number and chain the records, last of all, so that the head is held as shortly as can be."""
        self.session.flush()
        connection = self.session.connection()
        if self._events:
            connection.execute(insert(self._plumbing.outbox), self._events)
        if not self._records:
            return
        head = self._plumbing.trail_head
        found = connection.execute(select(head).where(head.c.id == 1).with_for_update()).one_or_none()
        sequence, digest = (0, FIRST_PREVIOUS) if found is None else (found.sequence, found.digest)
        rows = []
        for access in self._records:
            sequence += 1
            body, digest = chained(access, source=self._service, sequence=sequence, previous=digest, at=self.now)
            rows.append({"sequence": sequence, "body": body})
        connection.execute(insert(self._plumbing.trail), rows)
        values = {"sequence": sequence, "digest": digest}
        if found is None:
            connection.execute(insert(head).values(id=1, **values))
        else:
            connection.execute(update(head).where(head.c.id == 1).values(values))

    @property
    def topics(self) -> set[str]:
        """Whom the commit wakes: the relay where something waits for it, and who was named."""
        return self._told | ({OUTBOX} if self._events or self._records else set())
