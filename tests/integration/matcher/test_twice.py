"""Handlers run twice, late or again end in the same state."""

from typing import Any

import pytest

from services.matcher.consumers import CONSUMES
from services.matcher.storage.tables import MatcherTable
from shared.bus.handling import Effect
from shared.events.intake import CycleClosed
from shared.events.matcher import AnswerFileStored, BatchReleased, PartRequested, RepliesReady
from tests.integration.matcher.test_current import asked, identified
from tests.integration.matcher.world import CASE, OPERATOR, Registry, World, resident

PEOPLE = [resident(number) for number in range(130)]


async def again(world: World, event: Any) -> None:
    """The handler once more, twice side by side: both prepare, then both effects are applied."""
    handler = CONSUMES[type(event)]
    effects: list[Effect | None] = [await handler(world.parts, event) for _ in range(2)]
    for effect in effects:
        if effect is not None:
            await world.parts.db.write(effect)
    await world.host.idle()


def snapshot(world: World) -> dict[str, list[Any]]:
    """All rows of the matcher's own tables."""
    plumbing = {table.name for table in world.parts.db.plumbing.tables} | {"doomed"}
    tables = [table for table in MatcherTable.metadata.sorted_tables if table.name not in plumbing]
    return world.parts.db.read_now(
        lambda session: {table.name: [tuple(row) for row in session.execute(table.select()).all()] for table in tables}
    )


@pytest.mark.parametrize("kind", ["provisional", "my_number"])
async def test_every_event_of_a_batch_may_come_again(world: World, kind: Any) -> None:
    if kind == "provisional":
        await world.close(world.request(kind, [one.asked for one in PEOPLE]))
        batch_id: str = (await world.batches())[kind]["id"]
        await world.exchange(batch_id, Registry(PEOPLE))
    else:
        numbers = await identified(world, PEOPLE[:30])
        batch_id = await asked(world, kind, numbers, PEOPLE, "2026-06-A")
    await world.release(batch_id)
    before = snapshot(world)
    announced = len(world.events(RepliesReady))
    await again(world, AnswerFileStored(batch_id=batch_id))
    for part in range(3):
        await again(world, PartRequested(batch_id=batch_id, part=part))
    await again(world, BatchReleased(batch_id=batch_id, cycle="2026-06-A", kind=kind, outcomes={}))
    assert snapshot(world) == before
    assert len(world.events(RepliesReady)) == announced


async def test_a_cycle_closed_twice_makes_one_batch_and_one_reply(world: World) -> None:
    numbers = await identified(world, PEOPLE[:2])
    main = world.request("main", [{"inquiry_number": numbers[1]}])
    deletion = world.request("deletion", [{"inquiry_number": numbers[0], "reason": "1"}])
    await world.close(main, deletion)
    before = snapshot(world)
    await world.close(main, deletion)
    assert snapshot(world) == before
    deletions = [event for event in world.events(RepliesReady) if event.kind == "deletion"]
    assert len(deletions) == 1


async def test_a_part_prepared_twice_gives_each_person_one_number(world: World) -> None:
    await world.close(world.request("provisional", [one.asked for one in PEOPLE[:50]]))
    batch_id = (await world.batches())["provisional"]["id"]
    answer = Registry(PEOPLE).answer_file(await world.hand_over(batch_id))
    # The first worker dies after having given the numbers and before its commit.
    stopped = world.host.bus
    assert stopped is not None
    await stopped.stop()
    async with world.host.client("matcher", OPERATOR, purpose=CASE, case=batch_id) as client:
        await client.put(f"/matcher/v1/batches/{batch_id}/answer-file", content=answer)
    checked = await CONSUMES[AnswerFileStored](world.parts, AnswerFileStored(batch_id=batch_id))
    assert checked is not None
    await world.parts.db.write(checked)
    event = PartRequested(batch_id=batch_id, part=0)
    assert await CONSUMES[PartRequested](world.parts, event) is not None
    given = snapshot(world)["held"]
    await stopped.start()
    await world.host.idle()
    assert snapshot(world)["held"] == given
    assert (await world.batch(batch_id))["counts"]["outcomes"] == {"10": 50}
    assert CycleClosed in CONSUMES
