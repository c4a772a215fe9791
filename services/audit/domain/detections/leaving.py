"""Data carried out in the last weeks before somebody leaves; known at once, or when the last day becomes known."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from services.audit.domain.detections.facts import Access, Facts, Standing
from services.audit.domain.detections.look import Look, Sign
from services.audit.domain.detections.memory import Memory
from services.audit.domain.detections.rules import Rule

KEPT_DAYS: Final = 180


def export_keys(access: Access) -> Iterable[str]:
    """What a person has carried out lately, a day each."""
    return (f"exports|{access.actor}",) if access.by_person else ()


def export_before_leaving(look: Look) -> Iterator[Sign]:
    """Remembers what was carried out, and judges it where the last day is known already."""
    access = look.access
    if not access.by_person or access.outcome != "done" or access.action not in look.facts.acts.exports:
        return
    (key,) = export_keys(access)
    days: dict[str, list[Any]] = dict(look.memory.get(key) or {})
    day = access.day.isoformat()
    amount, first = days.get(day, (0, access.index))[:2]
    days[day] = [amount + 1, first, access.at.isoformat(), access.action]
    oldest = (access.day - timedelta(days=KEPT_DAYS)).isoformat()
    kept = {name: row for name, row in days.items() if name >= oldest}
    look.memory.put(key, kept, access.at + timedelta(days=KEPT_DAYS))
    standing = look.facts.standings.get(access.actor)
    if standing is not None:
        for sign in _judged(look.rule, standing, {day: kept[day]}, kept):
            yield replace(sign, index=access.index, at=access.at, equipment=access.equipment)


def leavers(facts: Facts, today: date) -> Sequence[Standing]:
    """People whose last day is near: a little while ago, or ahead."""
    near = timedelta(days=KEPT_DAYS // 2)
    return [
        standing
        for standing in facts.standings.values()
        if standing.last_day is not None and abs(standing.last_day - today) <= near
    ]


def exports_of_leavers(rule: Rule, standings: Iterable[Standing], memory: Memory) -> Iterator[Sign]:
    """The same, for people whose last day became known after the act. A hit that is there already stays the same."""
    for standing in standings:
        kept: dict[str, list[Any]] = memory.get(f"exports|{standing.staff_id}") or {}
        yield from _judged(rule, standing, kept, kept)


def _judged(
    rule: Rule, standing: Standing, days: Mapping[str, list[Any]], all_days: Mapping[str, list[Any]]
) -> Iterator[Sign]:
    last_day, window = standing.last_day, int(rule.parameters["days"])
    if last_day is None:
        return
    begin = last_day - timedelta(days=window)
    usual = max((row[0] for day, row in all_days.items() if date.fromisoformat(day) < begin), default=0)
    for day, (amount, index, at, action) in days.items():
        before = (last_day - date.fromisoformat(day)).days
        if 0 <= before <= window:
            many = amount >= rule.parameters["least"] and amount > rule.parameters["more"] * usual
            facts = {"last_day": last_day.isoformat(), "before": before, "amount": amount, "usual": usual}
            yield _sign(
                rule, "more" if many else "usual", standing.staff_id, day, index, at, facts | {"action": action}
            )


def _sign(rule: Rule, variant: str, actor: str, day: str, index: int, at: str, facts: dict[str, Any]) -> Sign:
    return Sign(
        rule=rule.code,
        version=rule.version,
        variant=variant,
        severity=rule.reasons[variant].severity,
        key=f"{variant}|{actor}|{day}",
        at=datetime.fromisoformat(at),
        about=f"staff:{actor}",
        actor=actor,
        index=index,
        facts={"actor": actor, "day": day, **facts},
    )
