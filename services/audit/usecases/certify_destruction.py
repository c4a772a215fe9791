"""Enter a destroyed copy in the ledger and certify it."""

import asyncio
import hashlib
from datetime import datetime
from functools import partial

from services.audit.domain.certificates import statement_of
from services.audit.parts import CERTIFICATE_KEY, AuditParts
from services.audit.storage import destructions
from services.audit.storage.copies import kept
from services.audit.storage.tables import Destruction
from shared.bus import Effect, Permanent
from shared.db import Work
from shared.events.copies import CopyDestroyed
from shared.ids import new_id
from shared.refusals import Refusal
from shared.trail import Access, Actor

LEDGER: Actor = Actor.job("destruction-ledger")


async def certify_destruction(parts: AuditParts, event: CopyDestroyed) -> Effect:
    """One ledger entry and one certificate a copy, however often it is announced.

    The certificate's digest goes into the log, so that a changed ledger does not agree with the log.
    """
    journal = partial(parts.journal.copy, service=event.service, what=event.what, copy_id=event.copy_id)
    await asyncio.to_thread(journal, event.destroyed_at)
    entry = _certified(parts, event, new_id(), parts.clock.now())

    def effect(work: Work) -> None:
        if destructions.find(work.session, service=event.service, copy_id=event.copy_id, what=event.what) is None:
            work.session.add(entry)
            kept.forget(work.session, service=event.service, copy_id=event.copy_id, what=event.what)
            work.record(_issued(entry))

    return effect


def _certified(parts: AuditParts, event: CopyDestroyed, certificate_id: str, issued_at: datetime) -> Destruction:
    facts = event.model_dump(mode="json") | {"issued_at": issued_at.isoformat().replace("+00:00", "Z")}
    try:
        statement = statement_of(certificate_id, parts.association, facts)
    except Refusal as refusal:
        raise Permanent(refusal.code) from None
    signer = parts.keyring.signer(CERTIFICATE_KEY)
    return Destruction(
        id=certificate_id,
        **event.model_dump(),
        issued_at=issued_at,
        statement=statement,
        signature=signer.sign(statement),
        public_key=signer.public_key,
    )


def _issued(entry: Destruction) -> Access:
    digest = hashlib.sha256(entry.statement).hexdigest()
    return Access(
        LEDGER, "audit.certificate.issue", "certificate", entry.id, case=entry.copy_id, release=f"sha256:{digest}"
    )
