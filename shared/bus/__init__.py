"""Events between the services: out of the outbox, into the inbox, handled from there. At least once, applied once."""

from shared.bus.handling import Effect, Handler, Permanent
from shared.bus.inbox import Inbox
from shared.bus.local import LocalBus

__all__ = ["Effect", "Handler", "Inbox", "LocalBus", "Permanent"]
