"""Random people do random things to reviews; a plain model says what each may, and what must be left at the end."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.matcher.app import create_service
from services.matcher.settings import MatcherSettings
from services.matcher.storage.reviews import verdicts_of
from tests.integration.conftest import Host, staff
from tests.integration.matcher.conftest import listener
from tests.integration.matcher.test_reviews import code, doubtful
from tests.integration.matcher.world import OPERATORS, World

SUPERVISOR = staff("supervisor")
CYCLES = (f"{year}-{month:02d}-{half}" for year in count(2026) for month in range(1, 13) for half in "AB")
REVIEWS = 3  # of which the last has two candidates

Said = tuple[bool, int | None]
people = st.integers(0, len(OPERATORS) - 1)
which = st.integers(0, REVIEWS - 1)
acts = st.one_of(
    st.tuples(st.just("take"), people, which),
    st.tuples(st.just("show"), people, which),
    st.tuples(st.just("judge"), people, which, st.booleans(), st.sampled_from([None, 1, 2])),
    # Taken and judged in one go, so that many reviews come far.
    st.tuples(st.just("do"), people, which, st.booleans(), st.sampled_from([1, 2])),
    st.tuples(st.just("give back"), people, which),
    st.tuples(st.just("withdraw"), which),
    st.tuples(st.just("next"), people, st.integers(1, REVIEWS)),
    st.tuples(st.just("wait"), st.sampled_from([1, 23, 24])),
)


@dataclass
class Model:
    """One review as the rules in the documents have it."""

    id: str
    candidates: int
    second: str = ""
    holder: str = ""
    since: datetime | None = None
    said: list[tuple[str, Said]] = field(default_factory=list)
    outcome: str = ""

    def held_by(self, now: datetime) -> str:
        fresh = self.since is not None and now - self.since < timedelta(hours=24)
        return self.holder if fresh else ""

    @property
    def judges(self) -> list[str]:
        return [person for person, _ in self.said]

    def take(self, person: str, now: datetime) -> str:
        if self.outcome:
            return "review-decided"
        if person in self.judges:
            return "review-needs-another"
        if self.held_by(now) not in ("", person):
            return "review-taken"
        if not self.held_by(now):
            self.holder, self.since = person, now
        return ""

    def see(self, person: str, now: datetime) -> str:
        may = person in self.judges if self.outcome else person == self.held_by(now)
        return "" if may else "review-not-yours"

    def give_back(self, person: str, now: datetime) -> str:
        if self.outcome:
            return "review-decided"
        if self.held_by(now) != person:
            return "review-not-yours"
        self.holder = ""
        return ""

    def withdraw(self) -> str:
        if self.outcome:
            return "review-decided"
        self.holder = ""
        return ""

    def judge(self, person: str, now: datetime, same: bool, candidate: int | None) -> str:
        """The code expected; keeps the verdict where there is none. How a second looks, the system says."""
        for judge, (said_same, said_candidate) in self.said:
            if judge == person:
                repeated = said_same == same and (not same or candidate in (None, said_candidate))
                return "" if repeated else "review-decided" if self.outcome else "review-needs-another"
        if self.outcome:
            return "review-decided"
        if self.held_by(now) != person:
            return "review-not-yours"
        unnamed = same and candidate is None and self.candidates > 1
        if unnamed or (candidate or 1) > self.candidates:
            return "candidate-unknown"
        self.said.append((person, (same, (candidate or 1) if same else None)))
        self.holder = ""
        return ""

    def conclude(self) -> None:
        """Two who say the same, one refusal that nobody else need see, or three who cannot agree."""
        verdicts = [one for _, one in self.said]
        twice = [one for one in verdicts if verdicts.count(one) > 1]
        if twice:
            self.outcome = "11" if twice[0][0] else "41"
        elif len(verdicts) == 3 or (verdicts and not self.second):
            assert len(verdicts) == 3 or not verdicts[0][0], "accepted by one person alone"
            self.outcome = "41"


@pytest_asyncio.fixture
async def half_blind(host: Host) -> AsyncIterator[World]:
    """Where every other second person judges blindly."""
    heard: list[Any] = []
    service = create_service(MatcherSettings(review_blind_share=0.5), host.kit)
    await host.start(service, listener(host, heard))
    yield World(host, service, heard)


@given(course=st.lists(acts, min_size=10, max_size=40))
@settings(
    max_examples=10,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_whatever_people_do_the_rules_hold(half_blind: World, course: list[tuple[Any, ...]]) -> None:
    world = half_blind
    batch_id, ids = await doubtful(world, REVIEWS, next(CYCLES))
    models = [Model(review, candidates) for review, candidates in zip(ids, (1, 1, 2), strict=True)]
    for act in course:
        await step(world, batch_id, models, act)
    await finish(world, models)
    assert (await world.batch(batch_id))["state"] == "releasable"
    assert (await world.balance(batch_id))["balanced"] is True
    assert not code(await world.release(batch_id))


async def step(world: World, batch_id: str, models: list[Model], act: tuple[Any, ...]) -> None:
    """One act, and what the model expects of it."""
    now = world.host.clock.now()
    match act:
        case "wait", hours:
            world.host.clock.set(now + timedelta(hours=hours))
        case "take", at, of:
            assert code(await world.take(OPERATORS[at], models[of].id)) == models[of].take(OPERATORS[at].id, now)
        case "show", at, of:
            assert code(await world.show(OPERATORS[at], models[of].id)) == models[of].see(OPERATORS[at].id, now)
        case "give back", at, of:
            given = await call(world, OPERATORS[at], "DELETE", f"/matcher/v1/reviews/{models[of].id}/assignment")
            assert code(given) == models[of].give_back(OPERATORS[at].id, now)
        case "withdraw", of:
            path = f"/matcher/v1/reviews/{models[of].id}/assignment/withdrawal"
            assert code(await call(world, SUPERVISOR, "POST", path)) == models[of].withdraw()
        case "next", at, limit:
            await take_next(world, batch_id, models, OPERATORS[at], limit)
        case "judge", at, of, same, candidate:
            await judge(world, models[of], OPERATORS[at], same, candidate)
        case "do", at, of, same, candidate:
            await world.take(OPERATORS[at], models[of].id)
            models[of].take(OPERATORS[at].id, now)
            await judge(world, models[of], OPERATORS[at], same, min(candidate, models[of].candidates))
    await compare(world, batch_id, models)


async def call(world: World, person: Any, method: str, path: str, **more: Any) -> Any:
    async with world.host.client("matcher", person) as client:
        return await client.request(method, path, **more)


async def take_next(world: World, batch_id: str, models: list[Model], person: Any, limit: int) -> None:
    now = world.host.clock.now()
    free = [one for one in models if not (one.outcome or one.held_by(now) or person.id in one.judges)][:limit]
    for one in free:
        one.take(person.id, now)
    wanted = {"batch_id": batch_id, "limit": limit}
    taken = await call(world, person, "POST", "/matcher/v1/reviews/assignments", json=wanted)
    assert [one["id"] for one in taken.json()["items"]] == [one.id for one in free]


async def judge(world: World, model: Model, person: Any, same: bool, candidate: int | None) -> None:
    before = len(model.said)
    expected = model.judge(person.id, world.host.clock.now(), same, candidate)
    answer = await world.judge(person, model.id, same_person=same, candidate=candidate)
    assert code(answer) == expected, answer.text
    if len(model.said) == before:
        return
    [listed] = [one for one in (await world.reviews("", "")) if one["id"] == model.id]
    assert before == 0 or listed["second"] == model.second, "how a second looks never changes"
    model.second = listed["second"]
    model.conclude()
    assert answer.json()["outcome"] == model.outcome


async def compare(world: World, batch_id: str, models: list[Model]) -> None:
    """Lists and stored verdicts are what the model says."""
    now = world.host.clock.now()
    for listed, one in zip(await world.reviews(batch_id, ""), models, strict=True):
        state = "decided" if one.outcome else ("open", "second", "third")[len(one.said)]
        assert (listed["id"], listed["state"], listed["outcome"]) == (one.id, state, one.outcome)
        holder = "" if one.outcome else one.held_by(now)
        assert listed["assigned"] == ("me" if holder == OPERATORS[0].id else "another" if holder else "nobody")
        stored = world.parts.db.read_now(partial(verdicts_of, review_id=one.id))
        assert [(v.by, (v.same_person, v.candidate)) for v in stored] == one.said
    waiting = sum(not one.outcome for one in models)
    assert (await world.batch(batch_id))["state"] == ("in_review" if waiting else "releasable")


async def finish(world: World, models: list[Model]) -> None:
    """Whoever has not judged yet does so, until all is decided: there are always enough people."""
    world.host.clock.set(world.host.clock.now() + timedelta(hours=24))
    for one in models:
        for person in OPERATORS:
            if not one.outcome and person.id not in one.judges:
                assert not code(await world.take(person, one.id))
                one.take(person.id, world.host.clock.now())
                await judge(world, one, person, False, None)
        assert one.outcome
