"""Let the detections judge a year, and compare what they say with what was planted."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from services.audit.domain.detections.facts import Access, Acts, Entry, Facts, day_of
from services.audit.domain.detections.gaps import gap_signs
from services.audit.domain.detections.judging import judged
from services.audit.domain.detections.leaving import exports_of_leavers
from services.audit.domain.detections.look import Sign
from services.audit.domain.detections.memory import Memory
from services.audit.domain.detections.room_days import RoomDay, room_signs
from services.audit.domain.detections.rules import rules_on
from services.audit.domain.detections.scoring import scores_on, together
from services.audit.usecases.detections.known_facts import acts
from tests.misuse.office import ROOM, Office, ordinary
from tests.misuse.planted import DEEDS, Planted, plant


def of_each_rule() -> dict[str, Counter[str]]:
    """Nothing counted yet, by strength, of each detection."""
    return {rule: Counter() for rule in DEEDS}


@dataclass(frozen=True)
class Year:
    """What was done and planted, and every hit: its first sign, one a (rule, key)."""

    planted: Sequence[Planted]
    accesses: int
    days: int
    hits: Sequence[Sign]


@dataclass
class Outcome:
    """Of each rule: how many of each strength were planted, found, found gravely enough for a case; false alarms."""

    planted: dict[str, Counter[str]] = field(default_factory=of_each_rule)
    found: dict[str, Counter[str]] = field(default_factory=of_each_rule)
    in_case: dict[str, Counter[str]] = field(default_factory=of_each_rule)
    false_hits: Counter[str] = field(default_factory=Counter)
    false_cases: int = 0


def live_through(begin: date, end: date, *, operators: int, clerks: int, times: int, seed: int) -> Year:
    """A time of ordinary work with every deed planted so many times, judged from beginning to end."""
    office = Office(begin, end, operators, clerks, random.Random(seed))  # no secret
    ordinary(office)
    planted, ties, missing = plant(office, times)
    accesses = [
        replace(access, index=index)
        for index, access in enumerate(sorted(office.accesses, key=lambda access: (access.at, access.actor)))
    ]
    facts, memory = Facts(acts(), office.standings, ties), Memory()
    signs = [sign for one in judged(accesses, facts, memory) for sign in one.signs]
    rules = rules_on(end)
    signs += exports_of_leavers(rules["export-before-leaving"], office.standings.values(), memory)
    signs += gap_signs(missing, rules["log-gap"])
    signs += _room(office, accesses, facts.acts)
    hits = {(sign.rule, sign.key): sign for sign in reversed(signs)}
    return Year(planted, len(accesses), len(office.days), list(hits.values()))


def compare(year: Year) -> Outcome:
    """What was found of what was planted. A hit counts as false where nothing was planted about the same one then."""
    outcome = Outcome()
    by_about: dict[str, list[Sign]] = {}
    for hit in year.hits:
        by_about.setdefault(hit.about, []).append(hit)
    for deed in year.planted:
        outcome.planted[deed.rule][deed.strength] += 1
        near = [hit for hit in by_about.get(deed.about, ()) if _is_near(deed, hit)]
        if any(hit.rule == deed.rule for hit in near):
            outcome.found[deed.rule][deed.strength] += 1
            outcome.in_case[deed.rule][deed.strength] += is_case(near)
    false = [hit for hit in year.hits if not any(_explains(deed, hit) for deed in year.planted)]
    outcome.false_hits.update(hit.rule for hit in false)
    outcome.false_cases = sum(1 for _ in _cases(false))
    return outcome


def is_case(hits: Iterable[Sign]) -> bool:
    """Whether hits together are worth a person's time."""
    greatest: dict[tuple[str, str], int] = {}
    at = None
    for hit in hits:
        at = hit.at
        greatest[hit.rule, hit.variant] = scores_on(day_of(hit.at)).of(hit.severity)
    return at is not None and together(greatest.values()) >= scores_on(day_of(at)).case_points


def _cases(hits: Sequence[Sign]) -> Iterable[list[Sign]]:
    """Hits about the same one, no more than a week apart, that are worth it together."""
    groups: dict[str, list[list[Sign]]] = {}
    for hit in sorted(hits, key=lambda hit: hit.at):
        of_one = groups.setdefault(hit.about, [])
        week = timedelta(days=scores_on(day_of(hit.at)).case_days)
        if of_one and hit.at - of_one[-1][-1].at <= week:
            of_one[-1].append(hit)
        else:
            of_one.append([hit])
    return (group for of_one in groups.values() for group in of_one if is_case(group))


def _is_near(deed: Planted, hit: Sign) -> bool:
    return deed.first - timedelta(days=1) <= day_of(hit.at) <= deed.last + timedelta(days=1)


def _explains(deed: Planted, hit: Sign) -> bool:
    """A deed shows in other rules too; a hit about a door is about whoever went through it that day."""
    same = deed.about == hit.about or hit.about.startswith("door:")
    return same and _is_near(deed, hit)


def _room(office: Office, accesses: Sequence[Access], known: Acts) -> Iterable[Sign]:
    of_day: dict[date, tuple[list[Entry], list[Access]]] = {day: ([], []) for day in office.days}
    for entry in office.entries:
        of_day.setdefault(day_of(entry.at), ([], []))[0].append(entry)
    for access in accesses:
        if access.place == ROOM:
            of_day.setdefault(access.day, ([], []))[1].append(access)
    for day, (entries, done) in of_day.items():
        yield from room_signs(RoomDay(day, entries, done, office.standings, known.registry), rules_on(day))
