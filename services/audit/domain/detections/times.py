"""Detections about when and where: off hours, a dormant account, two places at once."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from services.audit.domain.detections.facts import Access, day_of
from services.audit.domain.detections.look import Look, Sign, outside_hours
from services.audit.domain.detections.rules import Fact

FOR_YEARS: Final = timedelta(days=3650)


def off_hours(look: Look) -> Iterator[Sign]:
    """Work outside working hours or on a closed day; graver where people's data are handled."""
    access = look.access
    if not access.by_person or access.outcome != "done":
        return
    when = outside_hours(access.at, look.parameter("from"), look.parameter("to"))
    if when:
        yield look.sign(when if look.personal else "other", access.actor, access.day.isoformat())


def last_use_keys(access: Access) -> Iterable[str]:
    """Where the last use of an account stands."""
    return (f"used|{access.actor}",) if access.by_person and access.actor else ()


def dormant_account(look: Look) -> Iterator[Sign]:
    """The first use of an account after a long time; its very first use is none."""
    access, memory = look.access, look.memory
    for key in last_use_keys(access):
        last = memory.get(key)
        idle = access.at - datetime.fromisoformat(last) if last else timedelta()
        if idle >= timedelta(days=look.parameter("days")):
            last_on = day_of(datetime.fromisoformat(last)).isoformat()
            yield look.sign("woke", access.actor, access.day.isoformat(), days=idle.days, last_on=last_on)
        if not last or idle > timedelta():
            memory.put(key, access.at.isoformat(), access.at + FOR_YEARS)


def place_keys(access: Access) -> Iterable[str]:
    """Where equipment and people were last."""
    if not (access.by_person and access.equipment and access.place):
        return ()
    return f"equipment|{access.equipment}", f"person|{access.actor}"


def two_places(look: Look) -> Iterator[Sign]:
    """One piece of equipment in two places, or one person at two pieces in two places within seconds."""
    access, memory = look.access, look.memory
    if not place_keys(access) or access.outcome != "done":
        return
    equipment, person = place_keys(access)
    yield from _equipment_moved(look, memory.get(equipment))
    yield from _person_moved(look, memory.get(person))
    until = access.at + timedelta(days=2)
    memory.put(equipment, [access.place, access.at.isoformat()], until)
    memory.put(person, [access.place, access.at.isoformat(), access.equipment], until)


def _equipment_moved(look: Look, last: list[str] | None) -> Iterator[Sign]:
    access = look.access
    if last is None or last[0] == access.place:
        return
    minutes = int((access.at - datetime.fromisoformat(last[1])).total_seconds() // 60)
    if minutes <= look.parameter("equipment_minutes"):
        facts: dict[str, Fact] = {"place": access.place, "before": last[0], "minutes": minutes}
        yield look.sign("equipment", access.equipment, access.day.isoformat(), **facts)


def _person_moved(look: Look, last: list[str] | None) -> Iterator[Sign]:
    access = look.access
    if last is None or last[0] == access.place or last[2] == access.equipment:
        return
    seconds = int((access.at - datetime.fromisoformat(last[1])).total_seconds())
    if seconds <= look.parameter("person_seconds"):
        facts: dict[str, Fact] = {"place": access.place, "before": last[0], "other": last[2], "seconds": seconds}
        yield look.sign("person", access.actor, access.day.isoformat(), **facts)
