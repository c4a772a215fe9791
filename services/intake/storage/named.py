"""Every blob that a row of intake names."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlmodel import Session, select

from services.intake.storage.tables import (
    CycleRow,
    DoomedRow,
    MediumRow,
    NumberListRow,
    RequestRow,
    UploadPartRow,
)


def named_blobs(session: Session) -> Iterator[str]:
    """Their ids; a blob that is none of these was left by a crash."""
    yield from session.exec(select(DoomedRow.blob_id))
    single: tuple[Any, ...] = (
        RequestRow.rejected_chunk,
        RequestRow.findings,
        RequestRow.keys,
        UploadPartRow.blob,
        MediumRow.reader_copy,
        CycleRow.closing_list,
        NumberListRow.numbers,
    )
    for one in single:
        yield from _ids(session.scalars(select(one)))
    lists: tuple[Any, ...] = (RequestRow.files, RequestRow.chunks)
    for several in lists:
        for refs in session.scalars(select(several)):
            yield from _ids(refs)


def _ids(refs: Iterable[Mapping[str, Any] | None]) -> Iterator[str]:
    return (str(ref["id"]) for ref in refs if ref)
