"""Every event between the services, one module a publisher: the whole contract, readable in ten minutes.

Events are facts in the past tense. They carry ids, counts, digests and blob references; never personal data.
"""

from shared.events.event import EVENTS, Envelope, Event, event_of

from shared.events import audit, authority, copies, intake, matcher, media  # isort: skip

__all__ = ["EVENTS", "Envelope", "Event", "audit", "authority", "copies", "event_of", "intake", "matcher", "media"]
