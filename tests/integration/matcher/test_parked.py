"""The matcher's own events, parked, tried and replayed: what is bulky, deletes or masks is only tried, too."""

from contextlib import contextmanager
from datetime import date
from typing import Any

from services.matcher.storage.tables import MatcherTable
from shared.bus.handling import Permanent
from shared.events import Event
from shared.events.intake import CycleClosed, PlanContractEnded
from shared.events.matcher import AnswerFileStored, BatchReleased, InquiryNumbersDestroyed, PartRequested
from tests.integration.conftest import staff
from tests.integration.matcher.test_current import identified
from tests.integration.matcher.world import PLAN, Registry, World, resident

PEOPLE = [resident(number) for number in range(130)]
OPS = staff("ops")


@contextmanager
def parking(world: World, *kinds: type[Event]) -> Any:
    """Meanwhile the handlers of these events refuse them for good."""
    assert world.host.bus is not None
    handlers = world.host.bus._inboxes["matcher"]._handlers
    before = {kind.TYPE: handlers[kind.TYPE] for kind in kinds}

    async def refuse(parts: Any, event: Event) -> None:
        raise Permanent

    handlers.update(dict.fromkeys(before, refuse))
    yield
    handlers.update(before)


def snapshot(world: World) -> Any:
    """All rows but those of the trail, and all blobs."""
    tables = [table for table in MatcherTable.metadata.sorted_tables if not table.name.startswith("trail")]
    rows = world.parts.db.read_now(
        lambda session: {table.name: [tuple(row) for row in session.execute(table.select()).all()] for table in tables}
    )
    root = world.host.kit.data_dir / "blobs"
    return rows, {path.name for path in (root / "data").rglob("*") if path.is_file()}


async def tried_and_replayed(world: World, kind: type[Event]) -> None:
    """Each parked event of a type, in order: a dry run that leaves nothing, then the replay."""
    async with world.host.client("matcher", OPS) as client:
        groups = (await client.get("/matcher/v1/events/parked")).json()["items"]
        (group,) = [each for each in groups if each["type"] == kind.TYPE]
        events = (await client.get(f"/matcher/v1/events/parked/{group['group']}")).json()["items"]
        for event in events:
            before = snapshot(world)
            told = (await client.post(f"/matcher/v1/events/{event['id']}/dry-run")).json()
            assert told["outcome"] == "would-succeed", told
            assert snapshot(world) == before
        assert (await client.post("/matcher/v1/events/replay", json={"group": group["group"]})).status_code == 200
    await world.host.idle()


async def test_every_step_of_a_batch_can_be_tried_before_it_is_done(world: World) -> None:
    with parking(world, CycleClosed):
        await world.close(world.request("provisional", [one.asked for one in PEOPLE]))
    assert not await world.batches()
    await tried_and_replayed(world, CycleClosed)
    batch_id = (await world.batches())["provisional"]["id"]
    with parking(world, AnswerFileStored, PartRequested):
        await world.exchange(batch_id, Registry(PEOPLE))
    with parking(world, PartRequested):
        await tried_and_replayed(world, AnswerFileStored)
    await tried_and_replayed(world, PartRequested)
    assert (await world.batch(batch_id))["state"] == "releasable"
    with parking(world, BatchReleased):
        await world.release(batch_id)
    await tried_and_replayed(world, BatchReleased)
    assert (await world.batch(batch_id))["state"] == "released"


async def test_what_a_contracts_end_destroys_is_there_after_it_was_tried(world: World) -> None:
    await identified(world, PEOPLE[:5])
    with parking(world, PlanContractEnded):
        await world.announce(PlanContractEnded(plan_number=PLAN, ended_on=date(2026, 6, 30)), PLAN)
    await tried_and_replayed(world, PlanContractEnded)
    assert [event.count for event in world.events(InquiryNumbersDestroyed)] == [5]


async def test_a_tried_deletion_deletes_nothing(world: World) -> None:
    numbers = await identified(world, PEOPLE[:3])
    with parking(world, CycleClosed):
        await world.close(world.request("deletion", [{"inquiry_number": numbers[0], "reason": "1"}]), cycle="2026-06-B")
    await tried_and_replayed(world, CycleClosed)
    assert [event.count for event in world.events(InquiryNumbersDestroyed)] == [1]
