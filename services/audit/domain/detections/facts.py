"""What detections look at: accesses out of the log, and what is known beside it. Ids and counts only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from shared.calendar.clock import JST

_TEXTS: Final = ("actor", "actor_kind", "team", "equipment", "place", "action", "object_type", "purpose", "case")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One record of the log. `index` is its place in the log, `subjects` counts people, `tokens` are pseudonyms."""

    index: int
    at: datetime
    actor: str
    actor_kind: str = "staff"
    team: str = ""
    equipment: str = ""
    place: str = ""
    action: str = ""
    object_type: str = ""
    object_id: str = ""
    subjects: int = 0
    tokens: tuple[str, ...] = ()
    purpose: str = ""
    case: str = ""
    approval: str = ""
    outcome: str = "done"
    reason: str = ""

    @property
    def day(self) -> date:
        """The day in Japan."""
        return day_of(self.at)

    @property
    def by_person(self) -> bool:
        """Whether a member of staff acts: not a plan's program, not the system itself."""
        return self.actor_kind == "staff"


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's place on the duty roster: first and last day, pledge, last training, day of leaving.

    `door_user` is the person's number in the door system; empty where it is not known.
    """

    staff_id: str
    team: str
    roster_from: date
    roster_to: date | None = None
    pledged_on: date | None = None
    trained_on: date | None = None
    left_on: date | None = None
    door_user: str = ""

    def in_force(self, day: date) -> bool:
        """Whether the person stands on the roster on that day and has not left."""
        ended = self.roster_to is not None and day > self.roster_to
        left = self.left_on is not None and day > self.left_on
        return self.roster_from <= day and not ended and not left

    @property
    def last_day(self) -> date | None:
        """The last day on the roster, or of work here, whichever is earlier; None while neither is known."""
        return min((day for day in (self.roster_to, self.left_on) if day is not None), default=None)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the door log: who passed which door when, by the door system's number; `inside`: into the room."""

    at: datetime
    user: str
    door: str
    inside: bool = True


@dataclass(frozen=True, slots=True)
class Missing:
    """Records `first` to `last` of a source that have not arrived, since when."""

    source: str
    first: int
    last: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Acts:
    """Which actions are about what: read or change people's data, show registry data, carry data out of a store.

    `stated`: acts that a person may do only for a stated purpose and case.
    """

    personal: frozenset[str] = frozenset()
    registry: frozenset[str] = frozenset()
    exports: frozenset[str] = frozenset()
    stated: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known beside the log. `ties`: a subject's token -> the staff who declared that it is them or theirs.

    Without any standing, rules about the roster stay silent: what is not known is no misuse.
    """

    acts: Acts = Acts()
    standings: Mapping[str, Standing] = field(default_factory=dict)
    ties: Mapping[str, frozenset[str]] = field(default_factory=dict)


def access_of(index: int, record: Mapping[str, Any]) -> Access:
    """A record of the log as an access."""
    texts = {name: str(record.get(name, "")) for name in _TEXTS}
    return Access(
        index=index,
        at=datetime.fromisoformat(record["at"]),
        object_id=str(record.get("object", "")),
        subjects=int(record.get("subjects", 0)),
        tokens=tuple(record.get("subject_tokens", ())),
        approval=str(record.get("approval", "")),
        outcome=str(record.get("outcome", "")),
        reason=str(record.get("reason", "")),
        **texts,
    )


def day_of(at: datetime) -> date:
    """The day in Japan on which an instant lies."""
    return at.astimezone(JST).date()
