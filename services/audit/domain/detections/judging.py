"""All detections over a run of accesses: what each access scores, and which signs it shows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from services.audit.domain.detections import amounts, leaving, matters, pairs, people, room_days, times
from services.audit.domain.detections.facts import Access, Facts
from services.audit.domain.detections.look import Judge, Keys, Look, Sign, nothing
from services.audit.domain.detections.memory import Memory
from services.audit.domain.detections.rules import Rule, rules_on
from services.audit.domain.detections.scoring import score_of

JUDGES: Final[Mapping[str, tuple[Judge, Keys]]] = {
    "off-hours": (times.off_hours, nothing),
    "dormant-account": (times.dormant_account, times.last_use_keys),
    "two-places": (times.two_places, times.place_keys),
    "not-on-roster": (people.not_on_roster, nothing),
    "pledge-or-training": (people.pledge_or_training, nothing),
    "own-or-colleague": (people.own_or_colleague, nothing),
    "bulk-reading": (amounts.bulk_reading, amounts.amount_keys),
    "repeated-refusals": (amounts.repeated_refusals, amounts.refusal_keys),
    "same-person-again": (amounts.same_person_again, amounts.person_keys),
    "purpose-without-case": (matters.purpose_without_case, matters.matter_keys),
    "after-delivery": (matters.after_delivery, matters.matter_keys),
    "same-two-people": (pairs.same_two_people, pairs.approval_keys),
    "export-before-leaving": (leaving.export_before_leaving, leaving.export_keys),
}
"""Detections that look at one access after the other. Those of the room log and of gaps look at days and sources."""
KEEPERS: Final = (matters.matter_keys, room_days.room_keys)
KEYS: Final = tuple(dict.fromkeys((*KEEPERS, *(keys for _, keys in JUDGES.values()))))


@dataclass(frozen=True, slots=True)
class Judged:
    """An access, its score from 0 to 100, and what was odd about it."""

    access: Access
    score: int
    signs: tuple[Sign, ...]


def keys_of(accesses: Iterable[Access]) -> set[str]:
    """All that has to be remembered to judge these accesses."""
    return {key for access in accesses for keys in (KEYS if _is_judged(access) else KEEPERS) for key in keys(access)}


def judged(accesses: Iterable[Access], facts: Facts, memory: Memory) -> Iterator[Judged]:
    """Each access once, in the order of the log; `memory` learns from each."""
    for access in accesses:
        matters.keep_matters(access, memory)
        room_days.keep_room_day(access, memory)
        rules = rules_on(access.day) if _is_judged(access) else {}
        signs = tuple(_signs(access, facts, memory, rules))
        yield Judged(access, score_of(access, facts.acts, signs), signs)


def _signs(access: Access, facts: Facts, memory: Memory, rules: Mapping[str, Rule]) -> Iterator[Sign]:
    for code, rule in rules.items():
        if code in JUDGES:
            judge, _ = JUDGES[code]
            yield from judge(Look(access, facts, memory, rule))


def _is_judged(access: Access) -> bool:
    """What the system itself does, and plans' programs without being refused, is no misuse; it only tells of cases."""
    return access.by_person or access.outcome == "refused"
