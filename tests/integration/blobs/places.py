"""One store to test, of either kind, with a way to its bytes behind its back."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from shared.blobs.bucket import BucketData, S3Settings
from shared.blobs.data import place_of
from shared.blobs.opening import open_store
from shared.blobs.ref import BlobRef
from shared.blobs.store import BlobStore
from shared.crypto.keyring import Keyring

BUCKET = "blobs"
REGION = "us-east-1"


@dataclass(frozen=True)
class S3:
    """The S3 server of the run, and a client that does not come from obstore."""

    host: str
    port: int
    client: Any

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def settings(self, url: str = "", **more: Any) -> S3Settings:
        return S3Settings(
            endpoint=url or self.url, region=REGION, access_key="a", secret_key="b", allow_http=True, **more
        )

    def data(self, prefix: str, url: str = "", **more: Any) -> BucketData:
        """Bytes below a prefix."""
        return BucketData(self.settings(url, **more).store(BUCKET, prefix))

    def unfinished(self, prefix: str) -> list[str]:
        """Uploads in parts that were neither completed nor aborted."""
        found = self.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads") or []
        return [upload["Key"] for upload in found if upload["Key"].startswith(f"{prefix}/")]


class Place(Protocol):
    """What the common tests need of a kind."""

    keyring_file: Path
    keys: Path

    def blobs(self, owner: str = "intake") -> BlobStore:
        """Another process's view of the same store."""

    def names(self) -> list[str]:
        """Of all stored bytes."""

    def read(self, ref: BlobRef) -> bytes: ...
    def write(self, ref: BlobRef, sealed: bytes) -> None: ...
    def unfinished(self) -> list[str]: ...
    def crowd(self) -> list[str]:
        """Arguments that open the same store in another process."""


class FolderPlace:
    def __init__(self, folder: Path, keyring_file: Path) -> None:
        self.keyring_file, self.keys = keyring_file, folder
        self._folder = folder

    def blobs(self, owner: str = "intake") -> BlobStore:
        return open_store(f"file://{self._folder}", Path("/nowhere"), Keyring.open(self.keyring_file), owner)

    def names(self) -> list[str]:
        return sorted(path.name for path in self._folder.glob("data/*/*/*"))

    def read(self, ref: BlobRef) -> bytes:
        return self._path(ref).read_bytes()

    def write(self, ref: BlobRef, sealed: bytes) -> None:
        self._path(ref).parent.mkdir(parents=True, exist_ok=True)
        self._path(ref).write_bytes(sealed)

    def unfinished(self) -> list[str]:
        return []

    def crowd(self) -> list[str]:
        return [f"file://{self._folder}", "/nowhere", str(self.keyring_file), ""]

    def _path(self, ref: BlobRef) -> Path:
        return self._folder / place_of("data", ref.id, ".blob")


class BucketPlace:
    def __init__(self, s3: S3, prefix: str, keys: Path, keyring_file: Path) -> None:
        self.keyring_file, self.keys = keyring_file, keys / "blobs"
        self._s3, self._prefix, self._keys_dir = s3, prefix, keys

    def blobs(self, owner: str = "intake") -> BlobStore:
        keyring = Keyring.open(self.keyring_file)
        return open_store(f"s3://{BUCKET}/{self._prefix}", self._keys_dir, keyring, owner, self._s3.settings())

    def names(self) -> list[str]:
        listed = self._s3.client.list_objects_v2(Bucket=BUCKET, Prefix=f"{self._prefix}/").get("Contents", [])
        return sorted(entry["Key"].rsplit("/", 1)[-1] for entry in listed)

    def read(self, ref: BlobRef) -> bytes:
        content: bytes = self._s3.client.get_object(Bucket=BUCKET, Key=self._key(ref))["Body"].read()
        return content

    def write(self, ref: BlobRef, sealed: bytes) -> None:
        self._s3.client.put_object(Bucket=BUCKET, Key=self._key(ref), Body=sealed)

    def unfinished(self) -> list[str]:
        return self._s3.unfinished(self._prefix)

    def crowd(self) -> list[str]:
        return [f"s3://{BUCKET}/{self._prefix}", str(self._keys_dir), str(self.keyring_file), self._s3.url]

    def _key(self, ref: BlobRef) -> str:
        return f"{self._prefix}/{place_of('data', ref.id, '.blob')}"
