"""Keep what was odd as hits, each once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from services.audit.domain.detections.cases import exception_covers
from services.audit.domain.detections.facts import day_of
from services.audit.domain.detections.look import Sign
from services.audit.domain.detections.scoring import scores_on, together
from services.audit.storage.detections import cases, hits
from services.audit.storage.detections.tables import DetectionException, Hit
from services.audit.usecases.detections.group_hits import group_hits
from shared.db import Work
from shared.ids import new_id

LONGEST_KEY: Final = 400
GROWING: Final = frozenset({"amount", "times", "readers"})
"""Facts that grow with each sign; a hit without them is told as it was at first."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A sign with the hit that it belongs to; in an excepted scope that is a hit of its own."""

    sign: Sign
    key: str
    exception: str

    @property
    def place(self) -> tuple[str, str]:
        """What is unique of a hit."""
        return self.sign.rule, self.key


def keep_signs(work: Work, signs: Sequence[Sign]) -> int:
    """Store signs in the order in which they came; how many new hits they made. Twice the same signs change nothing."""
    return _keep(work, _placed(work, signs))


def keep_new_signs(work: Work, signs: Iterable[Sign]) -> int:
    """The same for signs that are found again and again: only what is new counts, and lets its access score more."""
    placed = _placed(work, list(signs))
    known = hits.hits_by_key(work.session, {one.place for one in placed})
    fresh = [one for one in placed if one.place not in known]
    _score_again(work, [one.sign for one in fresh])
    return _keep(work, fresh)


def _placed(work: Work, signs: Sequence[Sign]) -> list[Placed]:
    if not signs:
        return []
    instants = [sign.at for sign in signs]
    excepted = cases.exceptions_for(work.session, min(instants), max(instants))
    found = []
    for sign in signs:
        exception = next((one.id for one in excepted if _covers(one, sign)), "")
        found.append(Placed(sign, f"{exception}|{sign.key}" if exception else sign.key, exception))
    return found


def _keep(work: Work, stated: Sequence[Placed]) -> int:
    placed, known = _at_work(work, stated)
    fresh: list[Hit] = []
    for one in placed:
        if one.place in known:
            _seen_again(known[one.place], one.sign)
        else:
            known[one.place] = _hit(work, one)
            fresh.append(known[one.place])
    work.session.add_all(fresh)
    work.session.flush()
    again = {hit.case_id for hit in known.values() if hit.case_id}
    group_hits(work, [hit for hit in fresh if not hit.exception_id], again)
    return len(fresh)


def _at_work(work: Work, placed: Sequence[Placed]) -> tuple[Sequence[Placed], dict[tuple[str, str], Hit]]:
    """The hits that are there already. One whose case is decided takes nothing more: what comes is a hit of its own."""
    while True:
        known = hits.hits_by_key(work.session, {one.place for one in placed})
        decided = cases.decided_among(work.session, {hit.case_id for hit in known.values() if hit.case_id})
        over = {place: hit.case_id for place, hit in known.items() if hit.case_id in decided}
        if not over:
            return placed, known
        placed = [
            replace(one, key=f"{over[one.place]}|{one.key}"[:400]) if one.place in over else one for one in placed
        ]


def _after(placed: Placed, case_id: str) -> Placed:
    return replace(placed, key=f"{case_id}|{placed.key}"[:LONGEST_KEY])


def _seen_again(hit: Hit, sign: Sign) -> None:
    if sign.index is None or hit.last_index is None or sign.index <= hit.last_index:
        return
    hit.signs, hit.last_index, hit.last_at = hit.signs + 1, sign.index, max(hit.last_at, sign.at)
    if sign.facts.keys() & GROWING:
        hit.facts = dict(sign.facts)


def _hit(work: Work, placed: Placed) -> Hit:
    sign = placed.sign
    return Hit(
        id=new_id(),
        rule=sign.rule,
        version=sign.version,
        variant=sign.variant,
        severity=sign.severity,
        points=scores_on(day_of(sign.at)).of(sign.severity),
        key=placed.key,
        about=sign.about[:220],
        actor=sign.actor,
        object_type=sign.object_type,
        object_id=sign.object_id,
        equipment=sign.equipment,
        at=sign.at,
        last_at=sign.at,
        noticed_at=work.now,
        first_index=sign.index,
        last_index=sign.index,
        facts=dict(sign.facts),
        exception_id=placed.exception,
    )


def _covers(one: DetectionException, sign: Sign) -> bool:
    scope = {"rule": one.rule, "about": one.about, "object_id": one.object_id, "equipment": one.equipment}
    of_sign = {"rule": sign.rule, "about": sign.about, "object_id": sign.object_id, "equipment": sign.equipment}
    until = min(one.until, one.ended_at) if one.ended_at else one.until
    return exception_covers(scope, of_sign) and one.since <= sign.at < until


def _score_again(work: Work, signs: Iterable[Sign]) -> None:
    points: dict[int, list[int]] = {}
    facts: dict[int, tuple[datetime, str]] = {}
    for sign in signs:
        if sign.index is not None:
            points.setdefault(sign.index, []).append(scores_on(day_of(sign.at)).of(sign.severity))
            facts[sign.index] = (sign.at, sign.actor)
    for index, more in points.items():
        at, actor = facts[index]
        hits.raise_score(work.session, index, at, actor, together([hits.score(work.session, index), *more]))
