"""How far first and blind second verdicts agree, month by month: counts only, of concluded reviews only."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from services.matcher.domain.agreement import Agreement, agreement
from services.matcher.domain.review import Verdict
from services.matcher.settings import MatcherParts
from services.matcher.storage.reviews import blind_pairs
from shared.calendar.clock import JST
from shared.calendar.retention import add_months


async def review_agreement(parts: MatcherParts, *, months: int) -> dict[str, Any]:
    """The figures of the last months (the present one counts as one), by month of the conclusion and together."""
    today = parts.clock.now().astimezone(JST).date()
    first_month = add_months(datetime(today.year, today.month, 1, tzinfo=JST), 1 - months)
    found = await parts.db.read(lambda session: blind_pairs(session, first_month))
    by_month: dict[date, list[tuple[str, str]]] = defaultdict(list)
    for decided_at, first, second in found:
        by_month[decided_at.astimezone(JST).date().replace(day=1)].append(_alike(first, second))
    return {
        "blind_share": parts.settings.review_blind_share,
        "months": [{"month": f"{month:%Y-%m}"} | _shown(agreement(pairs)) for month, pairs in sorted(by_month.items())],
        "together": _shown(agreement([pair for pairs in by_month.values() for pair in pairs])),
    }


def _alike(first: Verdict, second: Verdict) -> tuple[str, str]:
    """Verdicts as categories; where the second person means another candidate, one of its own."""
    if first.same_person and second.same_person and first != second:
        return "same", "another"
    return _word(first), _word(second)


def _word(verdict: Verdict) -> str:
    return "same" if verdict.same_person else "not the same"


def _shown(figures: Agreement) -> dict[str, Any]:
    return {"pairs": figures.pairs, "agreed": figures.agreed, "rate": figures.rate, "kappa": figures.kappa}
