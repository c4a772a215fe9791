"""Which store an address names."""

from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from shared.blobs.bucket import BucketData, S3Settings
from shared.blobs.errors import StoreAway
from shared.blobs.store import BlobStore
from shared.crypto.keyring import Keyring


def open_store(url: str, keys_dir: Path, keyring: Keyring, owner: str, s3: S3Settings | None = None) -> BlobStore:
    """`file:///path`: all in that folder. `s3://bucket/prefix`: the sealed bytes there, keys and gravestones below
    `keys_dir`, in `blobs/`.

    ValueError for any other address; BucketUnfit where the bucket must not be used. A store that is away just now is no
    error: it is looked at before the first blob is written."""
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc and parts.path.strip("/"):
        return BlobStore(Path(unquote(parts.path)), keyring, owner)
    if parts.scheme == "s3" and parts.netloc:
        data = BucketData((s3 or S3Settings()).store(parts.netloc, parts.path.strip("/")))
        with suppress(StoreAway):
            data.check()
        return BlobStore(keys_dir / "blobs", keyring, owner, data=data)
    raise ValueError("a blob store's address is file:///path or s3://bucket/prefix")
