"""What each service tells of its own work."""

from typing import Any

import pytest

from services.audit.app import create_service as create_audit
from services.audit.settings import AuditSettings
from services.intake.app import create_service as create_intake
from services.intake.settings import IntakeSettings
from services.matcher.app import create_service as create_matcher
from services.matcher.settings import MatcherSettings
from services.media.app import create_service as create_media
from services.media.settings import MediaSettings
from shared.telemetry.families import TOLD
from tests.integration.conftest import Host

MAKERS: dict[str, tuple[Any, Any]] = {
    "intake": (create_intake, IntakeSettings),
    "matcher": (create_matcher, MatcherSettings),
    "media": (create_media, MediaSettings),
    "audit": (create_audit, AuditSettings),
}


@pytest.mark.parametrize("name", MAKERS)
async def test_a_service_tells_what_is_on_the_list(host: Host, name: str) -> None:
    create, settings = MAKERS[name]
    await host.start(create(settings(), host.kit))
    told = await host.services[name].parts.metrics()
    assert told
    assert {f"shokai_{one}" for one in told} <= {family.name for family in TOLD}
    async with host.client(name, None) as client:
        text = (await client.get("/metrics")).text
        assert (await client.get("/readyz")).status_code == 200
    assert all(f"\nshokai_{one} " in text for one in told)
    assert "\nshokai_migrations_current 1.0" in text


def test_every_measure_is_told_by_a_service() -> None:
    """The list holds nothing that nobody tells."""
    assert {family.name for family in TOLD} == {
        f"shokai_{name}"
        for name in (
            "log_records log_unsigned_records log_lag_seconds log_gaps log_alarms batches_unbalanced "
            "batch_ready_timestamp_seconds reviews_open cutoff_late_seconds cycle_closed_timestamp_seconds "
            "destruction_due destruction_late_seconds"
        ).split()
    }
