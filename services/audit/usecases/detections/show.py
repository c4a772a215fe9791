"""How cases, hits, exceptions and scores look from outside."""

from typing import Any

import orjson

from services.audit.domain.detections.facts import access_of
from services.audit.domain.detections.rules import Rule, rule_of, sentences
from services.audit.storage.detections.hits import Scored
from services.audit.storage.detections.tables import CaseStep, DeclaredTie, DetectionException, Hit, OddCase
from services.audit.usecases.show import instant
from shared.auth.acts import act_rules
from shared.trail import actions


def case_shown(case: OddCase) -> dict[str, Any]:
    """A case in a list."""
    kind, _, name = case.about.partition(":")
    return {
        "id": case.id,
        "about": {"kind": kind, "id": name},
        "state": case.state,
        "severity": case.severity,
        "score": case.score,
        "hits": case.hits,
        "first_at": instant(case.first_at),
        "last_at": instant(case.last_at),
        "opened_at": instant(case.opened_at),
        "assigned_to": case.assigned_to,
        "decided_by": case.decided_by,
        "decided_at": instant(case.decided_at),
        "reason": case.reason,
        "follows": case.follows,
    }


def hit_shown(hit: Hit) -> dict[str, Any]:
    """A hit with its sentence."""
    ja, en = sentences(hit.rule, hit.version, hit.variant, hit.facts, _action_words(str(hit.facts.get("action", ""))))
    rule = rule_of(hit.rule, hit.version)
    return {
        "id": hit.id,
        "rule": hit.rule,
        "version": hit.version,
        "variant": hit.variant,
        "title": {"ja": rule.ja, "en": rule.en} if rule else {"ja": hit.rule, "en": hit.rule},
        "sentence": {"ja": ja, "en": en},
        "severity": hit.severity,
        "points": hit.points,
        "about": hit.about,
        "object": f"{hit.object_type}:{hit.object_id}" if hit.object_id else "",
        "equipment": hit.equipment,
        "at": instant(hit.at),
        "last_at": instant(hit.last_at),
        "noticed_at": instant(hit.noticed_at),
        "signs": hit.signs,
        "first_index": hit.first_index,
        "last_index": hit.last_index,
        "case": hit.case_id,
        "exception": hit.exception_id,
        "facts": hit.facts,
    }


def rule_shown(rule: Rule) -> dict[str, Any]:
    """A detection as declared."""
    return {
        "code": rule.code,
        "version": rule.version,
        "in_force_from": rule.in_force_from.isoformat(),
        "title": {"ja": rule.ja, "en": rule.en},
        "guidance": {"ja": rule.guidance_ja, "en": rule.guidance_en},
        "source": rule.source,
        "parameters": dict(rule.parameters),
        "not_counted": sorted(rule.not_counted | rule.purposes_not_counted),
        "reasons": [
            {"variant": name, "severity": reason.severity, "ja": reason.ja, "en": reason.en}
            for name, reason in rule.reasons.items()
        ],
    }


def step_shown(step: CaseStep) -> dict[str, Any]:
    """What a person did with a case."""
    return {"at": instant(step.at), "by": step.by, "state": step.state, "reason": step.reason}


def record_shown(index: int, entry: bytes, score: int) -> dict[str, Any]:
    """An access in the story of a case."""
    access = access_of(index, orjson.loads(entry))
    ja, en = _action_words(access.action)
    return {
        "index": access.index,
        "at": instant(access.at),
        "action": access.action,
        "title": {"ja": ja, "en": en},
        "object": f"{access.object_type}:{access.object_id}",
        "subjects": access.subjects,
        "purpose": access.purpose,
        "case": access.case,
        "equipment": access.equipment,
        "place": access.place,
        "outcome": access.outcome,
        "reason": access.reason,
        "score": score,
    }


def exception_shown(one: DetectionException) -> dict[str, Any]:
    """An exception with its scope; empty names everything."""
    return {
        "id": one.id,
        "rule": one.rule,
        "about": one.about,
        "object_id": one.object_id,
        "equipment": one.equipment,
        "from": instant(one.since),
        "until": instant(one.until),
        "reason": one.reason,
        "state": one.state,
        "proposed_by": one.proposed_by,
        "proposed_at": instant(one.proposed_at),
        "confirmed_by": one.confirmed_by,
        "confirmed_at": instant(one.confirmed_at),
        "ended_by": one.ended_by,
        "ended_at": instant(one.ended_at),
    }


def tie_shown(tie: DeclaredTie) -> dict[str, Any]:
    """A declared tie."""
    return {
        "staff_id": tie.staff_id,
        "token": tie.token,
        "declared_at": instant(tie.declared_at),
        "entered_by": tie.entered_by,
    }


def score_shown(one: Scored) -> dict[str, Any]:
    """An access with its score."""
    return {"index": one.index, "score": one.score, "at": instant(one.at), "actor": one.actor}


def _action_words(name: str) -> tuple[str, str]:
    """An action in the words of the vocabulary, or of the matrix where an act was only tried."""
    known = actions().get(name) or act_rules().get(name)
    return (known.ja, known.en) if known else (name, name)
