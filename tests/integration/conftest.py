"""A data directory with real keys, real databases, real blobs and a clock that the test moves."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.auth.principals import Principal
from shared.auth.tokens import TokenIssuer, TokenVerifier
from shared.bus import Inbox, LocalBus
from shared.calendar.clock import FixedClock
from shared.crypto.keyring import Keyring
from shared.db.plumbing import insert_or_ignore
from shared.hosting import Kit, Service
from shared.hosting.house_events import HOUSE_EVENTS
from shared.ids import new_id
from tests.integration.stores import Databases, PostgresKit, Server

START = datetime(2026, 6, 1, 0, 0, tzinfo=UTC)
SERVICES = ("authority", "intake", "matcher", "media", "audit", "console")


class OneKey:
    """The verifying keys of a test's own issuer."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key

    def find(self, kid: str) -> Ed25519PublicKey | None:
        return self._key if kid == "test" else None


@dataclass
class Host:
    """Hosts the services under test on one local bus and lets a test call them as anybody."""

    kit: Kit
    clock: FixedClock
    issuer: TokenIssuer
    services: dict[str, Service] = field(default_factory=dict)
    bus: LocalBus | None = None

    async def start(self, *services: Service) -> None:
        self.services = {service.name: service for service in services}
        inboxes = {
            service.name: Inbox(
                service.parts.db,
                service.parts,
                {**HOUSE_EVENTS, **service.consumers},
                concurrency=service.concurrency,
            )
            for service in services
        }
        self.bus = LocalBus({service.name: service.parts.db for service in services}, inboxes)
        await self.bus.start()

    async def idle(self) -> None:
        assert self.bus is not None
        await self.bus.idle()

    async def stop(self) -> None:
        if self.bus is not None:
            await self.bus.stop()
        for service in self.services.values():
            service.parts.db.close()

    def token(self, principal: Principal) -> str:
        return self.issuer.issue(principal, audiences=SERVICES, seconds=600)

    def client(self, service: str, principal: Principal | None, **headers: str) -> httpx.AsyncClient:
        """An HTTP client of one service, signed in as `principal`; headers as purpose=, case=, approval=."""
        sent = {f"Shokai-{name.capitalize()}": value for name, value in headers.items()}
        if principal is not None:
            sent["Authorization"] = f"Bearer {self.token(principal)}"
        transport = httpx.ASGITransport(app=self.services[service].app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://shokai", headers=sent)

    async def approve(self, service: str, action: str, object_id: str, requester: str) -> str:
        """An approval as it stands in a service's store after a second person decided."""
        approval_id = new_id()
        database = self.services[service].parts.db
        row = {
            "id": approval_id,
            "action": action,
            "object_id": object_id,
            "requester": requester,
            "approver": "second",
            "approved": True,
            "expires_at": datetime(2099, 1, 1, tzinfo=UTC),
        }
        statement = insert_or_ignore(database.plumbing.approval).values(row)
        await database.write(lambda work: work.session.connection().execute(statement) and None)
        return approval_id


def portal(*plans: str) -> Principal:
    """A plan's client."""
    return Principal(kind="client", id="portal", plans=frozenset(plans or {"*"}), token_id=new_id())


def staff(team: str, equipment_class: str = "office_pc", place: str = "office", name: str = "") -> Principal:
    """A staff member at a piece of equipment."""
    return Principal(
        kind="staff",
        id=name or f"{team}-1",
        team=team,
        equipment=f"{equipment_class}-1",
        equipment_class=equipment_class,
        place=place,
        token_id=new_id(),
    )


@pytest.fixture
def portal_of() -> Callable[..., Principal]:
    return portal


@pytest.fixture
def staff_of() -> Callable[..., Principal]:
    return staff


@pytest.fixture(scope="session")
def databases(postgres: Server) -> Databases:
    return Databases(postgres)


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> str:
    """Each test that asks for a host runs on both engines."""
    return str(request.param)


@pytest_asyncio.fixture
async def host(tmp_path: Path, store: str, request: pytest.FixtureRequest) -> AsyncIterator[Host]:
    clock = FixedClock(START)
    key = Ed25519PrivateKey.generate()
    stands_on: dict[str, Any] = {
        "data_dir": tmp_path,
        "keyring": Keyring.create(tmp_path / "keys" / "keyring.json"),
        "clock": clock,
        "tokens": TokenVerifier(OneKey(key.public_key())),
        "mode": "demo",
        "association": "試験連合会",
    }
    if store == "postgres":
        kit: Kit = PostgresKit(**stands_on, databases=request.getfixturevalue("databases"))
    else:
        kit = Kit(**stands_on)
    host = Host(kit, clock, TokenIssuer("test", key))
    yield host
    await host.stop()
