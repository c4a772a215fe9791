"""Read what the check found in a request."""

import asyncio

import polars as pl

from services.intake.parts import IntakeParts
from services.intake.storage.tables import RequestRow, ref
from services.intake.usecases.find_own_request import find_own_request
from shared.auth.caller import Caller
from shared.blobs.columns import get_frame
from shared.check.columns import SCHEMA
from shared.db import Work


async def read_findings(parts: IntakeParts, request_id: str, caller: Caller) -> pl.DataFrame:
    """Line, field and code of every finding; handed out after the record of it is committed. Refusal `not-found`."""

    def read(work: Work) -> RequestRow:
        row = find_own_request(work.session, request_id, caller)
        work.record(caller.access("intake.findings.read", "request", row.id))
        return row

    blob = ref((await parts.db.write(read)).findings)
    if blob is None:
        return pl.DataFrame(schema=SCHEMA)
    return await asyncio.to_thread(get_frame, parts.blobs, blob)
