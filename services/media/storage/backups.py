"""Queries on what is kept as the backup of a reply: packages and disc images."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from services.media.storage.tables import Disc, Reply


def earliest_end(session: Session, until: datetime) -> datetime | None:
    """When the first backup that is still here must be gone, if by `until`."""
    packages = select(func.min(Reply.expires_at)).where(col(Reply.package).is_not(None))
    images = select(func.min(Disc.expires_at)).where(col(Disc.image).is_not(None))
    ends = (session.exec(packages).one(), session.exec(images).one())
    return min((end for end in ends if end is not None and end <= until), default=None)


def has_image_left(session: Session, disc_set: str) -> bool:
    """Whether some disc of the set still has its image."""
    kept = select(Disc.id).where(col(Disc.disc_set) == disc_set, col(Disc.image).is_not(None))
    return session.exec(kept).first() is not None


def named_blobs(session: Session) -> set[str]:
    """The ids of all blobs that a row names."""
    packages = session.exec(select(Reply.package).where(col(Reply.package).is_not(None))).all()
    images = session.exec(select(Disc.image).where(col(Disc.image).is_not(None))).all()
    return {str(ref["id"]) for ref in (*packages, *images) if ref}
