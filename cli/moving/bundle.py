"""A bundle: all of a data directory in one folder, and a signed manifest that says what must be in it."""

import base64
import binascii
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cli.data_dir import Mode
from services.audit.app import SCHEMA as AUDIT
from services.authority.app import SCHEMA as AUTHORITY
from services.intake.app import SCHEMA as INTAKE
from services.matcher.app import SCHEMA as MATCHER
from services.media.app import SCHEMA as MEDIA
from shared.crypto.durable import sync_directory, write_durably
from shared.crypto.errors import KeyringDamaged, WrongPassphrase
from shared.crypto.keyring import Keyring
from shared.crypto.signatures import Signer, verify
from shared.db import Schema
from shared.db.transfer import Held, Shape
from shared.refusals import Refusal

FORMAT: Final = "shokai-bundle-1"
SIGNING_KEY: Final = "export"
SCHEMAS: Final[Mapping[str, Schema]] = {schema.service: schema for schema in (AUTHORITY, INTAKE, MATCHER, MEDIA, AUDIT)}


class Told(BaseModel):
    """A part of the manifest."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TableTold(Told):
    """One table: its columns, and what it holds."""

    shape: Shape
    held: Held


class DatabaseTold(Told):
    """One service's database at its revision."""

    revision: str
    tables: dict[str, TableTold]

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(table.held.rows for table in self.tables.values())


class LogTold(Told):
    """The log as the database has it, the checkpoint as it was published, a digest over all published files."""

    origin: str
    size: int
    root: str
    checkpoint: str
    files: str


class BlobsTold(Told):
    """The blobs: how many can be opened, their sealed bytes, the gravestones, a digest over all small files."""

    blobs: int
    bytes: int
    gravestones: int
    digest: str


class Manifest(Told):
    """What the bundle holds."""

    format: Literal["shokai-bundle-1"] = FORMAT
    id: str = Field(pattern=r"^[0-9a-f-]{36}$")
    made_at: str
    association: str
    mode: Mode
    databases: dict[str, DatabaseTold]
    log: LogTold
    blobs: BlobsTold

    def summary(self) -> dict[str, Any]:
        """For people and programs."""
        return {
            "bundle": self.id,
            "rows": {name: database.rows for name, database in self.databases.items()},
            "log": {"origin": self.log.origin, "size": self.log.size, "root": self.log.root},
            "blobs": self.blobs.model_dump(include={"blobs", "bytes", "gravestones"}),
        }


@dataclass(frozen=True)
class Bundle:
    """The places inside a bundle."""

    root: Path

    @property
    def manifest_file(self) -> Path:
        return self.root / "manifest.json"

    @property
    def signature_file(self) -> Path:
        return self.root / "manifest.sig"

    @property
    def keyring_file(self) -> Path:
        return self.root / "keys" / "keyring.json"

    @property
    def clock_file(self) -> Path:
        return self.root / "clock.json"

    @property
    def blobs(self) -> Path:
        return self.root / "blobs"

    @property
    def log(self) -> Path:
        return self.root / "log"

    def database(self, service: str) -> Path:
        """A service's database."""
        return self.root / "databases" / f"{service}.sqlite3"

    def make(self) -> None:
        """Lay it out. Refusal `folder-exists` where there is something already."""
        if self.root.exists() and (not self.root.is_dir() or any(self.root.iterdir())):
            raise Refusal("folder-exists")
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.root.chmod(0o700)
        for folder in (self.database("x").parent, self.blobs, self.log, self.keyring_file.parent):
            folder.mkdir(mode=0o700)

    def seal(self, manifest: Manifest, signer: Signer) -> None:
        """Write the manifest, last of all: without it the folder is no bundle."""
        said = manifest.model_dump_json(indent=1).encode()
        write_durably(self.signature_file, base64.b64encode(signer.sign(said)) + b"\n")
        write_durably(self.manifest_file, said)
        sync_directory(self.root)

    def read(self, keyring: Keyring) -> Manifest:
        """The manifest. Refusals `not-a-bundle`; `bundle-altered` where the keyring has not signed it."""
        try:
            said = self.manifest_file.read_bytes()
            signature = base64.b64decode(self.signature_file.read_bytes(), validate=False)
            manifest = Manifest.model_validate_json(said)
        except (OSError, ValidationError, binascii.Error):
            raise Refusal("not-a-bundle") from None
        keys = keyring.all_public_keys(SIGNING_KEY).values()
        if not any(verify(key, signature, said) for key in keys) or set(manifest.databases) != set(SCHEMAS):
            raise Refusal("bundle-altered", part="manifest")
        return manifest


def open_keyring(file: Path, passphrase: str | None) -> Keyring:
    """A keyring. Refusals `keyring-missing`, `keyring-damaged`, `passphrase-wrong`."""
    if not file.exists():
        raise Refusal("keyring-missing")
    try:
        return Keyring.open(file, passphrase or None)
    except WrongPassphrase:
        raise Refusal("passphrase-wrong") from None
    except KeyringDamaged:
        raise Refusal("keyring-damaged") from None


def digest_of(folder: Path) -> str:
    """SHA-256 over all files of a folder and their names."""
    digest = sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{sha256(file.read_bytes()).hexdigest()} {file.relative_to(folder).as_posix()}\n".encode())
    return digest.hexdigest()


def copy_file(source: Path, target: Path) -> None:
    """A copy that is on disk, readable by its owner only."""
    with source.open("rb") as old, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
        shutil.copyfileobj(old, new, 1024 * 1024)
        new.flush()
        os.fsync(new.fileno())
