"""Queries on evidence: what was known when, and what came from outside."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from services.audit.domain.checksheets.evidence import Evidence, Says
from services.audit.storage.checksheets.tables import EvidenceGathering, FiledEvidence, KnownEvidence
from shared.ids import new_id


def keep(session: Session, evidence: Sequence[Evidence]) -> Sequence[str]:
    """Store evidence that is not known yet; the digests of all of it."""
    for one in evidence:
        if session.get(KnownEvidence, one.digest) is None:
            session.add(
                KnownEvidence(
                    digest=one.digest, code=one.code, says=one.says, facts=dict(one.facts), refs=list(one.refs)
                )
            )
            session.flush()
    return [one.digest for one in evidence]


def known(session: Session, digests: Sequence[str]) -> Sequence[Evidence]:
    """Evidence by its digests, in that order."""
    wanted = select(KnownEvidence).where(col(KnownEvidence.digest).in_(digests))
    rows = {row.digest: row for row in session.scalars(wanted)}
    return [_evidence(rows[digest]) for digest in digests]


def latest(session: Session, quarter: str) -> EvidenceGathering | None:
    """What was last known about a quarter."""
    taken = select(EvidenceGathering).where(col(EvidenceGathering.quarter) == quarter)
    return session.scalars(taken.order_by(col(EvidenceGathering.id).desc()).limit(1)).first()


def gathered(session: Session, quarter: str, evidence: Sequence[Evidence], now: datetime) -> EvidenceGathering:
    """Store what is known about a quarter now."""
    digests = list(keep(session, evidence))
    row = EvidenceGathering(id=new_id(), quarter=quarter, gathered_at=now, digests=digests)
    session.add(row)
    return row


def file(session: Session, evidence: Evidence, *, by: str, now: datetime) -> FiledEvidence:
    """Store evidence that came from outside."""
    (digest,) = keep(session, [evidence])
    row = FiledEvidence(id=new_id(), digest=digest, filed_by=by, filed_at=now)
    session.add(row)
    return row


def filed(session: Session, since: datetime, until: datetime) -> Sequence[Evidence]:
    """What came from outside in a time, in order."""
    within = (col(FiledEvidence.filed_at) >= since) & (col(FiledEvidence.filed_at) < until)
    joined = (
        select(KnownEvidence)
        .join(FiledEvidence, col(FiledEvidence.digest) == col(KnownEvidence.digest))
        .where(within)
        .order_by(col(FiledEvidence.id))
    )
    return [_evidence(row) for row in session.scalars(joined)]


def _evidence(row: KnownEvidence) -> Evidence:
    says: Says = "yes" if row.says == "yes" else "no" if row.says == "no" else ""
    return Evidence(row.code, says, row.facts, tuple(row.refs))
