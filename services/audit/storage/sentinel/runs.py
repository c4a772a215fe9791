"""Queries on runs of the sentinel and on maskings."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from services.audit.storage.sentinel.tables import Masking, SentinelRun
from services.audit.storage.tables import Entry


def last_run(session: Session) -> SentinelRun | None:
    """The newest."""
    return session.scalars(select(SentinelRun).order_by(col(SentinelRun.id).desc()).limit(1)).first()


def runs(session: Session, *, after: str, limit: int) -> Sequence[SentinelRun]:
    """The newest first; `after` is the id of the last one seen."""
    wanted = select(SentinelRun).order_by(col(SentinelRun.id).desc()).limit(limit)
    return session.scalars(wanted.where(col(SentinelRun.id) < after) if after else wanted).all()


def maskings(session: Session, *, after: str, limit: int) -> Sequence[Masking]:
    """Maskings by batch."""
    wanted = select(Masking).where(col(Masking.batch_id) > after)
    return session.scalars(wanted.order_by(col(Masking.batch_id)).limit(limit)).all()


def masking(session: Session, batch_id: str) -> Masking | None:
    """One masking."""
    return session.get(Masking, batch_id)


def uncertified(session: Session) -> Sequence[Masking]:
    """Maskings that wait for a look that finds nothing."""
    return session.scalars(select(Masking).where(col(Masking.statement).is_(None))).all()


def log_began(session: Session) -> datetime | None:
    """When the first record came into the log: before that nothing was written anywhere."""
    return session.scalar(select(col(Entry.appended_at)).where(col(Entry.log_index) == 0))
