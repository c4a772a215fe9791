"""An office moves in the middle of a cycle: nothing is lost, the cycle goes on, the log verifies across."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, select

import services.intake.migrations.versions as intake_versions
from cli.verify import verify_log
from shared.crypto.keyring import Keyring
from tests.e2e.outside_client import portal, staff
from tests.e2e.outside_server import Server, shokai
from tests.e2e.outside_work import decide_reviews, fetch, release
from tests.integration.blobs.places import BUCKET, REGION, S3
from tests.integration.moving.conftest import Import
from tests.integration.moving.embedded import ASKED, LATE_PLAN, PLAN, SCHEMAS, Moment
from tests.integration.moving.installation import Installation
from tests.integration.stores import Server as PostgresServer

VERSIONS = Path(intake_versions.__file__).parent
LATER_TABLES = ("room_presence", "hold")


def test_the_directory_is_in_the_middle_of_things(moment: Moment) -> None:
    """Otherwise the tests below would say little."""
    assert moment.count("intake", "inbox WHERE status = 'pending'")
    assert moment.count("matcher", "outbox")
    assert all(moment.count(name, "trail WHERE sent_at IS NULL") for name in ("intake", "matcher", "authority"))
    assert moment.count("matcher", "batch WHERE state = 'answering' OR state = 'handed_over'")


def test_every_row_is_there(moment: Moment, bundle: Path, installation: Installation, bring: Import) -> None:
    """Compared by the tables in the code, on both engines."""
    told = bring(bundle)
    assert told["references"]["open"] > 0
    assert told["references"]["damaged"] == 0
    for name, schema in SCHEMAS.items():
        old = create_engine(f"sqlite:///{moment.database(name)}")
        new = create_engine("postgresql+psycopg://", creator=lambda name=name: installation.connect(name))
        with old.connect() as before, new.connect() as after:
            for table in schema.metadata.sorted_tables:
                columns = [column for column in table.columns if not column.name.startswith("claimed_")]
                key = [column.name for column in table.primary_key.columns]
                rows = [
                    sorted(
                        (dict(row._mapping) for row in each.execute(select(*columns))),
                        key=lambda row: tuple(row[part] for part in key),
                    )
                    for each in (before, after)
                ]
                assert rows[0] == rows[1], f"{name}.{table.name}"
                for column in columns:
                    empty = [
                        len(each.execute(select(1).select_from(table).where(column.is_(None))).all())
                        for each in (before, after)
                    ]
                    assert empty[0] == empty[1], f"{name}.{table.name}.{column.name}: NULL and JSON null are mixed up"
        old.dispose()
        new.dispose()


def test_nobody_holds_a_claim_afterwards(office: Moment, tmp_path: Path, installation: Installation) -> None:
    with closing(sqlite3.connect(office.database("intake"))) as database:
        database.execute("UPDATE inbox SET claimed_by = 'somebody', claimed_until = '2026-06-15 00:00:00.000000'")
        database.commit()
    out = tmp_path / "out"
    shokai("export", "--data-dir", str(office.data_dir), "--out", str(out))
    with installation.importing(out) as process:
        assert process.wait(timeout=300) == 0
    with installation.connect("intake") as database:
        held = database.execute("SELECT count(*) FROM inbox WHERE claimed_by <> '' OR claimed_until IS NOT NULL")
        assert held.fetchone() == (0,)


def test_roles_have_what_migrations_grant_and_no_more(bundle: Path, installation: Installation, bring: Import) -> None:
    bring(bundle)
    with installation.connect("matcher", "move_matcher") as database:
        assert database.execute("SELECT count(*) FROM trail").fetchone()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            database.execute("DELETE FROM trail")
        database.execute("INSERT INTO held (inquiry_number, plan_number, person, sealed) VALUES ('X', 'Y', 'Z', 'Z')")


def test_numbers_of_rows_that_are_gone_do_not_come_back(
    moment: Moment, bundle: Path, installation: Installation, bring: Import
) -> None:
    bring(bundle)
    with closing(sqlite3.connect(moment.database("intake"))) as database:
        last = dict(database.execute("SELECT name, seq FROM sqlite_sequence").fetchall())
    assert moment.count("intake", "outbox") < last["outbox"]
    with installation.connect("intake") as database:
        for table in ("outbox", "inbox", "request_history"):
            number = database.execute(f"SELECT nextval(pg_get_serial_sequence('{table}', 'position'))").fetchone()
            expected = last.get(table) or moment.count("intake", table)
            assert number == (expected + 1,), table


def test_the_cycle_goes_on(moment: Moment, bundle: Path, installation: Installation, bring: Import) -> None:
    told = bring(bundle)
    before = (installation.log / "checkpoint").read_text()
    with installation.running() as running:
        address = running.address
        operator = staff(address, "operator-1")
        operator.until(f"/matcher/v1/batches/{moment.batch}", "in_review", "releasable")
        decide_reviews(address, moment.batch, lambda shown: True)
        release(address, moment.batch)
        reply = fetch(portal(address), moment.request, "cp932")
        assert {row[1] for row in reply.records} == {case.member for case in ASKED}
        late = portal(address, "other-portal", "other-secret-of-the-walk")
        done = late.until(f"/intake/v1/requests/{moment.late_request}", "accepted")
        assert done["counts"] == {"received": 3, "accepted": 3, "rejected": 0}
        running.jobs_until("2026-06-30T23:59:59+09:00")
        assert late.get(f"/intake/v1/requests/{moment.late_request}")["state"] in ("closed", "inquired")
        assert operator.get(f"/matcher/v1/inquiry-numbers/count?plan_number={PLAN}")["count"] > 0
        running.jobs_until("2026-07-01T12:00:00+09:00")
    key = (installation.log / "public-key").read_text()
    verdict = verify_log(installation.log, key, earlier=[before])
    assert verdict.ok, verdict.findings
    assert verdict.size > told["log"]["size"]
    assert verdict.origin == told["log"]["origin"]


def test_into_a_bucket(bundle: Path, postgres: PostgresServer, tmp_path: Path, s3: S3, moment: Moment) -> None:
    for name, text in (("access", "a"), ("secret", "b")):
        (tmp_path / name).write_text(text)
    bucket = {
        "SHOKAI_BLOBS_URL": f"s3://{BUCKET}/{tmp_path.name}",
        "SHOKAI_S3_ENDPOINT": s3.url,
        "SHOKAI_S3_REGION": REGION,
        "SHOKAI_S3_ACCESS_KEY_FILE": str(tmp_path / "access"),
        "SHOKAI_S3_SECRET_KEY_FILE": str(tmp_path / "secret"),
    }
    installation = Installation(postgres, tmp_path / "installation", bucket)
    try:
        with installation.importing(bundle) as process:
            assert process.wait(timeout=300) == 0
        assert s3.client.list_objects_v2(Bucket=BUCKET, Prefix=f"{tmp_path.name}/data/")["KeyCount"] > 0
        with installation.running() as running:
            operator = staff(running.address, "operator-1")
            operator.until(f"/matcher/v1/batches/{moment.batch}", "in_review", "releasable")
            assert decide_reviews(running.address, moment.batch, lambda shown: True)
    finally:
        installation.drop()


def test_from_an_older_revision(office: Moment, tmp_path: Path, bring: Import, installation: Installation) -> None:
    with closing(sqlite3.connect(office.database("intake"))) as database:
        for column in ("claimed_until", "claimed_by"):
            database.execute(f"ALTER TABLE inbox DROP COLUMN {column}")
        database.execute("ALTER TABLE request DROP COLUMN finding_counts")
        for table in LATER_TABLES:
            database.execute(f"DROP TABLE {table}")
        database.execute("UPDATE alembic_version SET version_num = '0001'")
        database.commit()
    out = tmp_path / "out"
    shokai("export", "--data-dir", str(office.data_dir), "--out", str(out))
    told = bring(out)
    newest = max(path.name[:4] for path in VERSIONS.glob("[0-9]*.py"))
    with installation.connect("intake") as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchone() == (newest,)
        found = database.execute("SELECT count(*) FROM inbox WHERE claimed_by = ''").fetchone()
    assert found == (office.count("intake", "inbox"),)
    assert told["rows"]["intake"] > 0


def test_with_the_keyring_carried_apart(
    office: Moment, tmp_path: Path, bring: Import, installation: Installation
) -> None:
    out = tmp_path / "out"
    told = shokai("export", "--data-dir", str(office.data_dir), "--out", str(out), "--without-keyring")
    assert not told["keyring"]
    assert not list(out.rglob("keyring.json"))
    assert bring(out, expect=1)["refused"] == "keyring-missing"
    Keyring.create(tmp_path / "other" / "keyring.json")
    other = bring(out, "--keyring", str(tmp_path / "other" / "keyring.json"), expect=1)
    assert (other["refused"], other["facts"]) == ("bundle-altered", {"part": "manifest"})
    bring(out, "--keyring", str(office.data_dir / "keys" / "keyring.json"))
    assert Keyring.open(installation.keyring_file).list()


def test_a_bundle_is_for_its_owner_only(bundled: Path) -> None:
    assert bundled.stat().st_mode & 0o077 == 0
    assert not [path for path in bundled.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]
    data = b"".join(path.read_bytes() for path in bundled.rglob("*") if path.is_file())
    assert "佐藤".encode() not in data
    assert "ｻﾄｳ".encode() not in data


def test_a_final_export_closes_the_directory(office: Moment, tmp_path: Path) -> None:
    arguments = ("export", "--data-dir", str(office.data_dir), "--out", str(tmp_path / "out"))
    told = shokai(*arguments, "--final")
    assert told["closed"]
    refused: Any = shokai("serve", "--data-dir", str(office.data_dir), "--port", "0", expect=1)
    assert refused["refused"] == "data-dir-missing"


def test_a_directory_in_use_is_not_exported(office: Moment, tmp_path: Path) -> None:
    server = Server(office.data_dir)
    server.start()
    try:
        arguments = ("export", "--data-dir", str(office.data_dir), "--out", str(tmp_path / "out"))
        assert shokai(*arguments, expect=1)["refused"] == "data-dir-in-use"
        assert not (tmp_path / "out").exists()
    finally:
        server.stop()


def test_nothing_is_overwritten_by_an_export(moment: Moment, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    arguments = ("export", "--data-dir", str(moment.data_dir), "--out", str(tmp_path))
    assert shokai(*arguments, expect=1)["refused"] == "folder-exists"
    assert (tmp_path / "letter.txt").read_text() == "mine"
    assert LATE_PLAN
