"""One data directory in the middle of a cycle for all tests, its bundle, and an empty installation for each."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.outside_server import shokai
from tests.integration.blobs.conftest import s3 as s3
from tests.integration.moving import embedded
from tests.integration.moving.embedded import Moment
from tests.integration.moving.installation import Installation
from tests.integration.stores import Server

Import = Callable[..., Any]


@pytest.fixture(scope="session")
def moment(tmp_path_factory: pytest.TempPathFactory) -> Moment:
    return embedded.make(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="session")
def bundled(moment: Moment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("moving") / "bundle"
    shokai("export", "--data-dir", str(moment.data_dir), "--out", str(out))
    return out


@pytest.fixture
def bundle(bundled: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(bundled, tmp_path / "bundle"))


@pytest.fixture
def office(moment: Moment, tmp_path: Path) -> Moment:
    """A copy of the directory that a test may change."""
    data_dir = Path(shutil.copytree(moment.data_dir, tmp_path / "office"))
    return Moment(data_dir, moment.request, moment.late_request, moment.batch)


@pytest.fixture
def installation(postgres: Server, tmp_path: Path) -> Iterator[Installation]:
    made = Installation(postgres, tmp_path / "installation")
    yield made
    made.drop()


@pytest.fixture
def bring(installation: Installation) -> Import:
    """`shokai import` to its end; what it printed."""

    def run(bundle: Path, *more: str, expect: int = 0) -> Any:
        with installation.importing(bundle, *more) as process:
            said = process.communicate(timeout=300)[0]
        assert process.returncode == expect, said
        return json.loads(said)

    return run
