"""A bucket that misbehaves, or a line to it that does: whole or refused, and known as what it is."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.blobs import upload
from shared.blobs.bucket import BucketData, S3Settings
from shared.blobs.data import place_of
from shared.blobs.errors import BlobDamaged, BlobGone, BucketUnfit, StoreAway, StoreFull
from shared.blobs.opening import open_store
from shared.blobs.ref import BlobRef
from shared.blobs.store import BlobStore
from shared.blobs.upload import PART_BYTES
from shared.crypto.keyring import Keyring
from tests.integration.blobs.line import Line, Way
from tests.integration.blobs.places import BUCKET, REGION, S3

LONG = 2 * PART_BYTES + 1_000_000
SHORT = 3_000_000


class World:
    """A store on a bucket behind a bad line, and a straight way to the bucket."""

    def __init__(self, s3: S3, line: Line, prefix: str, keys: Path, keyring: Keyring) -> None:
        self.s3, self.line, self.prefix, self.keys = s3, line, prefix, keys
        self.blobs = BlobStore(keys, keyring, "intake", data=s3.data(prefix, line.url))
        # Impatient, for what does not answer at all; a busy machine would make it refuse what is only slow.
        self.hasty = BlobStore(keys, keyring, "intake", data=s3.data(prefix, line.url, timeout_seconds=0.5, retries=1))

    def names(self) -> list[str]:
        listed = self.s3.client.list_objects_v2(Bucket=BUCKET, Prefix=f"{self.prefix}/").get("Contents", [])
        return [entry["Key"] for entry in listed]

    def name(self, ref: BlobRef) -> str:
        return f"{self.prefix}/{place_of('data', ref.id, '.blob')}"

    def nothing_is_left(self) -> bool:
        keys = [path for path in self.keys.glob("keys/*/*/*") if path.is_file()]
        return (self.names(), keys, self.s3.unfinished(self.prefix)) == ([], [], [])

    def put(self, data: bytes) -> BlobRef:
        return self.blobs.put(data, purpose="p", key="k")


@pytest.fixture
def world(s3: S3, line: Line, prefix: str, tmp_path: Path, keyring: Keyring) -> World:
    return World(s3, line, prefix, tmp_path / "store", keyring)


def test_small_blobs_take_one_request_and_a_look_and_long_ones_are_not_read_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "BucketSource", None)
    world.put(b"")
    before = world.line.requests
    ref = world.put(os.urandom(SHORT))
    assert world.line.requests - before == 2
    before = world.line.requests
    world.put(os.urandom(LONG))
    assert world.line.requests - before == 1 + 3 + 1 + 1
    before = world.line.requests
    world.blobs.get(ref)
    assert world.line.requests - before == 2


@pytest.mark.parametrize(("size", "cuts"), [(SHORT, 1), (LONG, 1), (LONG, 2)])
def test_a_connection_cut_in_the_middle_of_an_upload_is_made_good(world: World, size: int, cuts: int) -> None:
    data = os.urandom(size)
    world.put(b"first")
    world.line.cut, world.line.cuts = ("up", 500_000), cuts
    ref = world.put(data)
    assert world.line.cuts == 0
    assert world.blobs.get(ref) == data


@pytest.mark.parametrize("size", [SHORT, LONG, 5 * PART_BYTES])
def test_a_line_that_breaks_every_upload_is_a_refusal_and_leaves_nothing(world: World, size: int) -> None:
    ref = world.put(b"first")
    world.blobs.destroy(ref)
    world.line.cut, world.line.cuts = ("up", 500_000), 1000
    with pytest.raises(StoreAway) as refused:
        world.put(os.urandom(size))
    assert refused.value.code == "busy"
    assert world.nothing_is_left()


def test_a_store_that_goes_away_during_an_upload_ends_it_in_time(world: World) -> None:
    writer = world.hasty.create(purpose="p", key="k")
    began = time.monotonic()

    def write_on() -> None:
        with writer:
            writer.write(os.urandom(LONG))
            world.line.hole = True
            for _ in range(10):
                writer.write(os.urandom(PART_BYTES))

    with pytest.raises(StoreAway):
        write_on()
    assert time.monotonic() - began < 20
    world.line.mend()
    assert not world.names()


@pytest.mark.parametrize("cuts", [1, 2])
def test_a_connection_cut_in_the_middle_of_a_download_is_made_good(world: World, cuts: int) -> None:
    data = os.urandom(SHORT)
    ref = world.put(data)
    world.line.cut, world.line.cuts = ("down", 400_000), cuts
    assert world.blobs.get(ref) == data
    assert world.line.cuts == 0


@pytest.mark.parametrize("way", ["up", "down"])
def test_a_line_that_breaks_everything_is_a_refusal(world: World, way: Way) -> None:
    ref = world.put(os.urandom(SHORT))
    world.line.cut, world.line.cuts = (way, 1), 1000
    for act in (lambda: world.blobs.get(ref), lambda: world.put(b"x"), lambda: list(world.blobs.own_ids(_later()))):
        with pytest.raises(StoreAway):
            act()


def test_a_black_hole_is_a_refusal_in_bounded_time_for_every_act(world: World) -> None:
    ref, blobs = world.put(os.urandom(SHORT)), world.hasty
    world.line.hole = True
    acts: list[Callable[[], object]] = [
        lambda: blobs.get(ref),
        lambda: blobs.put(b"x", purpose="p", key="k"),
        lambda: list(blobs.own_ids(_later())),
        lambda: blobs.finish_destructions(),
        lambda: blobs.destroy(ref),
    ]
    for act in acts:
        began = time.monotonic()
        with pytest.raises(StoreAway):
            act()
        assert time.monotonic() - began < 20
    world.line.mend()
    with pytest.raises(BlobGone):
        world.blobs.get(ref)
    assert world.name(ref) in world.names()
    assert world.blobs.finish_destructions() == 1
    assert world.nothing_is_left()


def test_a_slow_store_is_waited_for(world: World) -> None:
    data = os.urandom(SHORT)
    world.line.delay = 0.003
    assert world.blobs.get(world.put(data)) == data


@pytest.mark.parametrize("size", [SHORT, LONG])
def test_a_byte_altered_on_the_way_is_found_before_there_is_a_reference(world: World, size: int) -> None:
    world.blobs.destroy(world.put(b"first"))
    world.line.alter = 1_000_000
    with pytest.raises(StoreAway):
        world.put(os.urandom(size))
    assert world.line.alter is None
    assert world.nothing_is_left()


def test_where_the_etag_is_no_md5_all_is_read_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload._ETags, "add", lambda self, part: None)
    data = os.urandom(LONG)
    ref = world.put(data)
    assert world.blobs.get(ref) == data
    world.blobs.destroy(ref)
    world.line.alter = 2_000_000
    with pytest.raises(StoreAway):
        world.put(data)
    assert world.nothing_is_left()


def test_what_is_taken_away_or_cut_off_behind_the_store_is_known_as_such(world: World) -> None:
    ref = world.put(os.urandom(2 * SHORT))
    whole = world.s3.client.get_object(Bucket=BUCKET, Key=world.name(ref))["Body"].read()
    with world.blobs.open(ref) as reader:
        reader.read(10)
        world.s3.client.put_object(Bucket=BUCKET, Key=world.name(ref), Body=whole[:2_000_000])
        with pytest.raises(BlobDamaged):
            reader.readall()
        world.s3.client.delete_object(Bucket=BUCKET, Key=world.name(ref))
        with pytest.raises(BlobGone):
            reader.readall()


def test_a_bucket_that_is_away_is_not_taken_for_a_lost_blob(
    world: World, tmp_path: Path, keyring: Keyring, s3: S3
) -> None:
    ref = world.put(b"x")
    elsewhere = s3.settings().store("another", world.prefix)
    lost = BlobStore(tmp_path / "store", keyring, "intake", data=BucketData(elsewhere))
    with pytest.raises(StoreAway):
        lost.get(ref)
    with pytest.raises(BucketUnfit):
        lost.put(b"x", purpose="p", key="k")


@pytest.fixture
def versioned(s3: S3) -> str:
    name = "versioned"
    s3.client.create_bucket(Bucket=name)
    s3.client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def test_a_bucket_that_keeps_versions_is_refused_at_the_start(
    versioned: str, s3: S3, tmp_path: Path, keyring: Keyring
) -> None:
    with pytest.raises(BucketUnfit):
        open_store(f"s3://{versioned}/x", tmp_path, keyring, "intake", s3.settings())
    s3.client.put_bucket_versioning(Bucket=versioned, VersioningConfiguration={"Status": "Suspended"})
    blobs = open_store(f"s3://{versioned}/x", tmp_path, keyring, "intake", s3.settings())
    assert blobs.get(blobs.put(b"x", purpose="p", key="k")) == b"x"


def test_a_store_that_is_away_at_the_start_is_looked_at_before_the_first_blob(
    s3: S3, versioned: str, line: Line, tmp_path: Path, keyring: Keyring
) -> None:
    line.hole = True
    hasty = s3.settings(line.url, timeout_seconds=0.5, retries=0)
    blobs = open_store(f"s3://{versioned}/x", tmp_path, keyring, "intake", hasty)
    with pytest.raises(StoreAway):
        blobs.put(b"x", purpose="p", key="k")
    line.mend()
    with pytest.raises(BucketUnfit):
        blobs.put(b"x", purpose="p", key="k")


@pytest.mark.parametrize("url", ["", "/blobs", "http://x/y", "s3:///x", "file://host/x", "file:///", "gs://x/y"])
def test_any_other_address_is_an_error(url: str, tmp_path: Path, keyring: Keyring) -> None:
    with pytest.raises(ValueError):
        open_store(url, tmp_path, keyring, "intake")


def test_secrets_are_not_told() -> None:
    told = repr(S3Settings(access_key="AKIA-1", secret_key="s3cr3t"))
    assert "AKIA-1" not in told
    assert "s3cr3t" not in told


def test_more_objects_than_one_page_are_listed(world: World) -> None:
    for number in range(1010):
        blob_id = f"intake.00000000-0000-7000-8000-{number:012x}"
        key = f"{world.prefix}/{place_of('data', blob_id, '.blob')}"
        world.s3.client.put_object(Bucket=BUCKET, Key=key, Body=b"")
    world.s3.client.put_object(Bucket=BUCKET, Key=f"{world.prefix}/data/intake/notes.txt", Body=b"")
    assert len(list(world.blobs.own_ids(_later()))) == 1010
    assert list(world.blobs.own_ids(datetime.now(UTC) - timedelta(hours=1))) == []


@contextmanager
def _small_keys_volume(limit: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


def test_a_key_that_finds_no_room_takes_its_bytes_with_it(world: World) -> None:
    world.blobs.destroy(world.put(b"first"))
    with _small_keys_volume(20), pytest.raises(StoreFull):
        world.put(b"x" * 1000)
    assert world.nothing_is_left()


DYING = """
import os, signal, sys
from pathlib import Path
from shared.blobs.bucket import S3Settings
from shared.blobs.opening import open_store
from shared.blobs.store import BlobStore
from shared.crypto.keyring import Keyring
url, keys, ring, endpoint, region, where = sys.argv[1:]
s3 = S3Settings(endpoint=endpoint, region=region, access_key="a", secret_key="b", allow_http=True)
blobs = open_store(url, Path(keys), Keyring.open(Path(ring)), "intake", s3)
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
if where == "key":
    BlobStore._keep_key = die
