"""Queries on scores and hits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from services.audit.storage.detections.tables import AccessScore, Hit, OddCase
from services.audit.storage.tables import AuditTable
from shared.db.bulk import insert_new


@dataclass(frozen=True, slots=True)
class WantedScores:
    """Which accesses are asked for; empty values ask for nothing."""

    actor: str = ""
    at_least: int = 1
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """One access and its score."""

    index: int
    score: int
    at: datetime
    actor: str


def keep_scores(session: Session, rows: Sequence[tuple[int, datetime, str, int]]) -> None:
    """Store scores as (log_index, at, actor, score); one that is there stays."""
    table = AuditTable.metadata.tables["access_score"]
    bind = table.c.at.type.dialect_impl(session.connection().dialect).bind_processor(session.connection().dialect)
    values = [(index, bind(at) if bind else at, actor, score) for index, at, actor, score in rows]
    insert_new(session.connection(), table, ("log_index", "at", "actor", "score"), values)


def raise_score(session: Session, index: int, at: datetime, actor: str, score: int) -> None:
    """Let a record that was judged before score more."""
    found = session.get(AccessScore, index)
    if found is None:
        session.add(AccessScore(log_index=index, at=at, actor=actor, score=score))
    elif found.score < score:
        found.score = score
        session.add(found)


def score(session: Session, index: int) -> int:
    """The score of a record; 0 without a row."""
    found = session.get(AccessScore, index)
    return 0 if found is None else found.score


def scores_of(session: Session, indexes: Sequence[int]) -> Mapping[int, int]:
    """The scores of some records, by log index."""
    wanted = select(col(AccessScore.log_index), col(AccessScore.score)).where(col(AccessScore.log_index).in_(indexes))
    return {row.log_index: row.score for row in session.connection().execute(wanted)}


def scores(session: Session, wanted: WantedScores, *, after: str, limit: int) -> list[Scored]:
    """Scored accesses, newest first."""
    index = col(AccessScore.log_index)
    query = select(index, col(AccessScore.score), col(AccessScore.at), col(AccessScore.actor))
    query = query.where(col(AccessScore.score) >= wanted.at_least)
    if wanted.actor:
        query = query.where(col(AccessScore.actor) == wanted.actor)
    if wanted.since is not None:
        query = query.where(col(AccessScore.at) >= wanted.since)
    if wanted.before is not None:
        query = query.where(col(AccessScore.at) < wanted.before)
    if after.isdecimal():
        query = query.where(index < int(after))
    found = session.connection().execute(query.order_by(index.desc()).limit(limit))
    return [Scored(*row) for row in found]


def hits_by_key(session: Session, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Hit]:
    """Hits that are there already, by (rule, key)."""
    by_rule: dict[str, set[str]] = {}
    for rule, key in keys:
        by_rule.setdefault(rule, set()).add(key)
    found: dict[tuple[str, str], Hit] = {}
    for rule, wanted in by_rule.items():
        rows = session.scalars(select(Hit).where(col(Hit.rule) == rule, col(Hit.key).in_(sorted(wanted))))
        found |= {(hit.rule, hit.key): hit for hit in rows}
    return found


def loose_hits(session: Session, about: str, at: datetime, days: int) -> Sequence[Hit]:
    """Hits about somebody that belong to no case and are excepted by nobody, so many days around an instant."""
    span = timedelta(days=days)
    wanted = select(Hit).where(
        col(Hit.about) == about,
        col(Hit.case_id) == "",
        col(Hit.exception_id) == "",
        col(Hit.at) >= at - span,
        col(Hit.at) <= at + span,
    )
    return session.scalars(wanted.order_by(col(Hit.at))).all()


def hits_of_case(session: Session, case_id: str) -> Sequence[Hit]:
    """The hits of a case, oldest first."""
    return session.scalars(select(Hit).where(col(Hit.case_id) == case_id).order_by(col(Hit.at), col(Hit.id))).all()


@dataclass(frozen=True, slots=True)
class Kind:
    """The hits of a case that one form of a rule made."""

    rule: str
    variant: str
    severity: str
    points: int
    hits: int
    first_at: datetime
    last_at: datetime


def kinds_of_case(session: Session, case_id: str) -> list[Kind]:
    """The hits of a case, by rule and form."""
    kind = (col(Hit.rule), col(Hit.variant), col(Hit.severity), col(Hit.points))
    figures = (func.count(), func.min(col(Hit.at)), func.max(col(Hit.last_at)))
    query = select(*kind, *figures).where(col(Hit.case_id) == case_id).group_by(*kind)
    return [Kind(*row) for row in session.connection().execute(query)]


def hits(session: Session, *, rule: str, about: str, excepted: bool, after: str, limit: int) -> Sequence[Hit]:
    """Hits in the order in which they were noticed."""
    wanted = select(Hit).where(col(Hit.id) > after).order_by(col(Hit.id)).limit(limit)
    if rule:
        wanted = wanted.where(col(Hit.rule) == rule)
    if about:
        wanted = wanted.where(col(Hit.about) == about)
    if excepted:
        wanted = wanted.where(col(Hit.exception_id) != "")
    return session.scalars(wanted).all()


def counts(session: Session, since: datetime) -> dict[str, dict[str, int]]:
    """Of each rule since an instant: hits, those excepted, and those in cases of each state."""
    state = func.coalesce(col(OddCase.state), "none").label("of_case")
    excepted = (col(Hit.exception_id) != "").label("is_excepted")
    query = (
        select(col(Hit.rule), state, excepted, func.count())
        .outerjoin(OddCase, col(OddCase.id) == col(Hit.case_id))
        .where(col(Hit.at) >= since)
        .group_by(col(Hit.rule), "of_case", "is_excepted")
    )
    found: dict[str, dict[str, int]] = {}
    for rule, of_case, is_excepted, count in session.connection().execute(query):
        name = "excepted" if is_excepted else of_case
        of_rule = found.setdefault(rule, {})
        of_rule[name] = of_rule.get(name, 0) + count
    return found
