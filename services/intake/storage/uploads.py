"""Queries on the parts of files that are not whole yet."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from services.intake.storage.tables import UploadPartRow


def parts_of_file(session: Session, request_id: str) -> Sequence[UploadPartRow]:
    """The parts there are, in order."""
    found = select(UploadPartRow).where(UploadPartRow.request_id == request_id)
    return session.exec(found.order_by(col(UploadPartRow.start))).all()


def forget_parts(session: Session, request_id: str) -> None:
    """Delete the rows of a file's parts; their blobs are the caller's."""
    for part in parts_of_file(session, request_id):
        session.delete(part)
