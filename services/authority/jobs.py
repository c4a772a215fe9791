"""What authority does by schedule."""

from typing import Final

from services.authority.storage.sealed import SEALED
from services.authority.usecases.announce_roster import announce_roster, next_untold
from shared.hosting import Job
from shared.hosting.resealing import Resealing

JOBS: Final = (
    Job("authority-roster", "業務体制図の通知", "tell the roster", next_untold, announce_roster, look_seconds=60.0),
    Resealing(SEALED).job("authority"),
)
