"""Individual numbers are released on a basis that is in force on the day, and on no other."""

from datetime import UTC, datetime

import orjson
import pytest
from sqlalchemy import select

from shared.events.matcher import RepliesReady
from tests.integration.conftest import START
from tests.integration.matcher.test_current import PEOPLE, asked, identified
from tests.integration.matcher.world import World

pytestmark = pytest.mark.parametrize("store", ["sqlite"])


async def test_no_release_of_numbers_without_a_basis(world: World) -> None:
    numbers = await identified(world, PEOPLE[:3])
    batch_id = await asked(world, "my_number", numbers, PEOPLE[:3], "2026-06-A")
    told = len(world.events(RepliesReady))
    world.host.clock.set(datetime(2025, 6, 19, 3, tzinfo=UTC))
    refused = await world.release(batch_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "legal-basis-missing")
    assert len(world.events(RepliesReady)) == told
    world.host.clock.set(START)
    assert (await world.release(batch_id)).status_code == 200
    trail = world.parts.db.plumbing.trail
    bodies = world.parts.db.read_now(
        lambda session: session.connection().execute(select(trail.c.body).order_by(trail.c.sequence)).scalars().all()
    )
    released = [one for one in map(orjson.loads, bodies) if one["action"] == "matcher.batch.release"]
    assert [one["legal_basis"] for one in released if one["outcome"] == "done"][-1] == "my-number-act/2025-06-20/19-1"
