"""Tell the audit service whom a bulk act is about: pseudonyms in an encrypted blob, a reference on the bus."""

from collections.abc import Sequence

import polars as pl

from services.matcher.settings import MatcherParts
from services.matcher.storage.ledger import Ledger
from services.matcher.usecases.destroy_copies import doom
from services.matcher.usecases.matched import plan_key
from shared.blobs.columns import put_frame
from shared.blobs.ref import BlobRef
from shared.calendar.retention import add_months
from shared.db import Work
from shared.events.matcher import ReadyReply, SubjectsListed


def list_subjects(parts: MatcherParts, plan_number: str, numbers: Sequence[str]) -> BlobRef:
    """The pseudonyms behind one slice's numbers, sorted. A row without a live number is nobody whom we could name."""
    found = Ledger(parts.db, parts.keyring).tokens(plan_number, [number for number in numbers if number])
    tokens = [bytes.fromhex(token) for token in sorted(set(found.values()))]
    frame = pl.DataFrame({"token": tokens}, schema={"token": pl.Binary})
    return put_frame(parts.blobs, frame, purpose="subjects", key=plan_key(plan_number))


def announce_subjects(work: Work, reply: ReadyReply, subjects: Sequence[BlobRef], *, keep_months: int) -> None:
    """One event a slice, so that who loads them never holds more than a slice; the blobs go with the reply's data."""
    for part, ref in enumerate(subjects):
        doom(work, ref, what="request_data", batch_id=reply.batch_id, at=add_months(work.now, keep_months))
        if not ref.records:
            continue
        listed = SubjectsListed(
            request_id=reply.request_id,
            reply_id=reply.reply_id,
            plan_number=reply.plan_number,
            kind=reply.kind,
            cycle=reply.cycle,
            batch_id=reply.batch_id,
            part=part,
            count=ref.records,
            subjects=ref,
        )
        work.announce(listed, subject=f"subjects/{reply.request_id}")
