"""Pseudonyms: one a person and plan, listed with each reply, gone with the number."""

import polars as pl
import pytest
from sqlalchemy import text

from services.matcher.storage.ledger import Ledger
from shared.blobs.columns import get_frame
from shared.events.matcher import RepliesReady, SubjectsListed
from tests.integration.conftest import staff
from tests.integration.matcher.world import OTHER_PLAN, PLAN, Registry, World, resident

AUDIT = {"purpose": "audit", "case": "disclosure-1"}


async def released(world: World, *people: int) -> dict[str, str]:
    """A provisional request of these people, answered and released; inquiry number by member id."""
    asked = [resident(one) for one in people]
    request = world.request("provisional", [one.asked for one in asked], chunk=3)
    await world.close(request)
    batch = (await world.batches())["provisional"]["id"]
    await world.exchange(batch, Registry(asked[1:]))
    assert (await world.release(batch)).status_code == 200
    (ready,) = world.events(RepliesReady)
    rows = world.reply_rows(world.reply_list(ready.reply_list)[0])
    return dict(rows.select("member_id", "inquiry_number").rows())


async def ask(world: World, plan: str, number: str, **stated: str) -> tuple[int, list[str]]:
    async with world.host.client("matcher", staff("auditor"), **(stated or AUDIT)) as client:
        body = {"plan_number": plan, "inquiry_number": number}
        answer = await client.post("/matcher/v1/subjects", json=body)
    return answer.status_code, answer.json().get("tokens", [])


def listed(world: World) -> list[str]:
    frames = [get_frame(world.parts.blobs, event.subjects) for event in world.events(SubjectsListed)]
    return [token.hex() for token in pl.concat(frames)["token"].to_list()]


async def test_each_reply_lists_whom_it_is_about_and_a_number_leads_to_its_token(world: World) -> None:
    numbers = await released(world, *range(1, 9))
    tokens = listed(world)
    assert len(tokens) == len(set(tokens)) == sum(1 for number in numbers.values() if number) == 7
    events = world.events(SubjectsListed)
    assert [event.part for event in events] == list(range(len(events)))
    status, found = await ask(world, PLAN, f" {numbers['M-3'][:5].lower()}-{numbers['M-3'][5:]}")
    assert status == 200
    assert found[0] in tokens
    assert len(found) == 2


async def test_another_plan_and_a_call_without_a_reason_learn_nothing(world: World) -> None:
    numbers = await released(world, 1, 2)
    assert await ask(world, OTHER_PLAN, numbers["M-2"]) == (404, [])
    assert (await ask(world, PLAN, "nobody"))[0] == 404
    assert (await ask(world, PLAN, numbers["M-2"], purpose="audit"))[0] == 403


async def test_the_token_goes_with_the_number(world: World) -> None:
    numbers = await released(world, 1, 2)
    assert (await ask(world, PLAN, numbers["M-2"]))[0] == 200
    ledger = Ledger(world.parts.db, world.parts.keyring)
    ledger.destroy(PLAN, [numbers["M-2"]], by="request-1", at=world.host.clock.now())
    assert (await ask(world, PLAN, numbers["M-2"]))[0] == 404


async def test_a_row_of_the_release_before_is_given_a_token_once(world: World) -> None:
    numbers = [number for number in (await released(world, *range(1, 6))).values() if number]
    world.parts.db.write_now(lambda work: work.session.execute(text("update held set token = null")) and None)
    ledger = Ledger(world.parts.db, world.parts.keyring)
    given = ledger.tokens(PLAN, numbers)
    assert len(set(given.values())) == len(numbers) == 4
    assert ledger.tokens(PLAN, numbers) == given


@pytest.mark.parametrize("store", ["sqlite"])
async def test_the_number_stands_in_no_record(world: World) -> None:
    numbers = await released(world, 1, 2)
    await ask(world, PLAN, numbers["M-2"])
    await ask(world, PLAN, "ABCDEFGHJ0")
    rows = world.parts.db.read_now(lambda session: session.execute(text("select body from trail")).scalars().all())
    found = [bytes(row) for row in rows if b"matcher.subject.find" in bytes(row)]
    assert len(found) == 2
    assert not any(number.encode() in row for row in found for number in ("ABCDEFGHJ0", numbers["M-2"]))
