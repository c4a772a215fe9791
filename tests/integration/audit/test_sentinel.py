"""Eight numbers planted where the system writes: eight are found, and no masking is certified until they are gone."""

import base64
import gzip
import json
import sqlite3
import zipfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import delete, insert

from cli.sentinel import look as look_at
from services.audit.jobs import JOBS
from services.audit.parts import AuditParts
from shared.crypto.signatures import verify
from shared.db import Work
from shared.events.matcher import BatchMasked
from shared.hosting import Service
from shared.people.check_digits import my_number_of, resident_code_of
from tests.integration.audit.conftest import Source, deliver
from tests.integration.audit.test_copies import get
from tests.integration.conftest import START, Host, staff

NUMBERS = [my_number_of(f"2345678901{digit}") for digit in range(8)]
CODE = resident_code_of("2345678901")
FULL = str.maketrans("0123456789", "０１２３４５６７８９")
CERTIFICATE = "/audit/v1/maskings/b-1/certificate"
ROUND = next(job for job in JOBS if job.name == "audit-sentinel")


def parts_of(audit: Service) -> AuditParts:
    assert isinstance(audit.parts, AuditParts)
    return audit.parts


def event_row(number: str) -> dict[str, Any]:
    body = json.dumps({"data": {"note": number}}).encode()
    return {"event_id": number[:8], "type": "t", "subject": "s", "body": body}


def plant_rows(work: Work) -> None:
    """One in the outbox (queue), one in a parked event of the inbox."""
    tables = parts_plumbing(work)
    work.session.connection().execute(insert(tables.outbox).values(**event_row(NUMBERS[0]), made_at=work.now))
    parked = {"status": "parked", "next_at": work.now, "received_at": work.now}
    work.session.connection().execute(insert(tables.inbox).values(**event_row(NUMBERS[1]), **parked))


def parts_plumbing(work: Work) -> Any:
    return work._plumbing


def plant_files(root: Path) -> list[Path]:
    """Log, trace, dump, temp, label, export: each written as such a file would be."""
    planted = {
        "logs/audit.log": json.dumps({"event": "x", "cause": NUMBERS[2]}).encode(),
        "traces/spans.json": json.dumps({"attributes": {"n": NUMBERS[3].translate(FULL)}}).encode(),
        "dumps/matcher.sql.gz": gzip.compress(f"COPY held FROM stdin;\n1\t{NUMBERS[4]}\n".encode()),
        "tmp/upload.part": f"空蝉　{NUMBERS[5]}".encode("utf-16-le"),
        "labels/0001.svg": f"<text>{NUMBERS[6].translate(FULL)}</text>".encode(),
        "exports/list.csv": f"連番,番号\r\n1,{NUMBERS[7].translate(FULL)}\r\n".encode("cp932"),
    }
    for name, data in planted.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(data)
    return [root / name for name in planted]


async def certificate(host: Host) -> Any:
    async with host.client("audit", staff("auditor")) as client:
        return await client.get(CERTIFICATE)


async def one_round(parts: AuditParts, host: Host) -> dict[str, int]:
    host.clock.set(host.clock.now() + timedelta(minutes=1))
    return dict(await ROUND.run(parts, host.clock.now()))


async def test_eight_are_planted_eight_are_found_and_the_certificate_is_refused(audit: Service, host: Host) -> None:
    parts, now = parts_of(audit), START + timedelta(minutes=5)
    masked = BatchMasked(batch_id="b-1", cycle="2026-06-B", kind="my_number", numbers=3)
    await parts.db.write(lambda work: work.announce(masked, subject="b-1"))
    await host.idle()
    assert (await certificate(host)).json()["code"] == "sentinel-waiting"
    assert await ROUND.next_due(parts, now) == now
    await parts.db.write(plant_rows)
    files = plant_files(host.kit.data_dir)
    await one_round(parts, host)
    (run,) = (await get(host, "/audit/v1/sentinel-runs"))["items"]
    rows = {each["where"] for each in run["found"] if each["where"] in ("outbox.body", "inbox.body")}
    places = {each["place"].split("/", 1)[1] for each in run["found"] if each["where"] not in rows}
    assert len(rows) + len({path for path in files if path.relative_to(host.kit.data_dir).as_posix() in places}) == 8
    assert not [number for number in NUMBERS if number in json.dumps(run)]
    refused = await certificate(host)
    assert (refused.status_code, refused.json()["code"]) == (409, "number-in-clear")
    (alarm,) = (await get(host, "/audit/v1/alarms", state="open"))["items"]
    assert alarm["kind"] == "number-in-clear"
    await take_away(parts, files)
    assert (await one_round(parts, host))["found"] == 0
    shown = (await certificate(host)).json()
    assert (shown["statement"]["numbers"], shown["statement"]["found"]) == (3, 0)
    signature, key = (base64.b64decode(shown[name]) for name in ("signature", "public_key"))
    assert verify(key, signature, orjson.dumps(shown["statement"], option=orjson.OPT_SORT_KEYS))
    assert await ROUND.next_due(parts, host.clock.now()) is None
    assert await ROUND.next_due(parts, host.clock.now() + timedelta(hours=24)) is not None


async def take_away(parts: AuditParts, files: list[Path]) -> None:
    for path in files:
        path.unlink()

    def clear(work: Work) -> None:
        tables = parts_plumbing(work)
        work.session.connection().execute(delete(tables.outbox))
        work.session.connection().execute(delete(tables.inbox).where(tables.inbox.c.status == "parked"))

    await parts.db.write(clear)
    if parts.db.engine.dialect.name == "sqlite":  # what is deleted stands in the write-ahead log until then
        with closing(sqlite3.connect(str(parts.db.engine.url.database))) as file:
            file.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def test_a_code_in_a_file_name_a_zip_or_a_database_is_found(tmp_path: Path) -> None:
    (tmp_path / f"{CODE}.txt").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b.csv", f"x,{CODE}\n" * 50)
    with sqlite3.connect(tmp_path / "c.sqlite3") as db:
        db.execute("CREATE TABLE dispatch (tracking_number TEXT, note TEXT)")
        db.execute("INSERT INTO dispatch VALUES (?, ?)", (NUMBERS[0], NUMBERS[0]))
        db.execute("INSERT INTO dispatch VALUES (?, ?)", ("1", CODE))
    looked = look_at([tmp_path], distributed=False, canaries=None, note=lambda size: None)
    where = {(each.place.rsplit("/", 1)[1], each.where) for each in looked.found}
    assert where >= {("*.txt", "file name"), ("a.zip", "unpacked"), ("c.sqlite3", "dispatch.note")}
    assert {each.kind for each in looked.found} == {"resident_code"}


def test_what_cannot_be_read_is_not_clean(tmp_path: Path) -> None:
    (tmp_path / "torn.gz").write_bytes(gzip.compress(b"x" * 1000)[:-9])
    (tmp_path / "no.sqlite3").write_bytes(b"no database at all" * 100)
    looked = look_at([tmp_path], distributed=False, canaries=None, note=lambda size: None)
    assert len(looked.unread) == 2
    assert not looked.clean


async def test_a_quiet_house_is_clean(audit: Service, host: Host) -> None:
    await deliver(parts_of(audit), Source("intake").make(300))
    done = await one_round(parts_of(audit), host)
    assert (done["found"], done["unread"]) == (0, 0)
    assert done["values"] + done["files"] > 0
