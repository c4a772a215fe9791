"""Queries on what is kept as the backup of a reply: packages and disc images."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, func, select

from services.media.storage.tables import HOLDS, Disc, DiscContent, Reply
from shared.db.holds import held


def earliest_end(session: Session, until: datetime, now: datetime) -> datetime | None:
    """When the first backup that is still here, and now held by nothing, must be gone, if by `until`."""
    packages = select(func.min(Reply.expires_at)).where(col(Reply.package).is_not(None), ~reply_held(now))
    images = select(func.min(Disc.expires_at)).where(col(Disc.image).is_not(None), ~disc_held(now))
    ends = (session.exec(packages).one(), session.exec(images).one())
    return min((end for end in ends if end is not None and end <= until), default=None)


def expiring_replies(session: Session, at: datetime, now: datetime) -> Sequence[Reply]:
    """Replies whose package must be gone by `at` and is not; what is held now may stay."""
    query = select(Reply).where(col(Reply.package).is_not(None), col(Reply.expires_at) <= at, ~reply_held(now))
    return session.exec(query.order_by(col(Reply.expires_at))).all()


def expiring_discs(session: Session, at: datetime, now: datetime) -> Sequence[Disc]:
    """Discs whose image must be gone by `at` and is not; what is held now may stay."""
    query = select(Disc).where(col(Disc.image).is_not(None), col(Disc.expires_at) <= at, ~disc_held(now))
    return session.exec(query.order_by(col(Disc.expires_at))).all()


def reply_held(at: datetime) -> ColumnElement[bool]:
    """Whether a hold names the reply, its request, its batch or its plan."""
    names = {"request": col(Reply.request_id), "plan": col(Reply.plan_number), "batch": col(Reply.batch_id)}
    return held(HOLDS, at, reply=col(Reply.id), **names)


def disc_held(at: datetime) -> ColumnElement[bool]:
    """Whether a hold names the disc, its plan, or a reply that is on it."""
    on_it = (
        select(DiscContent.reply_id)
        .join(Reply, col(Reply.id) == col(DiscContent.reply_id))
        .where(col(DiscContent.disc_id) == col(Disc.id), reply_held(at))
    )
    return or_(held(HOLDS, at, disc=col(Disc.id), plan=col(Disc.plan_number)), on_it.exists())


def has_image_left(session: Session, disc_set: str) -> bool:
    """Whether some disc of the set still has its image."""
    kept = select(Disc.id).where(col(Disc.disc_set) == disc_set, col(Disc.image).is_not(None))
    return session.exec(kept).first() is not None


def named_blobs(session: Session) -> set[str]:
    """The ids of all blobs that a row names."""
    packages = session.exec(select(Reply.package).where(col(Reply.package).is_not(None))).all()
    images = session.exec(select(Disc.image).where(col(Disc.image).is_not(None))).all()
    return {str(ref["id"]) for ref in (*packages, *images) if ref}
