"""Every event of the bus stands in the record, by its ids only."""

from services.audit.parts import AuditParts
from shared.bus import Effect, Handler
from shared.db import Work
from shared.events import Event
from shared.trail import Access, Actor


def noting(handler: Handler | None = None) -> Handler:
    """A handler that records an event after what `handler` does with it."""

    async def note_event(parts: AuditParts, event: Event) -> Effect:
        effect = None if handler is None else await handler(parts, event)

        def apply(work: Work) -> None:
            if effect is not None:
                effect(work)
            work.record(_passed(event))

        return apply

    return note_event


def both(first: Handler, second: Handler) -> Handler:
    """A handler that does what two of them do, in one transaction."""

    async def do_both(parts: AuditParts, event: Event) -> Effect:
        effects = [await first(parts, event), await second(parts, event)]

        def apply(work: Work) -> None:
            for effect in effects:
                if effect is not None:
                    effect(work)

        return apply

    return do_both


def _passed(event: Event) -> Access:
    publisher = event.TYPE.partition(".")[0]
    return Access(Actor("service", publisher), "audit.event.note", event.TYPE, _object_of(event), channel="bus")


def _object_of(event: Event) -> str:
    """What the event is about: its first id."""
    names = [name for name in type(event).model_fields if name.endswith("_id") or name in ("cycle", "plan_number")]
    return str(getattr(event, names[0])) if names else ""
