"""Puts the media service together."""

from pathlib import Path
from typing import Final

from services.media.api import blanks, discs, dispatches, replies
from services.media.consumers import CONSUMES, HEAVY
from services.media.documents import TEMPLATES
from services.media.jobs import JOBS
from services.media.parts import MediaParts
from services.media.settings import MediaSettings
from services.media.storage.tables import PLUMBING, MediaTable
from services.media.usecases.measure import measure
from shared.db import Schema
from shared.hosting import Kit, Service
from shared.hosting.parked_routes import parked_routes
from shared.http import service_app
from shared.papers.press import Press

NAME: Final = "media"
SCHEMA: Final = Schema(NAME, MediaTable.metadata, PLUMBING, "services.media.migrations")
PROBLEMS: Final = Path(__file__).parent / "api" / "problems.toml"


def create_service(settings: MediaSettings, kit: Kit) -> Service:
    """The service on what its host gives. FontUnusable at once where the papers could not be printed."""
    parts = MediaParts(
        name=NAME,
        db=kit.database(SCHEMA),
        blobs=kit.blobs(NAME),
        keyring=kit.keyring,
        clock=kit.clock,
        settings=settings,
        press=Press(settings.font, TEMPLATES),
        association=kit.association,
        measure=measure,
    )
    app = service_app(
        parts,
        title="Shokai media",
        problems=PROBLEMS,
        routers=[replies.router, discs.router, blanks.router, dispatches.router, parked_routes(NAME, CONSUMES)],
        tokens=kit.tokens,
    )
    return Service(app=app, parts=parts, consumers=CONSUMES, jobs=JOBS, heavy=HEAVY)
