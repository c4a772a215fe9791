"""One of several processes on one store: makes, reads, wraps anew, destroys, looks for orphans, all at random.

`python -m tests.integration.blobs.crowd URL KEYS KEYRING ENDPOINT SHARED SEED SECONDS`. References are handed over in
the folder SHARED: one file a blob, renamed when it is destroyed. Any error that is none of the store's own ends it with
a trace. Prints how often it did what.
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.blobs.bucket import S3Settings
from shared.blobs.errors import BlobGone
from shared.blobs.opening import open_store
from shared.blobs.ref import BlobRef
from shared.crypto.keyring import Keyring
from tests.integration.blobs.places import REGION

KEY = "plan/1"
CONTENT = b"what is in it"


class One:
    """A process of the crowd."""

    def __init__(self, url: str, keys: str, ring: str, endpoint: str, shared: str, seed: str) -> None:
        s3 = S3Settings(endpoint=endpoint, region=REGION, access_key="a", secret_key="b", allow_http=True)
        self.keyring = Keyring.open(Path(ring))
        self.blobs = open_store(url, Path(keys), self.keyring, "intake", s3)
        self.shared = Path(shared)
        self.chance = random.Random(seed)
        self.alone = seed == "0"

    def put(self) -> None:
        try:
            ref = self.blobs.put(CONTENT, purpose="p", key=KEY)
        except BlobGone:
            return  # two rotations in the meantime: refused, and nothing kept
        draft = self.shared / f"{ref.id}.draft"
        draft.write_text(ref.model_dump_json())
        draft.rename(draft.with_suffix(".live"))

    def read(self) -> None:
        for path in self._some(".live"):
            with suppress(FileNotFoundError):
                ref = BlobRef.model_validate_json(path.read_text())
                try:
                    assert self.blobs.get(ref) == CONTENT
                except BlobGone:
                    assert not path.exists(), "a blob is gone that nobody destroyed"

    def destroy(self) -> None:
        for path in self._some(".live", ".dead"):
            with suppress(FileNotFoundError):
                path.rename(path.with_suffix(".dead"))
            done = self.blobs.destroy(path.stem)
            assert (done.size, len(done.sha256_of_ciphertext)) == (len(CONTENT), 64)
            with suppress(BlobGone):
                self.blobs.open(BlobRef(id=path.stem, size=len(CONTENT), sha256="", purpose="p"))
                raise AssertionError("a destroyed blob opens")

    def rotate(self) -> None:
        """As the authority does it; only one process does."""
        if self.alone:
            self.keyring.rotate(KEY)
            self.blobs.rewrap(KEY)
            newest = self.blobs._newest_version(KEY)
            self.keyring.retire(KEY, "wrap", min(self.blobs.oldest_versions().get(KEY, newest), newest - 1))

    def wrap(self) -> None:
        self.blobs.rewrap(KEY)

    def look(self) -> None:
        list(self.blobs.own_ids(datetime.now(UTC) - timedelta(hours=1)))
        list(self.blobs.own_ids(datetime.now(UTC) + timedelta(seconds=-60)))
        self.blobs.oldest_versions()

    def finish(self) -> None:
        self.blobs.finish_destructions()

    def _some(self, *states: str) -> list[Path]:
        there = [path for path in self.shared.iterdir() if path.suffix in states]
        return self.chance.sample(there, min(3, len(there)))


def main() -> None:
    *arguments, seconds = sys.argv[1:]
    one = One(*arguments)
    acts: list[Callable[[], None]] = [
        one.put,
        one.put,
        one.read,
        one.destroy,
        one.rotate,
        one.wrap,
        one.look,
        one.finish,
    ]
    done: Counter[str] = Counter()
    until = time.monotonic() + float(seconds)
    while time.monotonic() < until:
        act = one.chance.choice(acts)
        act()
        done[act.__name__] += 1
    print(dict(done))


if __name__ == "__main__":
    main()
