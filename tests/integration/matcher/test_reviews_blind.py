"""A blind second person learns nothing of what the first one said: two pairs alike but for that answer alike."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.matcher.app import create_service
from services.matcher.settings import MatcherSettings
from shared.auth.presence import UNCONFIRMED
from tests.integration.conftest import Host
from tests.integration.matcher.conftest import listener
from tests.integration.matcher.test_reviews import code
from tests.integration.matcher.test_reviews_machine import CYCLES
from tests.integration.matcher.world import OPERATORS, OTHER_PLAN, PLAN, Registry, World, resident

PEOPLE = [resident(number) for number in range(5)]
FIRST, SECOND, _, OTHER_FIRST = OPERATORS

verdicts = st.sampled_from([{"same_person": False}, *({"same_person": True, "candidate": one} for one in (1, 2))])
reasons = st.sampled_from(["ＡＡＡ転居前", "ＢＢＢ別人"])
acts = st.lists(
    st.sampled_from(["take", "show", "give back", "next", "judge unknown", "judge without reason"]), max_size=8
)


@dataclass
class Pair:
    """A review of one plan, with everything by which it could be told from its twin."""

    id: str
    plan: str
    seq: int

    def made_alike(self, text: str) -> str:
        for own, common in ((self.id, "ID"), (self.plan, "PLAN"), (f'"seq":{self.seq},', '"seq":0,')):
            text = text.replace(own, common)
        return re.sub(r'"(request_id|trace_id|instance)":"[^"]*"', "", text)


@pytest_asyncio.fixture
async def blind(host: Host) -> AsyncIterator[World]:
    """Where every second person judges blindly."""
    heard: list[Any] = []
    service = create_service(MatcherSettings(review_blind_share=1), host.kit)
    await host.start(service, listener(host, heard))
    yield World(host, service, heard)


async def twins(world: World) -> tuple[str, Pair, Pair]:
    """Two plans ask about the same person, and the registry names the same two candidates to either."""
    cycle, person = next(CYCLES), PEOPLE[0]
    twin = replace(person, resident_code=PEOPLE[1].resident_code, sex="2" if person.sex == "1" else "1")
    requests = [world.request("provisional", [person.asked], plan=plan) for plan in (PLAN, OTHER_PLAN)]
    await world.close(*requests, cycle=cycle)
    batch_id: str = (await world.batches(cycle))["provisional"]["id"]
    named = [("0", twin), ("0", person)]
    await world.exchange(batch_id, Registry([], by_seq={1: named, 2: named}))
    first, second = await world.reviews(batch_id)
    return batch_id, Pair(first["id"], PLAN, first["seq"]), Pair(second["id"], OTHER_PLAN, second["seq"])


def everything_to_read(world: World) -> list[str]:
    """Every address that can be read at the matcher, as its own document lists them."""
    paths = world.service.app.openapi()["paths"]
    return sorted(path for path, methods in paths.items() if "get" in methods and "/events/" not in path)


async def read_all(world: World, batch_id: str, pair: Pair) -> dict[str, str]:
    """All that the second person can read about this pair, and about the batch and the plan that it belongs to."""
    seen = {}
    for path in everything_to_read(world):
        url = path.replace("{review_id}", pair.id).replace("{batch_id}", batch_id)
        url = re.sub(r"\{\w+\}", "four-items-1", url)
        params = {"plan_number": pair.plan} if "/reviews" not in path else {"batch_id": batch_id}
        async with world.host.client("matcher", SECOND, purpose="review", case=pair.id) as client:
            answer = await client.get(url, params=params)
        seen[path] = f"{answer.status_code} {pair.made_alike(about(pair, answer))}"
    return seen


def about(pair: Pair, answer: Any) -> str:
    """The answer, and of a list of reviews only the entry of this pair."""
    if not answer.headers.get("content-type", "").startswith("application/"):
        return str(answer.text)
    body = answer.json()
    items = body.get("items") if isinstance(body, dict) else None
    if items and any(one.get("id") == pair.id for one in items):
        body = [one for one in items if one.get("id") == pair.id]
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode()


async def act(world: World, pair: Pair, what: str) -> str:
    """One thing that the second person does, and how it is answered."""
    path = f"/matcher/v1/reviews/{pair.id}"
    async with world.host.client("matcher", SECOND, purpose="review", case=pair.id) as client:
        match what:
            case "take":
                answer = await client.post(f"{path}/assignment")
            case "show":
                answer = await client.get(path)
            case "give back":
                answer = await client.delete(f"{path}/assignment")
            case "next":
                answer = await client.post("/matcher/v1/reviews/assignments", json={"limit": 1})
            case "judge unknown":
                body = {"same_person": True, "candidate": 5, "reason": "見た"}
                answer = await client.post(f"{path}/decision", json=body)
            case _:
                answer = await client.post(f"{path}/decision", json={"same_person": True, "candidate": 1})
    return f"{answer.status_code} {pair.made_alike(about(pair, answer))}"


@given(ours=verdicts, theirs=verdicts, why=reasons, why_not=reasons, course=acts)
@settings(
    max_examples=12,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_all_answers_are_the_same_whatever_the_first_person_said(
    blind: World, ours: dict[str, Any], theirs: dict[str, Any], why: str, why_not: str, course: list[str]
) -> None:
    batch_id, one, other = await twins(blind)
    before = await read_all(blind, batch_id, one)
    for pair, first, said, reason in ((one, FIRST, ours, why), (other, OTHER_FIRST, theirs, why_not)):
        assert not code(await blind.take(first, pair.id))
        assert not code(await blind.judge(first, pair.id, **said, reason=reason))
    after = [await read_all(blind, batch_id, pair) for pair in (one, other)]
    assert after[0] == after[1]
    of_batches = [path for path in before if "/reviews" not in path]
    assert {path: before[path] for path in of_batches} == {path: after[0][path] for path in of_batches}
    texts = ["".join(after[0].values())]
    for what in ("take", "show", *course):
        if what == "next":
            await act(blind, one, "give back")
            await act(blind, other, "give back")
        told = [await act(blind, pair, what) for pair in (one, other)]
        assert told[0] == told[1], what
        texts += told
    for hidden in (FIRST.id, OTHER_FIRST.id, "ＡＡＡ", "ＢＢＢ", '"same_person"', '"outcome":"11"', '"outcome":"41"'):
        assert not any(hidden in text for text in texts), hidden
    await end(blind, one, other)


async def end(world: World, *pairs: Pair) -> None:
    """What is recorded until the end names no outcome; then everybody may know."""
    assert {reason for _, reason in judgements(world, *pairs)} == {""}
    for pair in pairs:
        await world.take(SECOND, pair.id)
        shown = (await world.show(SECOND, pair.id)).json()
        assert (shown["blind"], shown["proposed"], shown["verdicts"], shown["outcome"]) == (True, None, [], "")
        assert all(not (one["judgements"] or one["differing"]) for one in shown["candidates"])
        await world.judge(SECOND, pair.id, same_person=False)
        if (await world.judge(SECOND, pair.id, same_person=False)).json()["state"] == "third":
            await world.take(OPERATORS[2], pair.id)
            assert (await world.judge(OPERATORS[2], pair.id, same_person=False)).json()["outcome"] == "41"
        assert FIRST.id in str((await world.show(SECOND, pair.id)).json()) or pair is pairs[1]
    assert judgements(world, *pairs)[-1][1] == "41"


def judgements(world: World, *pairs: Pair) -> list[tuple[str, str]]:
    """Access records of verdicts on these pairs: who, and what the record gives as reason."""
    table = world.parts.db.plumbing.trail
    rows = world.parts.db.read_now(lambda session: session.execute(table.select().order_by(table.c.sequence)).all())
    found = [orjson.loads(row.body) for row in rows]
    ids = {pair.id for pair in pairs}
    return [
        (one["actor"], one["reason"].removesuffix(UNCONFIRMED).removesuffix(";"))
        for one in found
        if one["action"] == "matcher.review.decide" and one["object"] in ids
    ]


async def test_every_address_is_read(blind: World) -> None:
    """So that what is added later is looked at as well."""
    paths = everything_to_read(blind)
    assert {"/matcher/v1/reviews", "/matcher/v1/reviews/{review_id}", "/matcher/v1/batches/{batch_id}"} <= set(paths)
    assert len(paths) > 8
