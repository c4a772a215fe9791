"""The detections in force, with what people made of what they found."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from services.audit.domain.detections.cases import ASSIGNED, DECISIONS, OPEN
from services.audit.domain.detections.facts import day_of
from services.audit.domain.detections.rules import rules_on
from services.audit.storage.detections import hits
from services.audit.usecases.detections.show import rule_shown


def list_detections(session: Session, now: datetime, span: timedelta) -> list[dict[str, Any]]:
    """Each detection with its hits of the last days: in all, excepted, waiting, decided as what, in no case."""
    counted = hits.counts(session, now - span)
    return [
        rule_shown(rule) | {"found": _found(counted.get(code, {})), "days": span.days}
        for code, rule in sorted(rules_on(day_of(now)).items())
    ]


def _found(counts: dict[str, int]) -> dict[str, int]:
    return {
        "hits": sum(counts.values()),
        "excepted": counts.get("excepted", 0),
        "no_case": counts.get("none", 0),
        "waiting": counts.get(OPEN, 0) + counts.get(ASSIGNED, 0),
        **{decision: counts.get(decision, 0) for decision in DECISIONS},
    }
