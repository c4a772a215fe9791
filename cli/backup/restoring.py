"""A data directory made anew from a snapshot, with everything destroyed again that was destroyed since."""

import tarfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlmodel import Session

from cli.backup.making import copy_blob
from cli.backup.store import BackupFolder, Snapshot
from cli.data_dir import DataDir
from cli.moving.blobs import SUFFIX
from cli.moving.bundle import LogTold, open_keyring
from cli.moving.checking import check_log
from services.audit.app import SCHEMA as AUDIT
from services.audit.storage import log as stored_log
from services.audit.storage.destruction_journal import digest_of, read_journal
from services.audit.storage.log_folder import LogFolder
from services.audit.storage.tables import LogHead
from services.matcher.app import SCHEMA as MATCHER
from services.matcher.storage.ledger import Ledger, numbers_of
from shared.auth.tokens import TokenVerifier
from shared.blobs.data import place_of
from shared.blobs.errors import BlobGone
from shared.blobs.folder import FolderData
from shared.blobs.places import KeyFacts, files_listed
from shared.blobs.store import BlobStore
from shared.crypto.keyring import Keyring
from shared.crypto.published import KeyringKeys
from shared.hosting import Kit
from shared.refusals import Refusal
from shared.trail import Access, Actor

KEY_COPY: Final = "key/"
COUNTED: Final = ("copies", "numbers", "ledgers", "keys")
RESTORER: Final = Actor.job("restore")


@dataclass(frozen=True)
class Restored:
    """What came back and what was destroyed again."""

    snapshot: str
    made_at: str
    blobs: int
    missing: int
    copies_destroyed: int
    numbers_destroyed: int
    ledgers_destroyed: int
    keys_destroyed: int
    log_size: int
    log_root: str

    @property
    def destroyed(self) -> int:
        """Copies, numbers, whole ledgers, keys."""
        return self.copies_destroyed + self.numbers_destroyed + self.ledgers_destroyed + self.keys_destroyed


def restore(
    backups: BackupFolder, to: Path, journals: Iterable[Path], *, snapshot_id: str, passphrase: str | None
) -> Restored:
    """Refusals `folder-exists`, `backup-missing`, `backup-altered`, `blob-differs`, `log-not-verified`."""
    snapshot, place, lines = _chosen(backups, snapshot_id), DataDir(to), list(journals)
    if to.exists() and any(to.iterdir()):
        raise Refusal("folder-exists")
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    _unpack(backups, snapshot, place)
    blobs, missing = _blobs(backups, place)
    keyring = open_keyring(place.keyring_file, passphrase)
    kit = Kit(data_dir=to, keyring=keyring, clock=place.clock(), tokens=TokenVerifier(KeyringKeys(keyring)))
    again = _destroy_again(kit, snapshot, lines)
    _keep_journals(place, lines)
    _check_log(kit, place, snapshot, keyring)
    return Restored(
        snapshot=snapshot.id,
        made_at=snapshot.made_at,
        blobs=blobs,
        missing=missing,
        log_size=snapshot.log_size,
        log_root=snapshot.log_root,
        **again,
    )


def _chosen(backups: BackupFolder, snapshot_id: str) -> Snapshot:
    found = [one for one in backups.snapshots() if snapshot_id in ("", one.id)]
    if not found:
        raise Refusal("backup-missing")
    return found[-1]


def _unpack(backups: BackupFolder, snapshot: Snapshot, place: DataDir) -> None:
    files = {"keyring": place.keyring_file, "facts": place.facts_file, "clock": place.clock_file}
    folders = {"log": place.root / "audit" / "log", "keys": place.root / "blobs"}
    for name, ref in snapshot.parts.items():
        if name.startswith("database/"):
            service = name.removeprefix("database/")
            backups.unseal(ref, place.root / service / f"{service}.sqlite3")
        elif name in files:
            backups.unseal(ref, files[name])
        elif name in folders:
            packed = place.root / "packed.tar"
            backups.unseal(ref, packed)
            folders[name].mkdir(mode=0o700, parents=True, exist_ok=True)
            with tarfile.open(packed) as archive:
                archive.extractall(folders[name], filter="data")
            packed.unlink()


