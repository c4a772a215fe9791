"""What an import does not take: bundles that were changed, targets that are in use, rows that do not fit."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from services.intake.app import SCHEMA as INTAKE
from shared.blobs.places import files_listed
from shared.crypto.keyring import Keyring
from shared.hosting.distributed import migrate_service
from tests.e2e.outside_server import shokai
from tests.integration.moving.conftest import Import
from tests.integration.moving.embedded import Moment
from tests.integration.moving.installation import Installation


def in_database(service: str, statement: str) -> Callable[[Path], None]:
    def spoil(bundle: Path) -> None:
        with closing(sqlite3.connect(bundle / "databases" / f"{service}.sqlite3")) as database:
            assert database.execute(statement).rowcount != 0
            database.commit()

    return spoil


def in_manifest(bundle: Path) -> None:
    """A row less, and a manifest that agrees with it: the signature does not."""
    said = json.loads((bundle / "manifest.json").read_text())
    said["databases"]["audit"]["tables"]["entry"]["held"]["rows"] -= 1
    (bundle / "manifest.json").write_text(json.dumps(said))


def in_a_blob(bundle: Path) -> None:
    place = next(path for path in sorted((bundle / "blobs" / "data").rglob("*.blob")))
    data = bytearray(place.read_bytes())
    data[5] ^= 1
    place.unlink()  # it may be the same file as in the data directory
    place.write_bytes(data)


def without_a_blob(bundle: Path) -> None:
    next((bundle / "blobs" / "data").rglob("*.blob")).unlink()


def without_a_key(bundle: Path) -> None:
    next((bundle / "blobs" / "keys").rglob("*.json")).unlink()


def without_a_database(bundle: Path) -> None:
    (bundle / "databases" / "media.sqlite3").write_bytes(b"nothing")


def in_the_log(folder: Path) -> None:
    """Another name in each published record that has it."""
    for place in [path for path in folder.rglob("*") if "entries" in path.parts and path.is_file()]:
        place.write_bytes(place.read_bytes().replace(b"operator-1", b"operator-2"))


SPOILT: list[tuple[Callable[[Path], None], str, dict[str, Any]]] = [
    (
        in_database("intake", "UPDATE request SET accepted = accepted + 1"),
        "bundle-altered",
        {"service": "intake", "table": "request"},
    ),
    (
        in_database("matcher", "DELETE FROM trail WHERE sequence = (SELECT max(sequence) FROM trail)"),
        "bundle-altered",
        {"service": "matcher", "table": "trail"},
    ),
    (
        in_database("audit", "UPDATE entry SET canonical = replace(canonical, 'operator-1', 'operator-2')"),
        "bundle-altered",
        {"service": "audit", "table": "entry"},
    ),
    (
        in_database("authority", "UPDATE staff SET roster_to = 'for ever'"),
        "bundle-altered",
        {"service": "authority", "table": "staff"},
    ),
    (
        in_database("media", "CREATE TABLE extra (id INTEGER)"),
        "bundle-altered",
        {"service": "media", "table": "extra"},
    ),
    (without_a_database, "bundle-altered", {"service": "media", "table": "media.sqlite3"}),
    (in_manifest, "bundle-altered", {"part": "manifest"}),
    (lambda bundle: in_the_log(bundle / "log"), "bundle-altered", {"part": "log"}),
    (without_a_blob, "bundle-altered", {"part": "blobs"}),
    (without_a_key, "bundle-altered", {"part": "blobs"}),
    (lambda bundle: (bundle / "manifest.json").unlink(), "not-a-bundle", {}),
    (lambda bundle: (bundle / "keys" / "keyring.json").unlink(), "keyring-missing", {}),
]


@pytest.mark.parametrize("at", range(len(SPOILT)))
def test_a_changed_bundle_is_refused_before_anything_is_touched(
    at: int, bundle: Path, installation: Installation, bring: Import
) -> None:
    spoil, code, facts = SPOILT[at]
    spoil(bundle)
    assert bring(bundle, expect=1) == {"refused": code, "facts": facts}
    assert not installation.folder.exists()
    with installation.connect("intake") as database:
        assert database.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_a_damaged_blob_is_named_and_nothing_can_start(bundle: Path, installation: Installation, bring: Import) -> None:
    in_a_blob(bundle)
    refused = bring(bundle, expect=1)
    assert refused["refused"] == "bundle-altered"
    assert refused["facts"]["blob"] in {blob_id for blob_id, _ in files_listed(bundle / "blobs", "data", "*")}
    assert b"unfinished" in installation.keyring_file.read_bytes()


@pytest.mark.parametrize("where", ["folder", "database"])
def test_a_log_that_does_not_verify_does_not_start(
    where: str, office: Moment, tmp_path: Path, installation: Installation, bring: Import
) -> None:
    """It was wrong before the export, which carries what there is."""
    if where == "folder":
        in_the_log(office.data_dir / "audit" / "log")
    else:
        with closing(sqlite3.connect(office.database("audit"))) as database:
            database.execute(
                "UPDATE entry SET canonical = CAST(replace(canonical, 'operator-1', 'operator-2') AS BLOB)"
            )
            database.commit()
    out = tmp_path / "out"
    shokai("export", "--data-dir", str(office.data_dir), "--out", str(out))
    refused = bring(out, expect=1)
    assert (refused["refused"], refused["facts"]["where"]) == ("log-not-verified", where)
    assert b"unfinished" in installation.keyring_file.read_bytes()


def a_row(installation: Installation) -> str:
    migrate_service(installation.settings, INTAKE)
    with installation.connect("intake") as database:
        database.execute(
            "INSERT INTO plan (number, name, kind, channel, contract_from, address, registered_at) "
            "VALUES ('1', 'a', 'DB', 'network', '2020-01-01', '', now())"
        )
    return "intake.plan"


def a_foreign_table(installation: Installation) -> str:
    with installation.connect("media") as database:
        database.execute("CREATE TABLE somebodys (id int)")
    return "media.somebodys"


def a_blob(installation: Installation) -> str:
    place = installation.folder / "blobs/data/intake/aa/01a20d22-8ea5-715c-a29e-15e1652b57aa.blob"
    place.parent.mkdir(parents=True)
    place.touch()
    assert list(files_listed(installation.folder / "blobs", "data", "*"))
    return "SHOKAI_BLOBS_URL"


def a_keyring(installation: Installation) -> str:
    Keyring.create(installation.keyring_file)
    return "SHOKAI_KEYS_DIR"


def a_log(installation: Installation) -> str:
    installation.log.mkdir(parents=True)
    (installation.log / "checkpoint").touch()
    return "SHOKAI_DATA_DIR"


def a_clock(installation: Installation) -> str:
    place = Path(installation.environment["SHOKAI_CLOCK_FILE"])
    place.parent.mkdir(parents=True)
    place.touch()
    return "SHOKAI_CLOCK_FILE"


@pytest.mark.parametrize("occupy", [a_row, a_foreign_table, a_blob, a_keyring, a_log, a_clock])
def test_a_target_in_use_is_left_alone(
    occupy: Callable[[Installation], str], bundle: Path, installation: Installation, bring: Import
) -> None:
    where = occupy(installation)
    assert bring(bundle, expect=1) == {"refused": "target-not-empty", "facts": {"where": where}}


def test_databases_that_are_migrated_already_are_empty(bundle: Path, installation: Installation, bring: Import) -> None:
    migrate_service(installation.settings, INTAKE)
    bring(bundle)


def test_settings_of_another_system_are_refused(
    bundle: Path, installation: Installation, bring: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.more = {"SHOKAI_MODE": "production"}
    assert bring(bundle, expect=1)["refused"] == "mode-differs"
    installation.more = {"SHOKAI_DATABASE_OWNER_URL": ""}
    assert bring(bundle, expect=1)["facts"] == {"name": "SHOKAI_DATABASE_OWNER_URL"}
    installation.more = {"SHOKAI_BLOBS_URL": "ftp://somewhere"}
    assert bring(bundle, expect=1)["facts"] == {"name": "SHOKAI_BLOBS_URL"}
    installation.more = {}
    monkeypatch.setenv("SHOKAI_AUDIT_LOG_ORIGIN", "another.example/log")
    assert bring(bundle, expect=1)["refused"] == "log-origin-fixed"


@pytest.mark.parametrize(
    ("table", "change", "sqlstate"),
    [
        ("plan", "name = printf('%.300c', 'x')", "22001"),
        ("plan", "name = 'a' || char(0)", "22021"),
        ("request", "file_size = 3000000000", "22003"),
    ],
)
def test_a_row_that_does_not_fit_is_named_by_its_table(
    table: str, change: str, sqlstate: str, office: Moment, tmp_path: Path, bring: Import, installation: Installation
) -> None:
    with closing(sqlite3.connect(office.database("intake"))) as database:
        database.execute(f"UPDATE {table} SET {change}")
        database.commit()
    out = tmp_path / "out"
    shokai("export", "--data-dir", str(office.data_dir), "--out", str(out))
    facts = {"service": "intake", "table": table, "sqlstate": sqlstate}
    assert bring(out, expect=1) == {"refused": "row-refused", "facts": facts}
    assert b"unfinished" in installation.keyring_file.read_bytes()
    with installation.connect("intake") as database:
        assert database.execute("SELECT count(*) FROM trail").fetchone() == (0,)


def test_a_bundle_of_newer_code_is_refused(office: Moment, tmp_path: Path, bring: Import) -> None:
    with closing(sqlite3.connect(office.database("media"))) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    out = tmp_path / "out"
    shokai("export", "--data-dir", str(office.data_dir), "--out", str(out))
    assert bring(out, expect=1) == {"refused": "bundle-newer", "facts": {"service": "media"}}
