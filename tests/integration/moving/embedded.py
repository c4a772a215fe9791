"""A data directory in the middle of a cycle: a batch handed over, an answer just in, events on their way."""

import asyncio
import hashlib
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from cli.embedded import Embedded
from services.audit.app import SCHEMA as AUDIT
from services.authority.app import SCHEMA as AUTHORITY
from services.intake.app import SCHEMA as INTAKE
from services.matcher.app import SCHEMA as MATCHER
from services.media.app import SCHEMA as MEDIA
from shared.bus.relay import Relay
from tests.e2e.outside_client import STAFF, bootstrap, portal, send, with_purpose
from tests.e2e.outside_disc import receive_disc
from tests.e2e.outside_files import answer_file, request_file
from tests.e2e.outside_people import CASES, country
from tests.e2e.outside_server import Server, shokai
from tests.e2e.outside_work import batches, carry_out

SCHEMAS = {schema.service: schema for schema in (AUTHORITY, INTAKE, MATCHER, MEDIA, AUDIT)}
PLAN, DISC_PLAN, LATE_PLAN = "00012345", "00023456", "00034567"
CUTOFF = "2026-06-15T23:59:59+09:00"
ASKED = [case for case in CASES if not case.codes]


@dataclass(frozen=True)
class Moment:
    """What the people on the outside know at the moment of the move."""

    data_dir: Path
    request: str
    late_request: str
    batch: str

    def database(self, service: str) -> Path:
        return self.data_dir / service / f"{service}.sqlite3"

    def count(self, service: str, question: str) -> int:
        with closing(sqlite3.connect(self.database(service))) as database:
            return int(database.execute(f"SELECT count(*) FROM {question}").fetchone()[0])


def make(folder: Path) -> Moment:
    """Works up to that moment, the last steps without a bus, so that they stay half done."""
    (folder / "bootstrap.toml").write_text(bootstrap(), "utf-8")
    data_dir = folder / "data"
    shokai("init", "--data-dir", str(data_dir), "--from", str(folder / "bootstrap.toml"))
    server = Server(data_dir)
    server.start()
    try:
        address = server.address
        data = request_file(PLAN, "provisional", "20260601", [case.row for case in CASES])
        plan = portal(address)
        request = send(plan, PLAN, "provisional", data, len(CASES))
        plan.until(f"/intake/v1/requests/{request}", "accepted")
        disc = request_file(DISC_PLAN, "provisional", "20260602", [case.row for case in ASKED[:2]])
        receive_disc(address, DISC_PLAN, {f"S{DISC_PLAN}_1_20260602_001.csv": disc})
        server.jobs_until(CUTOFF)
        (batch,) = batches(address, "2026-06-A").values()
        header, asked = carry_out(address, batch["id"])
    finally:
        server.stop()
    answer = answer_file(header, country().answers(header[2], asked), "2026-06-18T10:00:00+09:00", "20260618")
    late = asyncio.run(_half_done(data_dir, batch["id"], answer))
    return Moment(data_dir, request, late, batch["id"])


async def _half_done(data_dir: Path, batch: str, answer: bytes) -> str:
    """An answer that waits in the outbox, and a request's file that waits in the inbox."""
    embedded = Embedded.open(data_dir)
    transport = httpx.ASGITransport(app=embedded.app)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://inside") as http:
            late = await _send_late(http)
            await _relay(embedded, "intake")
            token = await _sign_in(http, "operator-1")
            path = f"/matcher/v1/batches/{batch}/answer-file"
            sent = await http.put(path, content=answer, headers=token | with_purpose("jlis-exchange", batch))
            assert sent.status_code == 202, sent.text
        return late
    finally:
        embedded.close()


async def _send_late(http: httpx.AsyncClient) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": "other-portal",
        "client_secret": "other-secret-of-the-walk",
    }
    token = (await http.post("/authority/v1/token", data=form)).json()["access_token"]
    signed = {"Authorization": f"Bearer {token}"}
    data = request_file(LATE_PLAN, "provisional", "20260617", [case.row for case in ASKED[:3]])
    registration: dict[str, Any] = {
        "plan_number": LATE_PLAN,
        "kind": "provisional",
        "record_count": 3,
        "sha256": hashlib.sha256(data).hexdigest(),
        "form": {"date": "2026-06-17", "contact": "企画課"},
    }
    made = await http.post("/intake/v1/requests", json=registration, headers=signed | {"Idempotency-Key": "late"})
    assert made.status_code == 201, made.text
    request = str(made.json()["id"])
    put = await http.put(f"/intake/v1/requests/{request}/file", content=data, headers=signed)
    assert put.status_code == 202, put.text
    return request


async def _sign_in(http: httpx.AsyncClient, staff_id: str) -> dict[str, str]:
    equipment = STAFF[staff_id][1]
    body = {
        "staff_id": staff_id,
        "password": f"password-of-{staff_id}",
        "equipment_id": equipment,
        "equipment_secret": f"secret-of-{equipment}",
    }
    answer = await http.post("/authority/v1/sessions", json=body)
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def _relay(embedded: Embedded, service: str) -> None:
    """Its events go into the inboxes, where nobody handles them."""
    relay = Relay(embedded.services[service].parts.db, embedded._bus._send)
    while await relay._events():
        pass
