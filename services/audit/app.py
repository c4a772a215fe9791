"""Puts the audit service together; the only place that knows all its rooms."""

from pathlib import Path
from typing import Final

from services.audit.api import (
    alarms,
    cases,
    checksheets,
    destructions,
    detections,
    disclosures,
    drills,
    findings,
    freezes,
    holds,
    incidents,
    log,
    packs,
    provisions,
    records,
    regulations,
    reports,
    rooms,
    sentinel,
)
from services.audit.consumers import CONSUMES
from services.audit.domain.notes import VerifierKey
from services.audit.domain.witnesses import witness_places
from services.audit.jobs import JOBS
from services.audit.parts import LOG_KEY, AuditParts
from services.audit.settings import AuditSettings
from services.audit.storage import log as stored_log
from services.audit.storage.destruction_journal import DestructionJournal
from services.audit.storage.log_folder import LogFolder
from services.audit.storage.tables import PLUMBING, AuditTable
from services.audit.usecases.measure import measure
from services.audit.usecases.publish_checkpoint import FORKED, publish_checkpoint
from shared.crypto.signatures import fingerprint
from shared.db import Database, Schema
from shared.hosting import Kit, Service
from shared.hosting.parked_routes import parked_routes
from shared.http import service_app
from shared.refusals import Refusal

NAME: Final = "audit"
SCHEMA: Final = Schema(NAME, AuditTable.metadata, PLUMBING, "services.audit.migrations")
PROBLEMS: Final = Path(__file__).parent / "api" / "problems.toml"


def create_service(settings: AuditSettings, kit: Kit) -> Service:
    """The audit service on one data directory; makes good what a crash left between store and published log."""
    database = kit.database(SCHEMA)
    parts = AuditParts(
        name=NAME,
        db=database,
        blobs=kit.blobs(NAME),
        keyring=kit.keyring,
        clock=kit.clock,
        settings=settings,
        folder=LogFolder(kit.data_dir / NAME / "log"),
        log_key=_log_key(settings, kit, database),
        association=kit.association,
        witnesses=witness_places(settings.witnesses),
        journal=DestructionJournal(settings.destruction_journal or kit.data_dir / NAME / "destroyed.jsonl"),
        places=(kit.data_dir, *settings.sentinel_places),
        measure=measure,
    )
    _publish_what_is_there(parts)
    routers = (
        log.router,
        packs.router,
        records.router,
        disclosures.router,
        destructions.router,
        holds.router,
        sentinel.router,
        alarms.router,
        cases.router,
        detections.router,
        incidents.router,
        freezes.router,
        drills.router,
        provisions.router,
        checksheets.router,
        findings.router,
        regulations.router,
        reports.router,
        rooms.router,
        parked_routes(NAME, CONSUMES),
    )
    app = service_app(parts, title="Shokai audit", problems=PROBLEMS, routers=routers, tokens=kit.tokens)
    return Service(app=app, parts=parts, consumers=CONSUMES, jobs=JOBS)


def _log_key(settings: AuditSettings, kit: Kit, database: Database) -> VerifierKey:
    """The log's key under its origin, which is fixed at the first start: a log never changes its name."""
    public_key = kit.keyring.signer(LOG_KEY).public_key
    proposed = settings.log_origin or f"shokai.invalid/{fingerprint(public_key)}"
    origin = database.write_now(lambda work: stored_log.start(work.session, proposed))
    if settings.log_origin not in ("", origin):
        raise Refusal("log-origin-fixed", origin=origin)
    return VerifierKey(origin, public_key)


def _publish_what_is_there(parts: AuditParts) -> None:
    parts.folder.put_public_key(f"{parts.log_key.text}\n")
    try:
        publish_checkpoint(parts)
    except Refusal as refusal:
        if refusal.code != FORKED:  # the alarm is stored; the service starts, so that it can be seen
            raise
