"""A house with authority in it, its registers filled, its tokens checked with its own published keys."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import pytest_asyncio
from sqlalchemy import select, union

from services.authority.app import create_service
from services.authority.parts import AuthorityParts
from services.authority.settings import AuthoritySettings
from services.authority.usecases.load_bootstrap import load_bootstrap
from shared.auth.tokens import TokenIssuer, TokenVerifier
from shared.calendar.clock import FixedClock
from shared.crypto.keyring import Keyring
from shared.crypto.published import TOKENS, KeyringKeys
from shared.hosting import Kit
from tests.integration.conftest import Host

START = datetime(2026, 6, 1, 0, 0, tzinfo=UTC)
DAYS = {"roster_from": date(2026, 4, 1), "pledged_on": date(2026, 4, 1), "trained_on": date(2026, 4, 10)}


def person(staff_id: str, team: str, **more: Any) -> dict[str, Any]:
    """A row of the staff register; the password is the id and a word."""
    return {
        "id": staff_id,
        "name": f"試験 {staff_id}",
        "team": team,
        "password": f"{staff_id}-password",
        **DAYS,
        **more,
    }


def machine(equipment_id: str, equipment_class: str, place: str) -> dict[str, Any]:
    """A row of the equipment register."""
    return {"id": equipment_id, "class": equipment_class, "place": place, "secret": f"{equipment_id}-secret-word"}


BOOTSTRAP: dict[str, Any] = {
    "staff": [
        *(person(f"{team}-{number}", team) for team in ("clerk", "operator", "supervisor") for number in (1, 2)),
        *(person(f"{team}-1", team) for team in ("auditor", "ops", "admin")),
        person("unpledged", "clerk", pledged_on=None),
        person("untrained", "clerk", trained_on=None),
        person("trained-long-ago", "clerk", trained_on=date(2025, 5, 31)),
        person("not-yet", "clerk", roster_from=date(2026, 6, 2)),
        person("no-longer", "clerk", roster_to=date(2026, 5, 31)),
    ],
    "equipment": [machine("pc", "office_pc", "office"), machine("server", "registry_server", "security_room")],
    "clients": [
        {"id": "portal", "plans": ["*"], "secret": "portal-secret"},
        {"id": "one-plan", "plans": ["00012345"], "secret": "one-plan-secret"},
    ],
}


@dataclass
class Authority:
    """Authority under test."""

    host: Host
    parts: AuthorityParts
    machine: FixedClock

    @property
    def http(self) -> httpx.AsyncClient:
        """A client without a token."""
        return self.host.client("authority", None)

    async def sign_in(self, staff_id: str, equipment: str = "pc", **more: Any) -> httpx.Response:
        """The answer to a sign-in."""
        async with self.http as http:
            return await http.post("/authority/v1/sessions", json=self.credentials(staff_id, equipment) | more)

    @staticmethod
    def credentials(staff_id: str, equipment: str = "pc") -> dict[str, str]:
        """What that person types at that piece of equipment."""
        return {
            "staff_id": staff_id,
            "password": f"{staff_id}-password",
            "equipment_id": equipment,
            "equipment_secret": f"{equipment}-secret-word",
        }

    async def client_of(self, staff_id: str, **headers: str) -> httpx.AsyncClient:
        """An HTTP client with that person's token."""
        answer = await self.sign_in(staff_id)
        assert answer.status_code == 200, answer.text
        http = self.host.client("authority", None, **headers)
        http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return http

    async def token(self, **form: str) -> httpx.Response:
        """The answer of the token endpoint."""
        async with self.http as http:
            return await http.post("/authority/v1/token", data={"grant_type": "client_credentials"} | form)


def records(parts: AuthorityParts) -> list[dict[str, Any]]:
    """The access records made so far."""
    trail = parts.db.plumbing.trail
    bodies = select(trail.c.body).order_by(trail.c.sequence)
    return [
        orjson.loads(row.body) for row in parts.db.read_now(lambda session: session.connection().execute(bodies).all())
    ]


def announced(parts: AuthorityParts) -> list[str]:
    """The types of the events made so far, on their way or arrived."""
    outbox, inbox = parts.db.plumbing.outbox, parts.db.plumbing.inbox
    query = union(select(outbox.c.event_id, outbox.c.type), select(inbox.c.event_id, inbox.c.type))
    return [row.type for row in parts.db.read_now(lambda session: session.connection().execute(query).all())]


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the registers filled; made once, because good password hashing is slow."""
    place = tmp_path_factory.mktemp("filled")
    kit = kit_of(place, Keyring.create(place / "keys" / "keyring.json"), "demo")
    service = create_service(AuthoritySettings(), kit)
    assert isinstance(service.parts, AuthorityParts)
    assert load_bootstrap(service.parts, BOOTSTRAP) == {"staff": 14, "equipment": 2, "clients": 2}
    service.parts.db.close()
    return place


@pytest_asyncio.fixture
async def authority(filled: Path, tmp_path: Path) -> AsyncIterator[Authority]:
    place = tmp_path / "data"
    shutil.copytree(filled, place)
    async with open_authority(place, "demo") as one:
        yield one


@asynccontextmanager
async def open_authority(place: Path, mode: Any) -> AsyncIterator[Authority]:
    """Authority on a data directory that has keys."""
    keyring = Keyring.open(place / "keys" / "keyring.json")
    kit = kit_of(place, keyring, mode)
    service = create_service(AuthoritySettings(), kit)
    clock, machine_clock = kit.clock, FixedClock(datetime.now(UTC))
    assert isinstance(clock, FixedClock)
    assert isinstance(service.parts, AuthorityParts)
    parts = replace(service.parts, machine=machine_clock)
    service.app.state.parts = parts
    signer = keyring.signer(TOKENS)
    host = Host(kit, clock, TokenIssuer(signer.key_id, signer.private_key))
    await host.start(replace(service, parts=parts))
    try:
        yield Authority(host, parts, machine_clock)
    finally:
        await host.stop()


def kit_of(place: Path, keyring: Keyring, mode: Any) -> Kit:
    """What a host would give, with the business clock standing at the start."""
    tokens = TokenVerifier(KeyringKeys(keyring))
    return Kit(
        data_dir=place, keyring=keyring, clock=FixedClock(START), tokens=tokens, mode=mode, association="試験連合会"
    )
