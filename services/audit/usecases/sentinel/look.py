"""The sentinel's round: every place is looked at; where nothing was found, what was masked before is certified."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from services.audit.domain.canonical import canonical
from services.audit.parts import CERTIFICATE_KEY, AuditParts
from services.audit.storage.sentinel import runs
from services.audit.storage.sentinel.tables import Masking, SentinelRun
from services.audit.storage.tables import Alarm
from services.audit.usecases.show import instant
from shared.crypto.signatures import Signer
from shared.db import Work
from shared.ids import new_id
from shared.sentinel.places import Looked, Sentinel
from shared.sentinel.server import ServerRows
from shared.trail import Access, Actor

FORM: Final = "shokai-masking-1"
SENTINEL: Final = Actor.job("audit.sentinel")
ALARM: Final = "number-in-clear"
FINDINGS_KEPT: Final = 1000


async def next_round(parts: AuditParts, until: datetime) -> datetime | None:
    """`until` where a batch was masked since the last round, or a day is over since then; else None."""
    apart = timedelta(hours=parts.settings.sentinel_hours)

    def due(session: Session) -> bool:
        last = runs.last_run(session)
        waits = [each.masked_at for each in runs.uncertified(session)]
        if last is None:
            began = runs.log_began(session)
            return bool(waits) or (began is not None and began + apart <= until)
        return any(at > last.began_at for at in waits) or last.began_at + apart <= until

    return until if await parts.db.read(due) else None


async def look(parts: AuditParts, at: datetime) -> Mapping[str, int]:
    """One round; counts of what was looked at and found."""
    began = parts.clock.now()
    looked = await asyncio.to_thread(_looked, parts)
    await parts.db.write(lambda work: _keep(work, parts, looked, began))
    return {"files": looked.files, "values": looked.values, "found": len(looked.found), "unread": len(looked.unread)}


def _looked(parts: AuditParts) -> Looked:
    sentinel = Sentinel()
    if parts.db.engine.dialect.name == "postgresql":  # else its file lies in one of the places
        sentinel.look_at_rows(ServerRows(parts.db.engine, parts.name))
    for place in parts.places:
        sentinel.look_at_folder(place, place.name)
    return sentinel.looked


def _keep(work: Work, parts: AuditParts, looked: Looked, began: datetime) -> None:
    run = SentinelRun(
        id=new_id(),
        began_at=began,
        ended_at=work.now,
        places=[place.name for place in parts.places],
        files=looked.files,
        bytes=looked.bytes,
        columns=looked.columns,
        values=looked.values,
        found=[asdict(each) for each in looked.found[:FINDINGS_KEPT]],
        unread=looked.unread[:FINDINGS_KEPT],
    )
    work.session.add(run)
    outcome, reason = ("done", "") if run.clean else ("failed", ALARM if run.found else "place-unreadable")
    work.record(Access(SENTINEL, "audit.sentinel.look", "sentinel-run", run.id, outcome=outcome, reason=reason))
    if run.found:
        work.session.add(_alarm(work, run))
    if run.clean:
        for masking in runs.uncertified(work.session):
            if masking.masked_at <= began:
                _certify(work, parts, masking, run)


def _alarm(work: Work, run: SentinelRun) -> Alarm:
    return Alarm(id=new_id(), kind=ALARM, source=f"sentinel/{run.id}", first=0, last=0, noticed_at=work.now)


def _certify(work: Work, parts: AuditParts, masking: Masking, run: SentinelRun) -> None:
    signer: Signer = parts.keyring.signer(CERTIFICATE_KEY)
    masking.statement = canonical(
        {
            "form": FORM,
            "association": parts.association,
            "batch_id": masking.batch_id,
            "cycle": masking.cycle,
            "numbers": masking.numbers,
            "masked_at": instant(masking.masked_at),
            "sentinel_run": run.id,
            "looked_from": instant(run.began_at),
            "looked_to": instant(run.ended_at),
            "places": ", ".join(run.places),
            "files": run.files,
            "bytes": run.bytes,
            "columns": run.columns,
            "values": run.values,
            "found": 0,
            "issued_at": instant(work.now),
        }
    )
    masking.signature, masking.public_key = signer.sign(masking.statement), signer.public_key
    masking.run_id = run.id
    work.session.add(masking)
    digest = hashlib.sha256(masking.statement).hexdigest()
    batch = masking.batch_id
    work.record(Access(SENTINEL, "audit.masking.certify", "batch", batch, case=batch, release=f"sha256:{digest}"))
