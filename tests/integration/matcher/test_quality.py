"""The quality of plans' data: counted at the release, shown with what to do, to whom it concerns."""

from dataclasses import replace
from typing import Any

import pytest

from services.matcher.storage.tables import Asker
from shared.auth.principals import Principal
from shared.events.intake import ClosedRequest
from shared.events.matcher import BatchReleased
from tests.integration.conftest import portal, staff
from tests.integration.matcher.test_current import identified, told
from tests.integration.matcher.test_twice import again, snapshot
from tests.integration.matcher.world import OTHER_PLAN, PLAN, Registry, World, resident

PEOPLE = [resident(number) for number in range(12)]
CLERK = staff("clerk")


async def quality(world: World, person: Principal = CLERK, plan: str = PLAN, query: str = "") -> Any:
    async with world.host.client("matcher", person) as client:
        return await client.get(f"/matcher/v1/quality?plan_number={plan}{query}")


async def released(world: World, request: ClosedRequest, cycle: str, registry: Registry) -> str:
    await world.close(request, cycle=cycle)
    batch_id: str = (await world.batches(cycle))[request.kind]["id"]
    await world.exchange(batch_id, registry)
    assert (await world.release(batch_id)).status_code == 200
    return batch_id


async def test_findings_outcomes_and_differences_make_the_score(world: World) -> None:
    """Ten records received, one rejected; one is not found, one is written otherwise."""
    rows = [one.asked for one in PEOPLE[:9]]
    rows[1] = {**rows[1], "address": "千代田区千代田１－１"}
    sent = world.request("provisional", rows)
    sent = sent.model_copy(update={"received": 10, "rejected": 1, "findings": {"R06": 1, "W01": 2}})
    await released(world, sent, "2026-06-A", Registry(PEOPLE[1:]))
    answer = await quality(world)
    assert answer.status_code == 200
    body = answer.json()
    [one] = body["items"]
    assert (body["plan_number"], body["trend"], body["score"]) == (PLAN, None, one["score"])
    assert (one["cycle"], one["records"]) == ("2026-06-A", 10)
    counted = {cause["code"]: cause["count"] for cause in one["causes"]}
    assert counted == {"R06": 1, "OUTCOME-20": 1, "W01": 2, "ADDRESS-NOTATION": 1}
    lost = sum(cause["lost"] * cause["count"] for cause in one["causes"])
    assert one["score"] == 100 - -(-lost // 10)
    assert all(
        cause[part][language] for cause in one["causes"] for part in ("title", "action") for language in ("ja", "en")
    )


async def test_the_trend_over_cycles_and_kinds_of_a_cycle_together(world: World) -> None:
    numbers = await identified(world, PEOPLE[:4])
    await told(world, "main", [*numbers[:3], "0000000000"], PEOPLE, "2026-06-A")
    await told(world, "my_number", numbers, PEOPLE, "2026-06-A")
    await told(world, "main", numbers, PEOPLE, "2026-06-B")
    body = (await quality(world)).json()
    shown = [(one["cycle"], one["records"], one["score"]) for one in body["items"]]
    assert shown == [("2026-05-A", 4, 100), ("2026-06-A", 8, 93), ("2026-06-B", 4, 100)]
    assert (body["score"], body["trend"]) == (100, 7)
    newest = (await quality(world, query="&cycles=2")).json()
    assert [one["cycle"] for one in newest["items"]] == ["2026-06-A", "2026-06-B"]


async def test_a_plan_sees_its_own_and_nobody_elses(world: World) -> None:
    await identified(world, PEOPLE[:2])
    mine, others = portal(PLAN), portal(OTHER_PLAN)
    assert (await quality(world, mine)).json()["score"] == 100
    assert (await quality(world, others)).json()["code"] == "not-found"
    assert (await quality(world, mine, plan=OTHER_PLAN)).json()["code"] == "not-found"
    assert (await quality(world, plan=OTHER_PLAN)).json()["items"] == []
    for team in ("operator", "supervisor"):
        assert (await quality(world, staff(team))).status_code == 200
    for team in ("auditor", "ops", "admin"):
        assert (await quality(world, staff(team))).json()["code"] == "team-not-allowed"


@pytest.mark.parametrize("query", ["&cycles=0", "&cycles=121", "&cycles=x"])
async def test_strange_questions_are_refused(world: World, query: str) -> None:
    assert (await quality(world, query=query)).status_code == 422
    assert (await quality(world, plan="1234")).status_code == 422


async def test_a_release_that_comes_again_counts_nothing_twice(world: World) -> None:
    sent = world.request("provisional", [one.asked for one in PEOPLE[:3]])
    batch_id = await released(world, sent, "2026-06-A", Registry(PEOPLE[1:]))
    before = snapshot(world)
    await again(world, BatchReleased(batch_id=batch_id, cycle="2026-06-A", kind="provisional", outcomes={}))
    assert snapshot(world) == before


async def test_two_requests_of_a_plan_count_together(world: World) -> None:
    first = world.request("provisional", [one.asked for one in PEOPLE[:2]])
    second = world.request("provisional", [replace(PEOPLE[5], birth_date="19000102").asked])
    await world.close(first, second)
    batch_id = (await world.batches())["provisional"]["id"]
    await world.exchange(batch_id, Registry(PEOPLE))
    await world.release(batch_id)
    [one] = (await quality(world)).json()["items"]
    assert (one["records"], one["score"]) == (3, 80)


async def test_a_list_of_the_release_before_has_no_findings(world: World) -> None:
    sent = world.request("provisional", [PEOPLE[0].asked])
    line = sent.model_dump(mode="json")
    del line["findings"]
    assert ClosedRequest.model_validate(line).findings == {}
    batch_id = await released(world, sent, "2026-06-A", Registry(PEOPLE))
    kept = world.parts.db.read_now(lambda session: session.get_one(Asker, sent.request_id).line)
    assert (kept["findings"], (await world.batch(batch_id))["state"]) == ({}, "released")
