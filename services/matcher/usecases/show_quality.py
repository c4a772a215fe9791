"""How good a plan's data were, cycle by cycle, and what the plan can do about it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from services.matcher.domain.quality import Quality, quality, trend
from services.matcher.settings import MatcherParts
from services.matcher.storage.quality import newest_cycles
from services.matcher.storage.told_tables import PlanQuality
from shared.auth.caller import Caller
from shared.refusals import Refusal


async def show_quality(parts: MatcherParts, caller: Caller, plan_number: str, cycles: int) -> dict[str, Any]:
    """The newest `cycles` cycles in which the plan was answered. Refusal `not-found` for another plan's client."""
    if caller.principal.kind == "client" and not caller.principal.may_act_for(plan_number):
        raise Refusal("not-found")
    rows = await parts.db.read(lambda session: newest_cycles(session, plan_number, cycles))
    found = _by_cycle(rows)
    return {
        "plan_number": plan_number,
        "score": found[-1].score if found else None,
        "trend": trend(found),
        "items": [_shown(one) for one in found],
    }


def _by_cycle(rows: Iterable[PlanQuality]) -> list[Quality]:
    """The kinds of a cycle together, in order of cycles."""
    records, causes = Counter[str](), defaultdict[str, Counter[str]](Counter)
    for row in rows:
        records[row.cycle] += row.records
        causes[row.cycle].update(row.causes)
    return [quality(cycle, records[cycle], causes[cycle]) for cycle in sorted(records)]


def _shown(one: Quality) -> dict[str, Any]:
    return {
        "cycle": one.cycle,
        "records": one.records,
        "score": one.score,
        "causes": [
            {
                "code": cause.code,
                "count": count,
                "lost": cause.lost,
                "title": {"ja": cause.ja, "en": cause.en},
                "action": {"ja": cause.action_ja, "en": cause.action_en},
            }
            for cause, count in one.causes
        ],
    }
