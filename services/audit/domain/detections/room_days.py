"""Detections that compare one day of the room log with what was done in the room on that day.

Where the log shows no exits, a person counts as inside from their first entry on: what is not known is no misuse.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from services.audit.domain.detections.facts import Access, Entry, Standing
from services.audit.domain.detections.look import Sign, clock_time, outside_hours
from services.audit.domain.detections.memory import Memory
from services.audit.domain.detections.rules import Fact, Rule

KEPT: Final = timedelta(days=3660)
ROOM: Final = "security_room"
WAITING: Final = "room|waiting"
"""Days on which something was done in the room and which nobody has compared with a whole room log."""


def room_keys(access: Access) -> Iterable[str]:
    """The days that wait, where an access adds to them."""
    return (WAITING,) if access.by_person and access.place == ROOM else ()


def keep_room_day(access: Access, memory: Memory) -> None:
    """Note that something was done in the room on that day."""
    if not room_keys(access):
        return
    waiting, day = memory.get(WAITING) or [], access.day.isoformat()
    if day not in waiting:
        memory.put(WAITING, sorted([*waiting, day]), access.at + KEPT)


@dataclass(frozen=True, slots=True)
class RoomDay:
    """One day: door events, accesses made in the room, the roster. `has_log`: whether there is a room log for it."""

    day: date
    entries: Sequence[Entry]
    accesses: Sequence[Access]
    standings: Mapping[str, Standing]
    registry: frozenset[str] = frozenset()
    has_log: bool = True
    by_user: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # a number may pass to a successor: who stands on the roster that day has it
        rows = sorted(self.standings.values(), key=lambda one: one.in_force(self.day))
        self.by_user.update({one.door_user: one.staff_id for one in rows if one.door_user})

    def users_inside(self, at: datetime, slack: timedelta) -> set[str]:
        """Door users who are inside at an instant, give or take the slack, as far as the log tells."""
        return {user for user in {entry.user for entry in self.entries} if self.is_inside(user, at, slack)}

    def is_inside(self, user: str, at: datetime, slack: timedelta) -> bool:
        """Whether the last thing that the log has of a user up to then is an entry."""
        known = [entry for entry in self.entries if entry.user == user]
        return any(_last_was_in(known, moment) for moment in (at, at - slack, at + slack))


def room_signs(day: RoomDay, rules: Mapping[str, Rule]) -> Iterator[Sign]:
    """All that is odd about one day. The same day judged again gives the same keys."""
    yield from _without_presence(day, rules["no-presence"], rules["two-on-one-entry"])
    if day.has_log:
        yield from _without_duty(day, rules["presence-without-duty"])
        yield from _same_minute(day, rules["two-on-one-entry"])


def _without_presence(day: RoomDay, rule: Rule, follow: Rule) -> Iterator[Sign]:
    slack = timedelta(minutes=rule.parameters["slack_minutes"])
    for actor, accesses in _by_actor(day).items():
        standing = day.standings.get(actor)
        if not day.has_log:
            yield _at(rule, "no-log", day, accesses[0], accesses=len(accesses))
        elif standing is None or not standing.door_user:
            yield _at(rule, "unknown-door-number", day, accesses[0], accesses=len(accesses))
        else:
            odd = [access for access in accesses if not day.is_inside(standing.door_user, access.at, slack)]
            yield from _absent(day, rule, follow, odd, slack)


def _absent(day: RoomDay, rule: Rule, follow: Rule, odd: Sequence[Access], slack: timedelta) -> Iterator[Sign]:
    if not odd:
        return
    empty = [access for access in odd if not day.users_inside(access.at, slack)]
    if empty:
        yield _at(rule, "empty-room", day, empty[0], accesses=len(odd))
    else:
        yield _at(rule, "absent", day, odd[0], accesses=len(odd))
    leader = _went_before(day, odd[0].at, timedelta(minutes=follow.parameters["follow_minutes"]))
    if leader is not None:
        minutes = int((odd[0].at - leader.at).total_seconds() // 60)
        yield _at(follow, "followed", day, odd[0], user=leader.user, minutes=minutes)


def _without_duty(day: RoomDay, rule: Rule) -> Iterator[Sign]:
    active = {access.actor for access in day.accesses}
    for user, entries in _by_user(day).items():
        actor = day.by_user.get(user, "")
        standing = day.standings.get(actor)
        if standing is None:
            if day.standings:
                yield _entered(rule, "stranger", day, entries[0], "", entries=len(entries))
            continue
        if not standing.in_force(day.day):
            yield _entered(rule, "off-roster", day, entries[0], actor, entries=len(entries))
            continue
        night = [entry for entry in entries if outside_hours(entry.at, *_hours(rule))]
        if night:
            yield _entered(rule, "night", day, night[0], actor, entries=len(night))
        if actor not in active:
            yield _entered(rule, "idle", day, entries[0], actor, entries=len(entries))


def _same_minute(day: RoomDay, rule: Rule) -> Iterator[Sign]:
    minutes: dict[tuple[str, str], dict[str, Entry]] = {}
    for entry in day.entries:
        if entry.inside:
            minutes.setdefault((entry.door, clock_time(entry.at)), {})[entry.user] = entry
    for (door, minute), users in minutes.items():
        if len(users) > 1:
            first = min(users.values(), key=lambda entry: (entry.at, entry.user))
            facts: dict[str, Fact] = {"people": len(users), "day": day.day.isoformat(), "time": minute}
            key = f"same-minute|{day.day}|{minute}|{door}"
            yield _sign(rule, "same-minute", key, first.at, f"door:{door}", facts)


def _by_actor(day: RoomDay) -> dict[str, list[Access]]:
    """What people did with registry data from inside the room, in the order of time."""
    found: dict[str, list[Access]] = {}
    for access in sorted(day.accesses, key=lambda access: access.at):
        counts = access.by_person and access.outcome == "done" and access.place == ROOM
        if counts and access.action in day.registry:
            found.setdefault(access.actor, []).append(access)
    return found


def _by_user(day: RoomDay) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in sorted(day.entries, key=lambda entry: entry.at):
        if entry.inside:
            found.setdefault(entry.user, []).append(entry)
    return found


def _went_before(day: RoomDay, at: datetime, within: timedelta) -> Entry | None:
    before = [entry for entry in day.entries if entry.inside and timedelta() <= at - entry.at <= within]
    return max(before, key=lambda entry: entry.at, default=None)


def _last_was_in(known: Iterable[Entry], at: datetime) -> bool:
    last = max((entry for entry in known if entry.at <= at), key=lambda entry: entry.at, default=None)
    return last is not None and last.inside


def _hours(rule: Rule) -> tuple[str, str]:
    return rule.parameters["from"], rule.parameters["to"]


def _at(rule: Rule, variant: str, day: RoomDay, access: Access, **facts: Fact) -> Sign:
    told: dict[str, Fact] = {"actor": access.actor, "day": day.day.isoformat(), "time": clock_time(access.at)}
    told |= {"equipment": access.equipment, "action": access.action} | facts
    key = f"{variant}|{access.actor}|{day.day}"
    return _sign(rule, variant, key, access.at, f"staff:{access.actor}", told, access)


def _entered(rule: Rule, variant: str, day: RoomDay, entry: Entry, actor: str, **facts: Fact) -> Sign:
    told: dict[str, Fact] = {"actor": actor, "user": entry.user, "day": day.day.isoformat()}
    told |= {"time": clock_time(entry.at)} | facts
    about = f"staff:{actor}" if actor else f"door-user:{entry.user}"
    return _sign(rule, variant, f"{variant}|{entry.user}|{day.day}", entry.at, about, told)


def _sign(
    rule: Rule, variant: str, key: str, at: datetime, about: str, facts: dict[str, Fact], access: Access | None = None
) -> Sign:
    return Sign(
        rule=rule.code,
        version=rule.version,
        variant=variant,
        severity=rule.reasons[variant].severity,
        key=key,
        at=at,
        about=about,
        actor=about.partition(":")[2] if about.startswith("staff:") else "",
        object_type=access.object_type if access else "",
        object_id=access.object_id if access else "",
        equipment=access.equipment if access else "",
        index=access.index if access else None,
        facts=facts,
    )
