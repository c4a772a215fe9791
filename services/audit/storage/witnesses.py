"""Queries on the witnesses, on what they signed, and on what sources say of themselves."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from services.audit.domain.witnesses import Standing
from services.audit.storage.tables import SignedCheckpoint
from services.audit.storage.witness_tables import Cosignature, SourceHead, Witness


def standing(session: Session, name: str) -> Standing:
    """How it stands with a witness."""
    row = session.get(Witness, name)
    return Standing() if row is None else Standing(row.size, row.failures, row.asked_at)


def witness(session: Session, name: str) -> Witness | None:
    """A witness that has been asked."""
    return session.get(Witness, name)


def keep_signed(session: Session, cosignature: Cosignature, now: datetime) -> None:
    """Store a witness's signature, once."""
    if session.get(Cosignature, (cosignature.size, cosignature.witness)) is None:
        session.add(cosignature)
    row = _row(session, cosignature.witness)
    row.size, row.failures, row.asked_at, row.cause = max(row.size, cosignature.size), 0, now, ""
    session.add(row)


def keep_failed(session: Session, name: str, cause: str, now: datetime) -> None:
    """Note that a witness has not signed, and why."""
    row = _row(session, name)
    row.failures, row.asked_at, row.cause = row.failures + 1, now, cause
    session.add(row)


def cosignatures(session: Session, size: int) -> Sequence[Cosignature]:
    """The signatures under the checkpoint of that size, by witness."""
    wanted = select(Cosignature).where(col(Cosignature.size) == size).order_by(col(Cosignature.witness))
    return session.scalars(wanted).all()


def last_cosignature(session: Session, name: str) -> Cosignature | None:
    """The newest signature of a witness."""
    own = select(Cosignature).where(col(Cosignature.witness) == name)
    return session.scalars(own.order_by(col(Cosignature.size).desc()).limit(1)).first()


def keep_head(session: Session, head: SourceHead) -> None:
    """Keep what a source says it has written last; the time of its first saying stands."""
    row = session.get(SourceHead, head.source)
    if row is None:
        session.add(head)
    elif (row.sequence, row.digest) != (head.sequence, head.digest):
        row.sequence, row.digest, row.heard_at = head.sequence, head.digest, head.heard_at
        session.add(row)


def heads(session: Session) -> dict[str, SourceHead]:
    """What sources have said of themselves, by source."""
    return {row.source: row for row in session.scalars(select(SourceHead))}


def _row(session: Session, name: str) -> Witness:
    return session.get(Witness, name) or Witness(name=name)


def last_checkpoint_before(session: Session, before: datetime) -> SignedCheckpoint | None:
    """The newest checkpoint signed before that instant."""
    wanted = select(SignedCheckpoint).where(col(SignedCheckpoint.signed_at) < before)
    return session.scalars(wanted.order_by(col(SignedCheckpoint.size).desc()).limit(1)).first()
