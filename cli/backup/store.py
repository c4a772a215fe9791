"""Where backups lie: parts sealed under a key of their own, blobs as sealed as they are, a signed list a snapshot."""

import base64
import binascii
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cli.data_dir import Mode
from shared.blobs.folder import FolderData
from shared.blobs.ref import BlobRef
from shared.blobs.store import BlobStore
from shared.crypto.durable import write_durably
from shared.crypto.keyring import Keyring
from shared.crypto.signatures import verify
from shared.refusals import Refusal

KEY: Final = "backup"
PIECE: Final = 1024 * 1024


class Snapshot(BaseModel):
    """What one snapshot holds: its sealed parts, how many blobs, how large the log was and with which root."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["shokai-backup-1"] = "shokai-backup-1"
    id: str = Field(pattern=r"^[0-9a-f-]{36}$")
    made_at: str
    association: str
    mode: Mode
    parts: dict[str, BlobRef]
    blobs: int
    bytes: int
    log_size: int
    log_root: str


class BackupFolder:
    """One folder of backups. Everything but counts and dates in it is sealed."""

    def __init__(self, root: Path, keyring: Keyring) -> None:
        self.root = root
        self.data = FolderData(root / "blobs")
        self._keyring = keyring
        self._sealed = BlobStore(root / "sealed", keyring, "backup")

    def seal(self, file: Path) -> BlobRef:
        """A file's content, sealed; read back at once."""
        with file.open("rb") as plain, self._sealed.create(purpose="backup", key=KEY) as writer:
            shutil.copyfileobj(plain, writer, PIECE)
        self._check(writer.ref)
        return writer.ref

    def unseal(self, ref: BlobRef, target: Path) -> None:
        """A part as it was. Refusal `backup-altered`."""
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.touch(mode=0o600)
        digest = hashlib.sha256()
        with self._sealed.open(ref) as sealed, target.open("wb") as plain:
            while piece := sealed.read(PIECE):
                digest.update(piece)
                plain.write(piece)
        if digest.hexdigest() != ref.sha256:
            raise Refusal("backup-altered", part=ref.id)

    def enter(self, snapshot: Snapshot) -> None:
        """Write its list, last of all: without it there is no snapshot."""
        said = snapshot.model_dump_json(indent=1).encode()
        place = self._place(snapshot.id)
        place.parent.mkdir(mode=0o700, exist_ok=True)
        signature = base64.b64encode(self._keyring.signer(KEY).sign(said)) + b"\n"
        write_durably(place.with_suffix(".sig"), signature)
        write_durably(place, said)

    def snapshots(self) -> list[Snapshot]:
        """All, the oldest first. Refusal `backup-altered` where a list is not as it was signed."""
        return [self._read(place) for place in sorted(self.root.glob("snapshots/*.json"))]

    def drop(self, snapshot: Snapshot) -> None:
        """Destroy a snapshot: the keys of its parts first."""
        self._place(snapshot.id).unlink(missing_ok=True)
        self._place(snapshot.id).with_suffix(".sig").unlink(missing_ok=True)
        for ref in snapshot.parts.values():
            self._sealed.destroy(ref)

    def ids_in(self, snapshot: Snapshot) -> Iterator[str]:
        """The blobs that a snapshot needs."""
        yield from self._sealed.get(snapshot.parts["blob-ids"]).decode().split()

    def _check(self, ref: BlobRef) -> None:
        with self._sealed.open(ref) as sealed:
            while sealed.read(PIECE):
                pass

    def _place(self, snapshot_id: str) -> Path:
        return self.root / "snapshots" / f"{snapshot_id}.json"

    def _read(self, place: Path) -> Snapshot:
        try:
            said = place.read_bytes()
            signature = base64.b64decode(place.with_suffix(".sig").read_bytes())
            snapshot = Snapshot.model_validate_json(said)
        except (OSError, ValidationError, binascii.Error):
            raise Refusal("backup-altered", part=place.name) from None
        if not any(verify(key, signature, said) for key in self._keyring.all_public_keys(KEY).values()):
            raise Refusal("backup-altered", part=place.name)
        return snapshot
