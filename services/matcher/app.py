"""The matcher put together: the only place that knows all its rooms."""

from pathlib import Path
from typing import Final

from services.matcher.api import batches, deaths, inquiry_numbers, quality, reviews, rules, subjects
from services.matcher.consumers import CONSUMES, HEAVY
from services.matcher.jobs import JOBS
from services.matcher.settings import MatcherParts, MatcherSettings
from services.matcher.storage.tables import PLUMBING, MatcherTable
from services.matcher.usecases.measure import measure
from shared.db import Schema
from shared.hosting import Kit, Service
from shared.hosting.parked_routes import parked_routes
from shared.http import service_app

NAME = "matcher"
SCHEMA: Final = Schema(NAME, MatcherTable.metadata, PLUMBING, "services.matcher.migrations")


def create_service(settings: MatcherSettings, kit: Kit) -> Service:
    """The matcher on the stores that its host gives it."""
    parts = MatcherParts(
        name=NAME,
        db=kit.database(SCHEMA),
        blobs=kit.blobs(NAME),
        keyring=kit.keyring,
        clock=kit.clock,
        settings=settings,
        measure=measure,
    )
    app = service_app(
        parts,
        title="Shokai matcher",
        problems=Path(__file__).parent / "api" / "problems.toml",
        routers=(
            batches.routes,
            deaths.routes,
            reviews.routes,
            inquiry_numbers.routes,
            subjects.routes,
            rules.routes,
            quality.routes,
            parked_routes(NAME, CONSUMES),
        ),
        tokens=kit.tokens,
    )
    return Service(app=app, parts=parts, consumers=CONSUMES, jobs=JOBS, concurrency=settings.handlers, heavy=HEAVY)
