"""Whether a person is in the room that an act belongs to, by what the door system's live feed has told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

# A feed that has said nothing for so long is late: doors report within seconds, the feed says so every half minute.
LATE_AFTER: Final = timedelta(seconds=120)
UNCONFIRMED: Final = "presence-unconfirmed"


@dataclass(frozen=True, slots=True)
class InRoom:
    """Who was in a room at `as_of`, as staff ids."""

    as_of: datetime
    inside: Collection[str]


def presence_of(staff_id: str, known: InRoom | None, now: datetime) -> Literal["inside", "outside", "unknown"]:
    """`unknown` where there is no feed or it is late: the act is allowed then, marked, and checked afterwards."""
    if known is None or now - known.as_of > LATE_AFTER:
        return "unknown"
    return "inside" if staff_id in known.inside else "outside"
