"""Whether the console is well. That a service does not answer is shown on the page; it is not the console's illness."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from shared.telemetry.metrics import metrics_of


def own_health_routes() -> APIRouter:
    """`/healthz`, `/readyz` and `/metrics`; the console has no store that could be away."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    @router.get("/readyz")
    async def alive() -> dict[str, str]:
        return {"status": "ok", "service": "console"}

    @router.get("/metrics")
    async def metrics_text() -> Response:
        return Response(metrics_of("console").text(), media_type=CONTENT_TYPE_LATEST)

    return router
