"""Make a sealed pack for an auditor: the records that a search finds, each with its proof, and the evidence beside."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson
from sqlmodel import Session

from services.audit.documents.packs.pack import MOST_RECORDS, Published, Seal, pack
from services.audit.domain.checkpoints import checkpoint_of
from services.audit.domain.notes import VerifierKey, note_of
from services.audit.parts import CERTIFICATE_KEY, AuditParts
from services.audit.storage import chains, destructions, records
from services.audit.storage.records import Wanted
from services.audit.storage.tables import Destruction
from services.audit.usecases.prove import published
from services.audit.usecases.show import alarm_shown, certificate_shown, destruction_shown
from shared.auth.caller import Caller
from shared.refusals import Refusal

MOST_CERTIFICATES = 1000


async def make_pack(parts: AuditParts, caller: Caller, wanted: Wanted, *, asked: str) -> bytes:
    """The pack's bytes; that it was made stands in the record with its digest before it is handed out.

    Refusals: `not-found` before the first checkpoint, `pack-too-large` beyond `MOST_RECORDS`.
    """
    note = await asyncio.to_thread(_newest, parts)
    wanted = replace(wanted, until=checkpoint_of(note_of(note.encode()).text).size)
    rows = await parts.db.read(lambda session: records.search(session, wanted, MOST_RECORDS + 1))
    if len(rows) > MOST_RECORDS:
        raise Refusal("pack-too-large", most=MOST_RECORDS)
    evidence = await parts.db.read(lambda session: _evidence(session, wanted))
    chosen = [(row.log_index, row.canonical) for row in rows]
    made = await asyncio.to_thread(pack, _log(parts, note), chosen, evidence, _seal(parts))
    digest = hashlib.sha256(made).hexdigest()
    access = caller.access(
        "audit.pack.make", "log", asked[:200], reason=f"records-{len(chosen)}", release=f"sha256:{digest}"
    )
    await parts.db.write(lambda work: work.record(access))
    return made


def _newest(parts: AuditParts) -> str:
    data = parts.folder.cosigned() or parts.folder.checkpoint()
    if data is None:
        raise Refusal("not-found")
    return data.decode()


def _log(parts: AuditParts, note: str) -> Published:
    return Published(note, published(parts), parts.log_key, [place.key for place in parts.witnesses])


def _seal(parts: AuditParts) -> Seal:
    signer = parts.keyring.signer(CERTIFICATE_KEY)
    return Seal(VerifierKey(f"{parts.log_key.name}/packs", signer.public_key), signer.sign)


def _evidence(session: Session, wanted: Wanted) -> dict[str, bytes]:
    """The destruction certificates of the period, and the alarms of the log with their explanations."""
    certificates: Sequence[Destruction] = destructions.search(
        session, same={}, since=wanted.since, before=wanted.before, after="", limit=MOST_CERTIFICATES
    )
    alarms = [alarm_shown(alarm) for alarm in chains.alarms(session, state="", after="", limit=MOST_CERTIFICATES)]
    told = [{**destruction_shown(one), "certificate": certificate_shown(one)} for one in certificates]
    return {"alarms.json": _json(alarms), "certificates.json": _json(told)}


def _json(rows: list[dict[str, Any]]) -> bytes:
    return orjson.dumps(rows, option=orjson.OPT_INDENT_2)
