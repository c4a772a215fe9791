"""A reply's list of subjects came: its tokens into the membership table, so that each finds the bulk acts again."""

import asyncio
from typing import Final

from services.audit.parts import AuditParts
from services.audit.storage.disclosure.subjects import keep_list
from services.audit.storage.disclosure.tables import SubjectList
from shared.blobs.columns import get_frame
from shared.bus import Effect
from shared.db import Work
from shared.events.matcher import SubjectsListed
from shared.trail import Access, Actor

JOB: Final = Actor.job("audit.load-subjects")


async def load_subjects(parts: AuditParts, event: SubjectsListed) -> Effect:
    """Tokens of at most one slice; a list that is there already stays as it is."""
    tokens: list[bytes] = (await asyncio.to_thread(get_frame, parts.blobs, event.subjects))["token"].to_list()

    def apply(work: Work) -> None:
        row = SubjectList(
            request_id=event.request_id,
            part=event.part,
            reply_id=event.reply_id,
            plan_number=event.plan_number,
            kind=event.kind,
            cycle=event.cycle,
            batch_id=event.batch_id,
            subjects=len(tokens),
            loaded_at=work.now,
        )
        if keep_list(work.session, row, tokens):
            work.record(Access(JOB, "audit.subjects.load", "request", event.request_id, subjects=len(tokens)))

    return apply
