"""What a freeze stops at the matcher: the release of replies and the hand-over to J-LIS."""

import pytest

from tests.integration.freezing import frozen
from tests.integration.matcher.world import OPERATOR, PLAN, Registry, World, resident

pytestmark = pytest.mark.parametrize("store", ["sqlite"])


async def test_a_frozen_batch_is_neither_handed_over_nor_released(world: World) -> None:
    people = [resident(number) for number in range(5)]
    await world.close(world.request("provisional", [one.asked for one in people]))
    batch_id = (await world.batches())["provisional"]["id"]
    database = world.parts.db
    approval = await world.host.approve("matcher", "matcher.batch.hand_over", batch_id, OPERATOR.id)
    stated = {"approval": approval, "purpose": "jlis-exchange", "case": batch_id}
    async with world.host.client("matcher", OPERATOR, **stated) as operator:
        for what in (("batch", batch_id), ("account", OPERATOR.id), ("key", "jlis")):
            async with frozen(world.host, database, *what):
                answer = await operator.get(f"/matcher/v1/batches/{batch_id}/inquiry-file")
                assert (answer.status_code, answer.json()["code"]) == (409, "frozen"), what
    await world.exchange(batch_id, Registry(people))
    for what in (("batch", batch_id), ("plan", PLAN), ("key", f"plan/{PLAN}"), ("account", OPERATOR.id)):
        async with frozen(world.host, database, *what):
            answer = await world.release(batch_id)
            assert (answer.status_code, answer.json()["code"]) == (409, "frozen"), what
    assert (await world.release(batch_id)).status_code == 200
