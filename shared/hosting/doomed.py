"""Copies that rows doom: destroyed, the key first, then told and forgotten. A crash in between is made good."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlmodel import Session

from shared.blobs.store import Destroyed
from shared.db.work import Work
from shared.events.copies import CopyDestroyed
from shared.trail import Access, Actor

METHOD: Final = "key destroyed, bytes removed"


@dataclass(frozen=True, slots=True)
class DoomedCopies:
    """One service's way to destroy what its rows doom.

    `table` has the columns blob_id, what, object_type, object_id, records and due_at; a row without `what` is told to
    nobody. `due` finds the next ones that are due at an instant and held by nothing now; `subject` is that of the
    announcement, `action` its record's.
    """

    actor: Actor
    action: str
    table: type[Any]
    due: Callable[[Session, datetime, datetime], Sequence[Any]]
    subject: Callable[[Any], str]

    def destroy(self, parts: Any, at: datetime) -> int:
        """Destroy every copy that is due at `at`; how many. Blocking; safe twice and side by side."""
        count = 0
        while rows := parts.db.read_now(lambda session: self.due(session, at, parts.clock.now())):
            gone = [parts.blobs.destroy(row.blob_id) for row in rows]
            count += parts.db.write_now(partial(self._tell, service=parts.name, rows=rows, gone=gone))
        return count

    def _tell(self, work: Work, *, service: str, rows: Sequence[Any], gone: Sequence[Destroyed]) -> int:
        count = 0
        for row, destroyed in zip(rows, gone, strict=True):
            kept = work.session.get(self.table, row.blob_id)
            if kept is None:
                continue
            work.session.delete(kept)
            count += 1
            if row.what:
                work.announce(self._certificate(work, service, row, destroyed), subject=self.subject(row))
                access = Access(self.actor, self.action, row.object_type, row.object_id, subjects=row.records)
                work.record(access)
        return count

    def _certificate(self, work: Work, service: str, row: Any, destroyed: Destroyed) -> CopyDestroyed:
        return CopyDestroyed(
            copy_id=row.blob_id,
            service=service,
            what=row.what,
            object_type=row.object_type,
            object_id=row.object_id,
            records=row.records,
            digest=destroyed.sha256_of_ciphertext,
            method=METHOD,
            due_at=row.due_at,
            destroyed_at=work.now,
            by=self.actor.id,
        )
