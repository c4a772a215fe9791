"""Put hits that belong together into one case: about the same, not far apart, and together worth a person's time."""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Final

from services.audit.domain.detections.facts import day_of
from services.audit.domain.detections.scoring import gravest, scores_on, together
from services.audit.storage.detections import cases, hits
from services.audit.storage.detections.tables import Hit, OddCase
from shared.db import Work
from shared.ids import new_id
from shared.trail import Access, Actor

DETECTIONS: Final = Actor.job("detections")


def group_hits(work: Work, fresh: Sequence[Hit], grown: Collection[str]) -> None:
    """Each hit into a case that waits, or into a new one; a hit that is too little for one waits for others.

    `grown`: cases whose hits have shown again.
    """
    touched = {case.id: case for case in cases.undecided_among(work.session, grown)}
    waiting: dict[str, list[OddCase]] = {}
    for hit in sorted(fresh, key=lambda hit: (hit.at, hit.id)):
        if hit.about not in waiting:
            waiting[hit.about] = list(cases.undecided_cases(work.session, hit.about))
        case = next((one for one in waiting[hit.about] if _reaches(one, hit)), None)
        if case is None and (case := _opened(work, hit)) is not None:
            waiting[hit.about].append(case)
        if case is not None and hit.case_id != case.id:
            _join(case, hit)
        if case is not None:
            touched[case.id] = case
    work.session.flush()
    for case in touched.values():
        _count(work, case)


def _reaches(case: OddCase, hit: Hit) -> bool:
    days = timedelta(days=scores_on(day_of(hit.at)).case_days)
    return case.first_at - days <= hit.at <= case.last_at + days


def _join(case: OddCase, hit: Hit) -> None:
    hit.case_id = case.id
    case.first_at, case.last_at = min(case.first_at, hit.at), max(case.last_at, hit.last_at)


def _opened(work: Work, hit: Hit) -> OddCase | None:
    """A case of this hit and those that lay loose around it, once they are worth it."""
    scores = scores_on(day_of(hit.at))
    work.session.flush()
    members = hits.loose_hits(work.session, hit.about, hit.at, scores.case_days)
    if points_of((one.rule, one.variant, one.points) for one in members) < scores.case_points:
        return None
    before = cases.last_decided(work.session, hit.about)
    case = OddCase(
        id=new_id(),
        about=hit.about,
        severity=hit.severity,
        score=0,
        hits=0,
        first_at=hit.at,
        last_at=hit.last_at,
        opened_at=work.now,
        follows=before.id if before else "",
    )
    for one in members:
        _join(case, one)
    work.session.add(case)
    cases.keep_step(work.session, case, f"job/{DETECTIONS.id}", work.now)
    work.record(Access(DETECTIONS, "audit.case.open", "case", case.id, reason=hit.rule))
    return case


def _count(work: Work, case: OddCase) -> None:
    """Bring a case up to date with its hits."""
    kinds = hits.kinds_of_case(work.session, case.id)
    case.hits = sum(kind.hits for kind in kinds)
    case.score = points_of((kind.rule, kind.variant, kind.points) for kind in kinds)
    case.severity = gravest(kind.severity for kind in kinds)
    case.first_at, case.last_at = min(kind.first_at for kind in kinds), max(kind.last_at for kind in kinds)
    work.session.add(case)


def points_of(members: Iterable[tuple[str, str, int]]) -> int:
    """The points of hits as (rule, form, points). Each form counts once, however often it shows."""
    greatest: dict[tuple[str, str], int] = {}
    for rule, variant, points in members:
        greatest[rule, variant] = max(points, greatest.get((rule, variant), 0))
    return together(greatest.values())
