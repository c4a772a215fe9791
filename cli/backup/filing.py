"""A backup and a restore test file themselves: a record in the log, evidence for the checksheet."""

from datetime import datetime

from cli.backup.restoring import Restored
from cli.backup.store import Snapshot
from cli.data_dir import DataDir
from services.audit.app import SCHEMA as AUDIT
from services.audit.domain.checksheets.evidence import Evidence
from services.audit.usecases.checksheets.file_evidence import file_evidence
from shared.auth.tokens import TokenVerifier
from shared.calendar.clock import JST
from shared.crypto.published import KeyringKeys
from shared.db import Work
from shared.hosting import Kit
from shared.trail import Access, Actor

BACKUP = Actor.job("backup")


def file_backup(place: DataDir, snapshot: Snapshot) -> None:
    """In the directory that was backed up, while it runs or not."""
    facts: dict[str, int | str] = {
        "day": _day(snapshot.made_at),
        "snapshot": snapshot.id,
        "blobs": snapshot.blobs,
        "bytes": snapshot.bytes,
    }
    access = Access(BACKUP, "audit.backup.make", "snapshot", snapshot.id, case=snapshot.id)
    _file(place, Evidence("backup-made", "", facts, (f"snapshot:{snapshot.id}",)), access)


def file_restore_test(place: DataDir, done: Restored) -> None:
    """In the directory whose backup was tried."""
    facts: dict[str, int | str] = {
        "day": _day(place.clock().now().isoformat()),
        "snapshot": done.snapshot,
        "records": done.log_size,
        "destroyed": done.destroyed + done.missing,
    }
    access = Access(BACKUP, "audit.backup.test", "snapshot", done.snapshot, case=done.snapshot)
    _file(place, Evidence("restore-test", "yes", facts, (f"snapshot:{done.snapshot}",)), access)


def _file(place: DataDir, evidence: Evidence, access: Access) -> None:
    keyring = place.keyring()
    kit = Kit(data_dir=place.root, keyring=keyring, clock=place.clock(), tokens=TokenVerifier(KeyringKeys(keyring)))
    database = kit.database(AUDIT)

    def file(work: Work) -> None:
        file_evidence(work, evidence, by=BACKUP.id)
        work.record(access)

    try:
        database.write_now(file)
    finally:
        database.close()


def _day(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(JST):%Y-%m-%d}"
