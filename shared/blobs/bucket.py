"""Sealed bytes in a bucket of any S3-compatible store, by obstore. No key ever lies there.

The bucket must not keep versions, or nothing in it could be removed. It should drop uploads that were never finished
after a day, because those of a process that died cannot be found from here; they are sealed bytes without a key.
"""

import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import obstore
from obstore.store import S3Store

from shared.blobs.data import blob_at, place_of
from shared.blobs.errors import BlobGone, BucketUnfit, StoreAway
from shared.blobs.ranges import BucketSource
from shared.blobs.refused import away_where_refused
from shared.blobs.upload import BucketSink

PAGE: Final = 1000
LONGEST_BACKOFF: Final = timedelta(seconds=2)
LONGEST_CONNECT: Final = timedelta(seconds=5)


@dataclass(frozen=True, kw_only=True)
class S3Settings:
    """How to reach the store. An empty endpoint is the region's own; without an access key obstore looks where it
    always does: environment, then the machine's role."""

    endpoint: str = ""
    region: str = ""
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    allow_http: bool = False
    timeout_seconds: float = 30
    """Longest request, its body with it."""
    retries: int = 3
    """How often a request is tried again, after a pause that doubles from 0.1 s."""

    def store(self, bucket: str, prefix: str) -> S3Store:
        """The client."""
        given = {
            "endpoint": self.endpoint,
            "region": self.region,
            "access_key_id": self.access_key,
            "secret_access_key": self.secret_key,
        }
        config: Any = {name: value for name, value in given.items() if value}
        limit = timedelta(seconds=self.timeout_seconds)
        return S3Store(
            bucket,
            prefix=prefix or None,
            config=config,
            client_options={
                "allow_http": self.allow_http,
                "timeout": limit,
                "connect_timeout": min(limit, LONGEST_CONNECT),
            },
            retry_config={
                "max_retries": self.retries,
                "retry_timeout": 2 * limit,
                "backoff": {"init_backoff": timedelta(seconds=0.1), "max_backoff": LONGEST_BACKOFF, "base": 2},
            },
        )


class BucketData:
    """An object a blob, under the same names as in a folder: a folder's `data/` may be copied into a bucket."""

    def __init__(self, store: S3Store) -> None:
        self._store = store
        self._fit = False

    def check(self) -> None:
        """BucketUnfit where blobs could not be kept or not be destroyed: an object's answer tells of versions."""
        probe = f"probe/{secrets.token_hex(8)}"
        with away_where_refused():
            try:
                version = obstore.put(self._store, probe, b"", use_multipart=False)["version"]
            except FileNotFoundError:
                raise BucketUnfit("there is no such bucket") from None
        with suppress(StoreAway), away_where_refused():
            obstore.delete(self._store, probe)
        if version not in (None, "null"):
            raise BucketUnfit("the bucket keeps versions; turn that off, and remove the versions that there are")
        self._fit = True

    def sink(self, blob_id: str) -> BucketSink:
        """Begins an upload; makes the check first if the store was away when it was to be made."""
        if not self._fit:
            self.check()
        return BucketSink(self._store, _path(blob_id))

    def source(self, blob_id: str, size: int) -> BucketSource:
        """Opens an object. BlobGone where there is none, BlobDamaged where it has another length than `size`."""
        return BucketSource(self._store, _path(blob_id), size)

    def remove(self, blob_id: str) -> None:
        """Removes an object; no error when it is gone."""
        with suppress(BlobGone), away_where_refused():
            obstore.delete(self._store, _path(blob_id))

    def listed(self, owner: str = "*") -> Iterator[tuple[str, float]]:
        """Blobs that have an object, with its date, page by page."""
        with away_where_refused():
            for page in obstore.list(self._store, "data" if owner == "*" else f"data/{owner}", chunk_size=PAGE):
                for entry in page:
                    if (blob_id := blob_at(entry["path"])) is not None:
                        yield blob_id, entry["last_modified"].timestamp()

    def sweep(self, owner: str, before: float) -> None:
        """Nothing: an object is there whole or not at all."""


def _path(blob_id: str) -> str:
    return place_of("data", blob_id, ".blob")
