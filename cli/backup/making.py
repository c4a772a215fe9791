"""A snapshot of a data directory that may be in use."""

import hashlib
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlmodel import Session

from cli.backup.store import BackupFolder, Snapshot
from cli.data_dir import DataDir
from cli.moving.blobs import BITE, SUFFIX
from cli.moving.bundle import SCHEMAS
from services.audit.storage import log as stored_log
from shared.blobs.data import place_of
from shared.blobs.errors import BlobDamaged, BlobGone
from shared.blobs.folder import FolderData
from shared.blobs.places import KeyFacts, files_listed
from shared.blobs.ref import BlobRef
from shared.blobs.stream import sealed_size
from shared.crypto.file import KeyringFile
from shared.db.moment import copy_of, one_moment
from shared.db.transfer import open_copy
from shared.ids import new_id
from shared.refusals import Refusal

DRAFT: Final = "backup-draft-"


def back_up(place: DataDir, backups: BackupFolder, keep: int) -> Snapshot:
    """Make a snapshot, check it, and destroy what is older than the newest `keep` and what was destroyed since."""
    facts = place.facts()
    parts: dict[str, BlobRef] = {}
    with _draft(place) as draft:
        # The log as it is published may be behind the database, never before it.
        parts["log"] = _packed(backups, draft, place.root / "audit" / "log", ["."])
        size, root = _databases(place, backups, draft, parts)
        ids = _keys(place, backups, draft, parts)
        for name, file in (("facts", place.facts_file), ("clock", place.clock_file)):
            if file.exists():
                parts[name] = backups.seal(file)
    count, total = _blobs(place, backups, ids)
    snapshot = Snapshot(
        id=new_id(),
        made_at=place.clock().now().isoformat(),
        association=facts.association,
        mode=facts.mode,
        parts=parts,
        blobs=count,
        bytes=total,
        log_size=size,
        log_root=root,
    )
    backups.enter(snapshot)
    _forget(place, backups, keep)
    return snapshot


@contextmanager
def _draft(place: DataDir) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=DRAFT, dir=place.root))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _databases(place: DataDir, backups: BackupFolder, draft: Path, parts: dict[str, BlobRef]) -> tuple[int, str]:
    """All of one moment; the size and root of the log in them."""
    files = [place.root / name / f"{name}.sqlite3" for name in SCHEMAS]
    size, root = 0, ""
    with one_moment(files) as readers:
        for name, reader in zip(SCHEMAS, readers, strict=True):
            copy = draft / f"{name}.sqlite3"
            copy_of(reader, copy)
            if name == "audit":
                with Session(open_copy(copy)) as session:
                    tree = stored_log.tree(session)
                    size, root = tree.size, tree.root.hex()
            parts[f"database/{name}"] = backups.seal(copy)
            copy.unlink()
    return size, root


def _keys(place: DataDir, backups: BackupFolder, draft: Path, parts: dict[str, BlobRef]) -> list[str]:
    """The keyring and the wrapped keys that fit it; whoever rotates or destroys meanwhile waits."""
    with KeyringFile(place.keyring_file).exclusive():
        ids = sorted(blob_id for blob_id, _ in files_listed(place.root / "blobs", "keys", "*"))
        parts["keys"] = _packed(backups, draft, place.root / "blobs", ["keys", "gone"])
        parts["keyring"] = backups.seal(place.keyring_file)
    listed = draft / "blob-ids"
    listed.write_text("\n".join(ids))
    parts["blob-ids"] = backups.seal(listed)
    return ids


def _packed(backups: BackupFolder, draft: Path, folder: Path, names: list[str]) -> BlobRef:
    packed = draft / "packed.tar"
    with tarfile.open(packed, "w") as archive:
        for name in names:
            if (folder / name).exists():
                archive.add(folder / name, name, filter=_whole)
    ref = backups.seal(packed)
    packed.unlink()
    return ref


def _whole(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Files that are whole: a draft has a leading dot."""
    name = member.name.rsplit("/", 1)[-1]
    return None if name.startswith(".") and name != "." else member


def _blobs(place: DataDir, backups: BackupFolder, ids: list[str]) -> tuple[int, int]:
    """Sealed bytes that the backups do not have yet, each compared with its digest; how many there are, how large."""
    live, there = FolderData(place.root / "blobs"), {blob_id for blob_id, _ in backups.data.listed()}
    count = total = 0
    for blob_id in ids:
        try:
            facts = KeyFacts.read(place.root / "blobs" / place_of("keys", blob_id, SUFFIX["keys"]))
            size = sealed_size(facts.size)
            if blob_id not in there:
                copy_blob(live, backups.data, blob_id, facts)
        except BlobGone:
            continue  # destroyed meanwhile
        count, total = count + 1, total + size
    return count, total


def copy_blob(source: FolderData, target: FolderData, blob_id: str, facts: KeyFacts) -> None:
    """Sealed bytes from one place to another. BlobGone; refusal `blob-differs` where they are not what was written."""
    digest, sink = hashlib.sha256(), target.sink(blob_id)
    try:
        origin = source.source(blob_id, sealed_size(facts.size))
        try:
            for offset in range(0, sealed_size(facts.size), BITE):
                piece = origin.read(offset, BITE)
                digest.update(piece)
                sink.write(piece)
        finally:
            origin.close()
        if digest.hexdigest() != facts.sealed_sha256:
            raise Refusal("blob-differs", blob=blob_id, state="damaged")
        sink.finish(digest.hexdigest())
    except BlobDamaged:
        sink.abort()
        raise Refusal("blob-differs", blob=blob_id, state="damaged") from None
    except BaseException:
        sink.abort()
        raise


def _forget(place: DataDir, backups: BackupFolder, keep: int) -> None:
    """Destruction reaches the backups: of what is destroyed no bytes stay, and old snapshots go with their keys."""
    kept = backups.snapshots()
    for old in kept[:-keep]:
        backups.drop(old)
    needed = {blob_id for one in kept[-keep:] for blob_id in backups.ids_in(one)}
    gone = {blob_id for blob_id, _ in files_listed(place.root / "blobs", "gone", "*")}
    for blob_id, _ in list(backups.data.listed()):
        if blob_id in gone or blob_id not in needed:
            backups.data.remove(blob_id)
