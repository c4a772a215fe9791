"""Keep what is known of legal holds as the audit service tells it."""

from typing import Final

from services.intake.storage.tables import HOLDS
from shared.hosting.holds import hold_events

HOLD_EVENTS: Final = hold_events(HOLDS)