def _blobs(backups: BackupFolder, place: DataDir) -> tuple[int, int]:
    """How many came back whole, and how many have no bytes any more: those were destroyed in the backup, too."""
    target, root = FolderData(place.root / "blobs"), place.root / "blobs"
    whole = missing = 0
    for blob_id in sorted(blob_id for blob_id, _ in files_listed(root, "keys", "*")):
        try:
            copy_blob(backups.data, target, blob_id, KeyFacts.read(root / place_of("keys", blob_id, SUFFIX["keys"])))
            whole += 1
        except BlobGone:
            missing += 1
    return whole, missing


def _destroy_again(kit: Kit, snapshot: Snapshot, journals: Iterable[Path]) -> dict[str, int]:
    """What the journals name, and what has a gravestone: key first, then bytes and rows."""
    store, counts = BlobStore(kit.data_dir / "blobs", kit.keyring, "restore"), dict.fromkeys(COUNTED, 0)
    numbers: dict[str, set[str]] = {}
    ended: set[str] = set()
    for line in (line for journal in journals for line in read_journal(journal)):
        if str(line.get("copy", "")).startswith(KEY_COPY):
            counts["keys"] += _destroy_key(kit, snapshot, line)
        elif "copy" in line:
            counts["copies"] += _destroy_copy(kit, store, str(line["copy"]))
        elif line["what"] == "numbers":
            numbers.setdefault(line["plan"], set()).update(line["digests"])
        elif line["what"] == "ledger" and line["at"] > _utc(snapshot.made_at):
            ended.add(line["plan"])  # what was ended before may have begun anew
    store.finish_destructions()
    database = kit.database(MATCHER)
    try:
        ledger, at, by = Ledger(database, kit.keyring), kit.clock.now(), f"restore/{snapshot.id}"
        for plan, digests in numbers.items():
            found = database.read_now(partial(_numbers, plan=plan))
            again = [number for number in found if digest_of(plan, number) in digests]
            ledger.destroy(plan, again, by=by, at=at)
            counts["numbers"] += len(again)
        for plan in ended:
            ledger.destroy_all(plan, by=by, at=at)
            counts["ledgers"] += 1
    finally:
        database.close()
    return {f"{name}_destroyed": count for name, count in counts.items()}


def _destroy_key(kit: Kit, snapshot: Snapshot, line: dict[str, Any]) -> int:
    """A key that was destroyed by two people; one destroyed before the backup may have been made anew."""
    if line["at"] <= _utc(snapshot.made_at):
        return 0
    kit.keyring.destroy(line["copy"].removeprefix(KEY_COPY).rpartition("/")[0])
    return 1


def _numbers(session: Session, plan: str) -> list[str]:
    return list(numbers_of(session, plan))


def _destroy_copy(kit: Kit, store: BlobStore, copy_id: str) -> int:
    with suppress(BlobGone):  # a copy that is no blob: a medium, rows of a ledger
        key = kit.data_dir / "blobs" / place_of("keys", copy_id, SUFFIX["keys"])
        if key.exists():
            store.destroy(copy_id)
            return 1
    return 0


def _keep_journals(place: DataDir, journals: Iterable[Path]) -> None:
    """The next restore needs them as much as this one."""
    target = place.root / "audit" / "destroyed.jsonl"
    with target.open("ab") as file:
        for journal in journals:
            file.write(journal.read_bytes())


def _check_log(kit: Kit, place: DataDir, snapshot: Snapshot, keyring: Keyring) -> None:
    """The log verifies by itself and is as large as it was; that it was restored is its next record."""
    folder, database = place.root / "audit" / "log", kit.database(AUDIT)
    published = LogFolder(folder).checkpoint()
    if published is None:
        raise Refusal("log-not-found")
    try:
        with database.engine.connect() as connection, Session(connection) as session:
            told = LogTold(
                origin=session.get_one(LogHead, 1).origin,
                size=stored_log.tree(session).size,
                root=stored_log.tree(session).root.hex(),
                checkpoint=published.decode(),
                files="",
            )
        if (told.size, told.root) != (snapshot.log_size, snapshot.log_root):
            raise Refusal("log-not-verified", where="database", finding="root-differs", index=None)
        with database.engine.connect() as connection:
            check_log(connection, folder, told, keyring, lambda done: None)
        access = Access(RESTORER, "audit.backup.restore", "snapshot", snapshot.id, case=snapshot.id)
        database.write_now(lambda work: work.record(access))
    finally:
        database.close()


def _utc(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(UTC).isoformat(timespec="milliseconds")
