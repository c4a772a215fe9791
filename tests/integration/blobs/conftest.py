"""A real HTTP endpoint that speaks S3, and stores of both kinds."""

import logging
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import boto3  # type: ignore[import-untyped]
import pytest
from moto.server import ThreadedMotoServer

from shared.blobs.store import BlobStore
from shared.crypto.keyring import Keyring
from tests.integration.blobs.line import Line
from tests.integration.blobs.places import BUCKET, REGION, S3, BucketPlace, FolderPlace, Place


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    client = boto3.client(
        "s3", endpoint_url=f"http://{host}:{port}", region_name=REGION, aws_access_key_id="a", aws_secret_access_key="b"
    )
    client.create_bucket(Bucket=BUCKET)
    yield S3(host, port, client)
    client.close()
    server.stop()


@pytest.fixture
def line(s3: S3) -> Iterator[Line]:
    between = Line(s3.host, s3.port)
    yield between
    between.close()


@pytest.fixture
def prefix() -> str:
    return f"test/{uuid4()}"


@pytest.fixture
def keyring_file(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "keyring.json"


@pytest.fixture
def keyring(keyring_file: Path) -> Keyring:
    return Keyring.create(keyring_file)


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path, keyring: Keyring, keyring_file: Path) -> Place:
    if request.param == "folder":
        return FolderPlace(tmp_path / "blobs", keyring_file)
    s3, prefix = request.getfixturevalue("s3"), request.getfixturevalue("prefix")
    return BucketPlace(s3, prefix, tmp_path / "keys", keyring_file)


@pytest.fixture
def blobs(place: Place) -> BlobStore:
    return place.blobs()
