"""What a service told the bus and the record, read from its own store."""

import json
from typing import Any

from sqlalchemy import select

from shared.events import Envelope
from tests.integration.conftest import Host


class Listener:
    """Keeps every envelope that the relay sends on."""

    def __init__(self, host: Host) -> None:
        assert host.bus is not None
        self.heard: list[Envelope] = []
        inbox = next(iter(host.bus._inboxes.values()))
        accept = inbox.accept

        async def listen(envelopes: Any) -> None:
            self.heard.extend(envelope for envelope, _ in envelopes)
            await accept(envelopes)

        inbox.accept = listen  # type: ignore[method-assign]

    def of(self, event_type: str) -> list[dict[str, Any]]:
        return [envelope.data for envelope in self.heard if envelope.type == event_type]

    def everything(self) -> str:
        """All that went over the bus, as text."""
        return "\n".join(envelope.model_dump_json() for envelope in self.heard)


def records(host: Host, action: str) -> list[dict[str, Any]]:
    """The access records of one action."""
    database = host.services["media"].parts.db
    trail = database.plumbing.trail
    rows = database.read_now(
        lambda session: session.connection().execute(select(trail.c.body).order_by(trail.c.sequence)).all()
    )
    return [record for record in (json.loads(row.body) for row in rows) if record["action"] == action]