with blobs.create(purpose="p", key="k") as writer:
    writer.write(bytes(20_000_000))
    if where == "bytes":
        die()
"""


@pytest.mark.parametrize("kind", ["file", "s3"])
@pytest.mark.parametrize("where", ["bytes", "key"])
def test_a_process_that_is_killed_leaves_an_orphan_never_a_blob(
    kind: str, where: str, s3: S3, prefix: str, tmp_path: Path, keyring: Keyring, keyring_file: Path
) -> None:
    url = f"file://{tmp_path}/blobs" if kind == "file" else f"s3://{BUCKET}/{prefix}"
    arguments = [url, str(tmp_path), str(keyring_file), s3.url, REGION, where]
    ended = subprocess.run([sys.executable, "-c", DYING, *arguments], timeout=60)
    assert ended.returncode == -signal.SIGKILL
    blobs = open_store(url, tmp_path, keyring, "intake", s3.settings())
    assert blobs.oldest_versions() == {}
    orphans = list(blobs.own_ids(_later()))
    assert len(orphans) == (1 if where == "key" else 0)
    assert list(blobs.own_ids(datetime.now(UTC) - timedelta(hours=1))) == []
    for blob_id in orphans:
        with pytest.raises(BlobGone):
            blobs.open(BlobRef(id=blob_id, size=20_000_000, sha256="", purpose="p"))
        blobs.destroy(blob_id)
    assert list(blobs.own_ids(_later())) == []
    assert not [path for path in (tmp_path / "blobs").glob("*/*/*/*") if path.is_file()]


def _later() -> datetime:
    return datetime.now(UTC) + timedelta(hours=1)
