"""Who is affected by a loss: people, plans, state of encryption, who read what. Counted from the log, never guessed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from services.audit.domain.incidents.duties import Assessment, Encrypted, Happened

PASSWORD_ACTIONS: Final = frozenset({"media.disc.password", "media.package.password"})
SEALING_ACTIONS: Final = frozenset({"media.disc.make_image", "media.package.make"})
ENCRYPTED_OBJECTS: Final = frozenset({"disc", "reply"})
BY_ACCESSES: Final = frozenset({"account", "time_span"})
"""What is affected there follows from the accesses alone: none means nobody."""
HAPPENED: Final[Mapping[str, Happened]] = {"account": "misuse"}


@dataclass(frozen=True, slots=True)
class Touch:
    """One access to an affected object, as the log has it."""

    at: datetime
    actor: str
    team: str
    action: str
    object_type: str
    object_id: str
    subjects: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Carried:
    """People of one request, as far as an object holds them."""

    request_id: str
    plan_number: str
    kind: str
    people: int


@dataclass(slots=True)
class Reader:
    """Who did what to affected objects, how often, from when to when, and how many people that were at most."""

    actor: str
    team: str
    action: str
    first: datetime
    last: datetime
    times: int = 0
    people: int = 0


@dataclass(frozen=True, slots=True)
class Radius:
    """The answer. `people` is an upper bound; None where an affected object holds people that nobody has counted."""

    people: int | None
    plans: Sequence[tuple[str, int]]
    kinds: Sequence[str]
    my_numbers: bool
    encrypted: Encrypted
    password_told_at: datetime | None
    readers: Sequence[Reader]
    objects: int
    accesses: int
    assessment: Assessment


@dataclass(slots=True)
class Counted:
    """What is added up over accesses, one by one: any number of them needs no more memory than their objects."""

    readers: dict[tuple[str, str], Reader] = field(default_factory=dict)
    people: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    sealed: dict[tuple[str, str], int] = field(default_factory=dict)
    password_told_at: datetime | None = None
    accesses: int = 0

    def take(self, touch: Touch) -> None:
        """One more access; what was refused touched nobody."""
        if touch.outcome != "done":
            return
        self.accesses += 1
        place = (touch.object_type, touch.object_id)
        self.people[place] = max(self.people[place], touch.subjects)
        if touch.action in SEALING_ACTIONS:
            self.sealed[place] = touch.subjects
        if touch.action in PASSWORD_ACTIONS and self.password_told_at is None:
            self.password_told_at = touch.at
        reader = self.readers.get((touch.actor, touch.action))
        if reader is None:
            reader = Reader(touch.actor, touch.team, touch.action, touch.at, touch.at)
            self.readers[touch.actor, touch.action] = reader
        reader.first, reader.last = min(reader.first, touch.at), max(reader.last, touch.at)
        reader.times += 1
        reader.people += touch.subjects


def counted(touches: Iterable[Touch]) -> Counted:
    """The accesses, added up."""
    count = Counted()
    for touch in touches:
        count.take(touch)
    return count


def radius_of(object_type: str, count: Counted, carried: Mapping[tuple[str, str], Sequence[Carried]]) -> Radius:
    """The radius of a loss. `count` are the accesses in question, `carried` what each known object holds.

    People of one request are counted once, however many objects carry them. An object that is in no table counts with
    the largest number of people that one access to it named. Where no kind is known, the worst is taken.
    """
    requests = {one.request_id: one for known in carried.values() for one in known}
    loose = sum(people for place, people in count.people.items() if place not in carried)
    people = _people(object_type, count, requests, loose)
    kinds = sorted({one.kind for one in requests.values() if one.kind})
    found = Assessment(
        people=people,
        my_numbers="my_number" in kinds or (not kinds and people != 0),
        encrypted=_encrypted(object_type, count),
        happened=HAPPENED.get(object_type, "leak"),
    )
    return Radius(
        people=people,
        plans=_plans(requests.values()),
        kinds=kinds,
        my_numbers=found.my_numbers,
        encrypted=found.encrypted,
        password_told_at=count.password_told_at,
        readers=sorted(count.readers.values(), key=lambda one: (-one.people, one.actor, one.action)),
        objects=len(carried.keys() | count.people.keys()),
        accesses=count.accesses,
        assessment=found,
    )


def _people(object_type: str, count: Counted, requests: Mapping[str, Carried], loose: int) -> int | None:
    if object_type in ENCRYPTED_OBJECTS and count.sealed:
        return sum(count.sealed.values())  # exactly what went onto the medium, one volume of several perhaps
    if any(one.people < 0 for one in requests.values()):
        return None
    if object_type not in BY_ACCESSES and not requests and not count.people:
        return None  # nothing is known of such an object, which is not the same as nobody
    return sum(one.people for one in requests.values()) + loose


def _plans(requests: Iterable[Carried]) -> list[tuple[str, int]]:
    totals: dict[str, int] = defaultdict(int)
    for one in requests:
        totals[one.plan_number] += max(one.people, 0)
    return sorted(totals.items())


def _encrypted(object_type: str, count: Counted) -> Encrypted:
    """A sealed medium is strongly encrypted; once its password was told, nobody here can say who holds both."""
    if object_type not in ENCRYPTED_OBJECTS:
        return "none"
    if not count.sealed or count.password_told_at is not None:
        return "unknown"
    return "strong"
