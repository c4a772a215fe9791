"""Intake put together: the only place that knows all its rooms."""

from pathlib import Path
from typing import Final

from services.intake.api import checks, cycles, files, findings, plans, receptions, requests
from services.intake.consumers import CONSUMES, HEAVY
from services.intake.jobs import JOBS
from services.intake.parts import IntakeParts
from services.intake.settings import IntakeSettings
from services.intake.storage.tables import PLUMBING, IntakeTable
from services.intake.usecases.measure import measure
from shared.db import Schema
from shared.hosting import Kit, Service
from shared.hosting.parked_routes import parked_routes
from shared.http import service_app

NAME = "intake"
SCHEMA: Final = Schema(NAME, IntakeTable.metadata, PLUMBING, "services.intake.migrations")


def create_service(settings: IntakeSettings, kit: Kit) -> Service:
    """Intake on the stores that its host gives it."""
    parts = create_parts(settings, kit)
    rooms = (requests, files, findings, receptions, cycles, checks, plans)
    app = service_app(
        parts,
        title="Shokai intake",
        problems=Path(__file__).parent / "api" / "problems.toml",
        routers=(*(each.router for each in rooms), parked_routes(NAME, CONSUMES)),
        tokens=kit.tokens,
    )
    return Service(app=app, parts=parts, consumers=CONSUMES, jobs=JOBS, heavy=HEAVY)


def create_parts(settings: IntakeSettings, kit: Kit) -> IntakeParts:
    """The stores of intake without its HTTP face, for its installation."""
    return IntakeParts(
        name=NAME,
        db=kit.database(SCHEMA),
        blobs=kit.blobs(NAME),
        keyring=kit.keyring,
        clock=kit.clock,
        settings=settings,
        association=kit.association,
        measure=measure,
    )
