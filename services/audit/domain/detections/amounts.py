"""Detections about how much: bulk reading, repeated refusals, one person read again and again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from math import ceil
from statistics import median
from typing import Any, Final

from services.audit.domain.detections.facts import Access
from services.audit.domain.detections.look import Look, Sign
from services.audit.domain.detections.rules import Fact, Rule

HALF_A_YEAR: Final = timedelta(days=183)
AMOUNTS: Final = ("acts", "people")
LONGEST: Final = 64


def amount_keys(access: Access) -> Iterable[str]:
    """What a person did on their last working days, and what is usual in the team."""
    return (f"amounts|{access.actor}", f"usual|{access.team}") if access.by_person else ()


def bulk_reading(look: Look) -> Iterator[Sign]:
    """Many times more than the person's own usual and more than colleagues', or the other way round."""
    access, memory = look.access, look.memory
    if not (look.personal and look.counted):
        return
    own_key, team_key = amount_keys(access)
    own = memory.get(own_key) or {"day": "", "acts": 0, "people": 0, "past": []}
    day = access.day.isoformat()
    if own["day"] != day:
        own = _next_day(look, own, team_key, day)
    own = own | {"acts": own["acts"] + 1, "people": own["people"] + max(access.subjects, 1)}
    memory.put(own_key, own, access.at + HALF_A_YEAR)
    team = memory.get(team_key) or {}
    for name in AMOUNTS:
        usual = usual_amount(own["past"], name, look.rule)
        peers = [theirs[name] for actor, theirs in team.items() if actor != access.actor and theirs[name]]
        others = int(median(peers)) if peers else 0
        if is_bulk(own[name], usual, others, look.rule.parameters):
            yield look.sign(name, access.actor, day, amount=own[name], own=usual or "", peers=others or "")
            return


def _next_day(look: Look, own: dict[str, Any], team_key: str, day: str) -> dict[str, Any]:
    """The amounts of the last day join the past; the team learns what is usual for this person."""
    past = own["past"]
    if own["day"]:
        past = [*past, {name: own[name] for name in AMOUNTS}][-int(look.parameter("days")) :]
        usual = {name: usual_amount(past, name, look.rule) for name in AMOUNTS}
        team = (look.memory.get(team_key) or {}) | {look.access.actor: usual}
        look.memory.put(team_key, team, look.access.at + HALF_A_YEAR)
    return {"day": day, "acts": 0, "people": 0, "past": past}


def usual_amount(past: Sequence[Mapping[str, int]], name: str, rule: Rule) -> int:
    """What a share of the past days did not exceed; 0 where there are too few to say."""
    if len(past) < rule.parameters["least_days"]:
        return 0
    amounts = sorted(day[name] for day in past)
    place = ceil(len(amounts) * int(rule.parameters["usual_percent"]) / 100)
    return amounts[place - 1]


def is_bulk(amount: int, own: int, peers: int, parameters: Mapping[str, Any]) -> bool:
    """Whether an amount stands out: strongly against one of the two, and at least a little against the other."""
    if amount < parameters["floor"]:
        return False
    times = [amount / usual for usual in (own, peers) if usual]
    if not times:
        return bool(amount >= parameters["alone"])
    return bool(max(times) >= parameters["strong"] and min(times) >= parameters["weak"])


def refusal_keys(access: Access) -> Iterable[str]:
    """When somebody was refused last."""
    return (f"refused|{access.actor_kind}:{access.actor}",) if access.outcome == "refused" else ()


def repeated_refusals(look: Look) -> Iterator[Sign]:
    """So many refusals of one person or program within minutes."""
    access = look.access
    if access.outcome != "refused" or access.reason in look.rule.not_counted:
        return
    (key,) = refusal_keys(access)
    minutes, most = int(look.parameter("minutes")), int(look.parameter("most"))
    since = access.at - timedelta(minutes=minutes)
    earlier = [at for at in look.memory.get(key) or [] if datetime.fromisoformat(at) >= since]
    times = [*earlier, access.at.isoformat()][-LONGEST:]
    look.memory.put(key, times, access.at + timedelta(days=1))
    if len(times) >= most:
        facts: dict[str, Fact] = {"amount": len(times), "minutes": minutes, "refusal": access.reason}
        yield look.sign("refused", access.actor, access.day.isoformat(), **facts)


def single_people(access: Access) -> Iterable[str]:
    """Whom an act on single people is about: their tokens, or the one review or case that it names."""
    if not access.by_person:
        return ()
    if access.tokens:
        return access.tokens[:LONGEST]
    alone = access.object_type in ("review", "death_case") and access.subjects == 1
    return (f"{access.object_type}:{access.object_id}",) if alone else ()


def person_keys(access: Access) -> Iterable[str]:
    """Who has looked at these people, and when."""
    for who in single_people(access):
        yield f"reads|{access.actor}|{who}"
        yield f"readers|{who}"


def same_person_again(look: Look) -> Iterator[Sign]:
    """One member of staff looks at one person on many days, or many of the staff look at one person."""
    access = look.access
    if not (look.personal and look.counted):
        return
    window = int(look.parameter("days"))
    since, until = access.day - timedelta(days=window), access.at + timedelta(days=window)
    for who in single_people(access):
        yield from _again(look, who, since, until)
        yield from _many(look, who, since, until)


def _again(look: Look, who: str, since: date, until: datetime) -> Iterator[Sign]:
    access, key = look.access, f"reads|{look.access.actor}|{who}"
    days = [*_recent(look.memory.get(key) or [], since), access.day.isoformat()][-LONGEST:]
    look.memory.put(key, days, until)
    on_days = len(set(days))
    if on_days >= look.parameter("most_days") or len(days) >= look.parameter("most_times"):
        facts = {"times": len(days), "on_days": on_days, "window": int(look.parameter("days"))}
        yield look.sign("reader", access.actor, who, **facts)


def _many(look: Look, who: str, since: date, until: datetime) -> Iterator[Sign]:
    access, key = look.access, f"readers|{who}"
    readers = {actor: day for actor, day in (look.memory.get(key) or {}).items() if date.fromisoformat(day) >= since}
    readers[access.actor] = access.day.isoformat()
    look.memory.put(key, dict(list(readers.items())[-LONGEST:]), until)
    if len(readers) >= look.parameter("most_readers"):
        yield look.sign("readers", who, readers=len(readers), window=int(look.parameter("days")))


def _recent(days: Iterable[str], since: date) -> list[str]:
    return [day for day in days if date.fromisoformat(day) >= since]
