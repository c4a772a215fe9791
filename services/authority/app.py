"""Puts authority together; the only place that knows all its rooms."""

from pathlib import Path
from typing import Final

from services.authority.api import approvals, clients, equipment, keys, matrices, passkeys, sessions, staff, token
from services.authority.jobs import JOBS
from services.authority.parts import AuthorityParts
from services.authority.settings import AuthoritySettings
from services.authority.storage.tables import PLUMBING, AuthorityTable
from shared.crypto.published import TOKENS
from shared.db import Schema
from shared.hosting import Kit, Service
from shared.hosting.parked_routes import parked_routes
from shared.http import service_app

NAME: Final = "authority"
SCHEMA: Final = Schema(NAME, AuthorityTable.metadata, PLUMBING, "services.authority.migrations")
ROUTERS: Final = tuple(
    module.router for module in (token, sessions, passkeys, approvals, staff, equipment, clients, matrices, keys)
)


def create_service(settings: AuthoritySettings, kit: Kit) -> Service:
    """Authority on what its host gives it."""
    parts = create_parts(settings, kit)
    problems = Path(__file__).parent / "api" / "problems.toml"
    app = service_app(
        parts,
        title="Shokai authority",
        problems=problems,
        routers=(*ROUTERS, parked_routes(NAME, {})),
        tokens=kit.tokens,
    )
    return Service(app=app, parts=parts, consumers={}, jobs=JOBS)


def create_parts(settings: AuthoritySettings, kit: Kit) -> AuthorityParts:
    """The stores of authority without its HTTP face, for the command line; the signing key is there from the start."""
    database = kit.database(SCHEMA)
    kit.keyring.signer(TOKENS)
    return AuthorityParts(
        name=NAME,
        db=database,
        blobs=kit.blobs(NAME),
        keyring=kit.keyring,
        clock=kit.clock,
        settings=settings,
        mode=kit.mode,
    )
