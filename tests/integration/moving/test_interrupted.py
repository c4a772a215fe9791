"""An import that is cut off, at any point: nothing can start on what it leaves, and the second run ends well."""

import signal
import time
from pathlib import Path
from typing import Any

import pytest

from cli.moving.blobs import Destination
from cli.moving.bundle import Bundle
from cli.moving.importing import Import as Importing
from cli.moving.target import Target
from cli.output import Output
from shared.crypto.errors import KeyringDamaged
from shared.crypto.keyring import Keyring
from shared.hosting.distributed import migrate_service
from shared.hosting.installation import prepare
from tests.e2e.outside_client import staff
from tests.integration.moving.conftest import Import
from tests.integration.moving.embedded import SCHEMAS, Moment
from tests.integration.moving.installation import Installation


class CutOff(Exception):
    """The machine went away."""


def test_killed_while_it_copies(moment: Moment, bundle: Path, installation: Installation, bring: Import) -> None:
    """kill -9 while a table waits to be filled: first of the first service, then of the fourth."""
    for service in ("authority", "media"):
        kill_before_filling(installation, bundle, service)
        nothing_can_start(installation)
    with installation.connect("matcher") as matcher, installation.connect("media") as media:
        assert matcher.execute("SELECT count(*) FROM trail").fetchone() != (0,)
        assert media.execute("SELECT count(*) FROM trail").fetchone() == (0,)
    told = bring(bundle)
    assert told["references"]["open"] > 0
    with installation.connect("matcher") as matcher:
        assert matcher.execute("SELECT count(*) FROM outbox").fetchone() == (moment.count("matcher", "outbox"),)
        assert matcher.execute("SELECT obj_description('alembic_version'::regclass)").fetchone() == (None,)
    with installation.running() as running:
        operator = staff(running.address, "operator-1")
        operator.until(f"/matcher/v1/batches/{moment.batch}", "in_review", "releasable")


@pytest.mark.parametrize(
    ("place", "name"), [(Destination, "_put_small"), (Importing, "_verify"), (Target, "finish")], ids=lambda x: str(x)
)
def test_cut_off_later(
    place: type, name: str, bundle: Path, installation: Installation, bring: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Among the blobs, before the verification, before the keyring."""
    whole, calls = getattr(place, name), []

    def cut_off(self: Any, *given: Any) -> Any:
        calls.append(given)
        if name == "_put_small" and len(calls) < 5:
            return whole(self, *given)
        raise CutOff

    with monkeypatch.context() as patched:
        patched.setattr(place, name, cut_off)
        with pytest.raises(CutOff):
            Importing(Bundle(bundle), Bundle(bundle).keyring_file, installation.settings, Output(as_json=True)).run()
    nothing_can_start(installation)
    (installation.folder / "blobs" / "data" / "intake" / "00").mkdir(parents=True, exist_ok=True)
    (installation.folder / "blobs" / "data" / "intake" / "00" / ".half.blob").write_bytes(b"half")
    bring(bundle)
    assert Keyring.open(installation.keyring_file).list()
    assert name == "finish" or not list(installation.folder.glob("blobs/data/*/*/.*"))
    assert bring(bundle, expect=1)["refused"] == "already-imported"


def kill_before_filling(installation: Installation, bundle: Path, service: str) -> None:
    """Another session holds a table of that service against writers; the import is killed when it waits there."""
    migrate_service(installation.settings, SCHEMAS[service])
    with installation.connect(service) as holder:
        holder.autocommit = False
        holder.execute("LOCK TABLE trail IN SHARE MODE")
        with installation.importing(bundle) as process:
            wait_until_it_waits(installation, service)
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=60)
        holder.rollback()


def wait_until_it_waits(installation: Installation, service: str) -> None:
    """Until a session of that database waits for a lock."""
    here = "(SELECT oid FROM pg_database WHERE datname = current_database())"
    waiting = f"SELECT count(*) FROM pg_locks WHERE NOT granted AND database = {here}"
    end = time.monotonic() + 120
    with installation.connect(service) as looker:
        while time.monotonic() < end:
            if looker.execute(waiting.encode()).fetchone() != (0,):
                return
            time.sleep(0.05)
    raise AssertionError("it never came there")


def nothing_can_start(installation: Installation) -> None:
    """Neither a service nor the first step of a fresh installation takes the note for a keyring."""
    prepare(installation.settings, {})
    with pytest.raises(KeyringDamaged):
        Keyring.open(installation.keyring_file)
