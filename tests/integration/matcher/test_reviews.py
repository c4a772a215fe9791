"""Reviews: who holds one, who may see and judge it, how many people it takes, and what is left behind."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest_asyncio

from services.matcher.app import create_service
from services.matcher.settings import MatcherSettings
from services.matcher.storage.tables import ReviewVerdict
from shared.auth.presence import UNCONFIRMED
from shared.events.matcher import RepliesReady, ReviewDecided, ReviewPassedOn
from shared.people.inquiry_numbers import is_inquiry_number
from tests.integration.conftest import Host, staff
from tests.integration.matcher.conftest import listener
from tests.integration.matcher.world import AUDITOR, OPERATORS, Registry, World, resident

PEOPLE = [resident(number) for number in range(40)]
FIRST, SECOND, THIRD, FOURTH = OPERATORS
SUPERVISOR = staff("supervisor")
AWAY = "大阪府大阪市北区梅田１－１"


async def doubtful(world: World, count: int = 2, cycle: str = "2026-06-A") -> tuple[str, list[str]]:
    """A batch whose every inquiry is doubtful by its address alone, the last one by two candidates."""
    asked = PEOPLE[:count]
    moved = {seq: [("0", replace(one, address=AWAY))] for seq, one in enumerate(asked[:-1], start=1)}
    twin = replace(asked[-1], resident_code=PEOPLE[-1].resident_code, sex="2" if asked[-1].sex == "1" else "1")
    registry = Registry(PEOPLE, by_seq={**moved, count: [("0", twin), ("0", asked[-1])]})
    await world.close(world.request("provisional", [one.asked for one in asked]), cycle=cycle)
    batch_id: str = (await world.batches(cycle))["provisional"]["id"]
    assert (await world.exchange(batch_id, registry))["counts"]["in_review"] == count
    return batch_id, [one["id"] for one in await world.reviews(batch_id)]


@pytest_asyncio.fixture
async def strict(host: Host) -> AsyncIterator[World]:
    """Where refusing needs a second person as well."""
    heard: list[Any] = []
    service = create_service(MatcherSettings(review_blind_share=0, review_four_eyes="all"), host.kit)
    await host.start(service, listener(host, heard))
    yield World(host, service, heard)


@pytest_asyncio.fixture
async def blind(host: Host) -> AsyncIterator[World]:
    """Where every second person judges blindly."""
    heard: list[Any] = []
    service = create_service(MatcherSettings(review_blind_share=1), host.kit)
    await host.start(service, listener(host, heard))
    yield World(host, service, heard)


def code(answer: Any) -> str:
    return str(answer.json()["code"]) if answer.is_error else ""


def records(world: World) -> list[dict[str, Any]]:
    """What the matcher has recorded as done to reviews, in order."""
    table = world.parts.db.plumbing.trail
    rows = world.parts.db.read_now(lambda session: session.execute(table.select().order_by(table.c.sequence)).all())
    found = [orjson.loads(row.body) for row in rows]
    return [one for one in found if one["action"].startswith("matcher.review.") and one["outcome"] == "done"]


async def judged(world: World, person: Any, review_id: str, **verdict: Any) -> Any:
    """Taken and judged by one person."""
    assert not code(await world.take(person, review_id))
    answer = await world.judge(person, review_id, **verdict)
    assert not code(answer), answer.text
    return answer.json()


async def test_only_who_holds_a_review_sees_and_judges_it(world: World) -> None:
    _, (review, _) = await doubtful(world)
    assert code(await world.show(FIRST, review)) == "review-not-yours"
    assert code(await world.judge(FIRST, review, same_person=False)) == "review-not-yours"
    taken = (await world.take(FIRST, review)).json()
    assert (taken["assigned"], taken["assigned_to"]) == ("me", "")
    assert (await world.take(FIRST, review)).json() == taken
    assert code(await world.take(SECOND, review)) == "review-taken"
    assert code(await world.show(SECOND, review)) == "review-not-yours"
    assert code(await world.judge(SECOND, review, same_person=False)) == "review-not-yours"
    assert not code(await world.show(FIRST, review))
    [seen] = [one for one in records(world) if one["action"] == "matcher.review.read"]
    assert (seen["actor"], seen["subjects"]) == (FIRST.id, 1)


async def test_lists_tell_whose_without_names_except_to_a_supervisor(world: World) -> None:
    batch_id, (review, other) = await doubtful(world)
    await world.take(FIRST, review)
    for person, path, expected in (
        (FIRST, "assigned_to=me", [("me", "")]),
        (SECOND, "assigned_to=me", []),
        (SECOND, "state=open", [("another", ""), ("nobody", "")]),
        (SECOND, "assigned_to=nobody", [("nobody", "")]),
        (SUPERVISOR, f"batch_id={batch_id}", [("another", FIRST.id), ("nobody", "")]),
        (AUDITOR, "state=second", []),
    ):
        async with world.host.client("matcher", person) as client:
            found = (await client.get(f"/matcher/v1/reviews?{path}")).json()["items"]
        assert [(one["assigned"], one["assigned_to"]) for one in found] == expected
    assert (await world.reviews(batch_id))[1]["reasons"] == ["SEVERAL-CANDIDATES"]
    assert other == (await world.reviews(batch_id))[1]["id"]


async def test_the_next_ones_are_taken_from_the_oldest_on(world: World) -> None:
    batch_id, reviews = await doubtful(world, 5)
    await world.take(SECOND, reviews[0])

    async def take(person: Any, limit: int, key: str = "") -> list[str]:
        async with world.host.client("matcher", person) as client:
            answer = await client.post(
                "/matcher/v1/reviews/assignments",
                json={"batch_id": batch_id, "limit": limit},
                headers={"Idempotency-Key": key} if key else {},
            )
        return [one["id"] for one in answer.json()["items"]]

    assert await take(FIRST, 2, "a") == reviews[1:3]
    assert await take(FIRST, 2, "a") == reviews[1:3]
    one, rest = await asyncio.gather(take(FIRST, 1), take(THIRD, 9))
    assert sorted(one + rest) == reviews[3:]
    assert await take(FOURTH, 9) == []
    await judged(world, FIRST, reviews[1], same_person=True)
    assert await take(FIRST, 9) == []
    assert await take(FOURTH, 9) == [reviews[1]]


async def test_an_assignment_is_given_back_taken_away_or_runs_out(world: World) -> None:
    _, (review, _) = await doubtful(world)
    path = f"/matcher/v1/reviews/{review}/assignment"

    async def call(person: Any, method: str, more: str = "") -> Any:
        async with world.host.client("matcher", person) as client:
            return await client.request(method, path + more)

    assert code(await call(FIRST, "DELETE")) == "review-not-yours"
    await world.take(FIRST, review)
    assert code(await call(SECOND, "DELETE")) == "review-not-yours"
    assert (await call(FIRST, "DELETE")).json()["assigned"] == "nobody"
    await world.take(SECOND, review)
    assert code(await call(FIRST, "POST", "/withdrawal")) == "team-not-allowed"
    assert code(await call(SUPERVISOR, "DELETE")) == "team-not-allowed"
    assert (await call(SUPERVISOR, "POST", "/withdrawal")).json()["assigned"] == "nobody"
    assert code(await world.judge(SECOND, review, same_person=False)) == "review-not-yours"
    actions = [(one["action"].rpartition(".")[2], one["actor"]) for one in records(world)]
    assert actions == [
        ("take", FIRST.id),
        ("give_back", FIRST.id),
        ("take", SECOND.id),
        ("withdraw", SUPERVISOR.id),
    ]
    await world.take(FIRST, review)
    world.host.clock.set(world.host.clock.now() + timedelta(hours=24))
    assert code(await world.judge(FIRST, review, same_person=False)) == "review-not-yours"
    assert code(await world.show(FIRST, review)) == "review-not-yours"
    assert not code(await world.take(SECOND, review))


async def test_a_second_person_must_share_an_acceptance_and_sees_the_first_one(world: World) -> None:
    batch_id, (review, crowd) = await doubtful(world)
    passed = await judged(world, FIRST, review, same_person=True, reason="転居前の住所")
    assert (passed["state"], passed["outcome"], passed["batch_state"]) == ("second", "", "in_review")
    assert code(await world.take(FIRST, review)) == "review-needs-another"
    await world.take(SECOND, review)
    shown = (await world.show(SECOND, review)).json()
    assert (shown["state"], shown["second"], shown["blind"]) == ("second", "four-eyes", False)
    [first] = shown["verdicts"]
    assert (first["by"], first["same_person"], first["candidate"], first["reason"]) == (
        FIRST.id,
        True,
        1,
        "転居前の住所",
    )
    decided = (await world.judge(SECOND, review, same_person=True)).json()
    assert (decided["state"], decided["outcome"], decided["batch_state"]) == ("decided", "11", "in_review")
    await world.host.idle()
    assert [one.turn for one in world.events(ReviewPassedOn)] == [2]
    assert [one.outcome for one in world.events(ReviewDecided)] == ["11"]
    assert [one["reason"] for one in records(world) if one["action"] == "matcher.review.decide"] == [
        UNCONFIRMED,
        f"11;{UNCONFIRMED}",
    ]
    assert (await judged(world, FIRST, crowd, same_person=False))["batch_state"] == "releasable"
    assert not code(await world.release(batch_id))
    [reply] = world.reply_list(world.events(RepliesReady)[0].reply_list)
    rows = world.reply_rows(reply)
    assert rows["outcome"].to_list() == ["11", "41"]
    assert is_inquiry_number(rows["inquiry_number"][0])


async def test_where_two_disagree_a_third_decides_and_sees_both(world: World) -> None:
    _, (review, crowd) = await doubtful(world)
    await judged(world, FIRST, review, same_person=True)
    assert (await judged(world, SECOND, review, same_person=False, reason="別人"))["state"] == "third"
    for person in (FIRST, SECOND):
        assert code(await world.take(person, review)) == "review-needs-another"
    await world.take(THIRD, review)
    assert [one["by"] for one in (await world.show(THIRD, review)).json()["verdicts"]] == [FIRST.id, SECOND.id]
    assert (await world.judge(THIRD, review, same_person=True)).json()["outcome"] == "11"

    await judged(world, FIRST, crowd, same_person=True, candidate=1)
    await judged(world, SECOND, crowd, same_person=True, candidate=2)
    assert (await judged(world, THIRD, crowd, same_person=True, candidate=2))["outcome"] == "11"


async def test_among_several_the_accepted_one_must_be_named(world: World) -> None:
    _, (_, crowd) = await doubtful(world)
    await world.take(FIRST, crowd)
    for wrong in (None, 3, 5):
        answer = await world.judge(FIRST, crowd, same_person=True, candidate=wrong)
        assert (code(answer), answer.json()["facts"]) == ("candidate-unknown", {"candidates": [1, 2]})
    for body in ({"same_person": True, "reason": " "}, {"same_person": True}, {"reason": "x"}, {"same_person": 9}):
        async with world.host.client("matcher", FIRST) as client:
            assert (await client.post(f"/matcher/v1/reviews/{crowd}/decision", json=body)).status_code == 422


async def test_a_repeat_is_answered_from_the_first_and_another_verdict_refused(world: World) -> None:
    _, (review, _) = await doubtful(world)
    first = await judged(world, FIRST, review, same_person=True)
    assert (await world.judge(FIRST, review, same_person=True)).json() == first
    assert (await world.judge(FIRST, review, same_person=True, candidate=1)).json() == first
    assert code(await world.judge(FIRST, review, same_person=False)) == "review-needs-another"
    assert code(await world.judge(FIRST, review, same_person=True, reason="別の理由")) == "review-needs-another"
    await world.take(SECOND, review)
    last = (await world.judge(SECOND, review, "k", same_person=True)).json()
    assert (await world.judge(SECOND, review, "k", same_person=True)).json() == last
    assert (await world.judge(SECOND, review, same_person=True)).json() == last
    assert code(await world.judge(SECOND, review, "k", same_person=False)) == "idempotency-key-reused"
    assert (await world.judge(FIRST, review, same_person=True)).json() == first
    assert code(await world.judge(FIRST, review, same_person=False)) == "review-decided"
    assert code(await world.take(THIRD, review)) == "review-decided"
    assert len([one for one in records(world) if one["action"] == "matcher.review.decide"]) == 2


async def test_of_many_at_once_one_takes_and_one_verdict_stands(world: World) -> None:
    _, (review, _) = await doubtful(world)
    taken = await asyncio.gather(*(world.take(person, review) for person in OPERATORS))
    assert sorted(map(code, taken)) == ["", "review-taken", "review-taken", "review-taken"]
    holder = OPERATORS[[code(one) for one in taken].index("")]
    both = await asyncio.gather(*(world.judge(holder, review, same_person=same) for same in (True, False)))
    assert sorted(map(code, both)) in (["", "review-decided"], ["", "review-needs-another"])
    stands = world.parts.db.read_now(lambda session: session.query(ReviewVerdict).count())
    assert stands == 1


async def test_two_at_once_after_the_first_ones_time_ran_out(world: World) -> None:
    _, (review, _) = await doubtful(world)
    await world.take(FIRST, review)
    world.host.clock.set(world.host.clock.now() + timedelta(hours=25))
    await world.take(SECOND, review)
    both = await asyncio.gather(*(world.judge(person, review, same_person=False) for person in (FIRST, SECOND)))
    assert code(both[1]) == ""
    assert code(both[0]) in ("review-not-yours", "review-decided")


async def test_a_house_may_want_a_second_person_for_every_verdict(strict: World) -> None:
    _, (review, _) = await doubtful(strict)
    assert (await judged(strict, FIRST, review, same_person=False))["state"] == "second"
    assert (await judged(strict, SECOND, review, same_person=False))["outcome"] == "41"


async def test_a_shown_review_marks_the_differences_and_says_why(world: World) -> None:
    _, (review, _) = await doubtful(world)
    await world.take(FIRST, review)
    shown = (await world.show(FIRST, review)).json()
    [candidate] = shown["candidates"]
    assert set(candidate["differences"]) == {"address"}
    for side, text in (("asked", shown["asked"]["address"]), ("held", candidate["address"])):
        spans = candidate["differences"]["address"][side]
        assert all(0 <= start < end <= len(text) for start, end in spans)
    told = candidate["evidence"]
    assert set(told) == {"name", "birth", "sex", "address"}
    assert told["name"] == []
    assert all(one["code"].startswith("ADDRESS-") and one["ja"] and one["en"] for one in told["address"])
    assert told["address"]
    assert PEOPLE[0].resident_code not in str(shown)


async def test_reasons_are_sealed_and_go_with_the_sides(world: World) -> None:
    batch_id, (review, crowd) = await doubtful(world)
    await judged(world, FIRST, review, same_person=True, reason="山田さんの旧住所")
    await judged(world, SECOND, review, same_person=True)
    await judged(world, FIRST, crowd, same_person=False)
    verdicts = world.parts.db.read_now(lambda session: session.query(ReviewVerdict).all())
    assert all(one.reason and "山田".encode() not in one.reason for one in verdicts)
    from services.matcher.storage.batches import empty_reviews

    await world.parts.db.write(lambda work: empty_reviews(work.session, batch_id))
    verdicts = world.parts.db.read_now(lambda session: session.query(ReviewVerdict).all())
    assert [one.reason for one in verdicts] == [None] * 3
    assert code(await world.show(FIRST, review)) == "review-cleared"
    assert code(await world.show(FOURTH, review)) == "review-not-yours"


async def test_agreement_counts_concluded_blind_pairs_by_month(blind: World) -> None:
    _, reviews = await doubtful(blind, 4)

    async def figures(person: Any = SUPERVISOR) -> Any:
        async with blind.host.client("matcher", person) as client:
            return (await client.get("/matcher/v1/reviews/agreement?months=2")).json()

    nothing = {"pairs": 0, "agreed": 0, "rate": None, "kappa": None}
    assert await figures() == {"blind_share": 1.0, "months": [], "together": nothing}
    for review, second in zip(reviews[:3], (True, False, True), strict=True):
        await judged(blind, FIRST, review, same_person=True)
        assert (await figures())["together"]["pairs"] == reviews.index(review) - (review == reviews[2])
        await judged(blind, SECOND, review, same_person=second)
    assert (await figures())["together"] == {"pairs": 2, "agreed": 2, "rate": 1.0, "kappa": None}
    await judged(blind, THIRD, reviews[1], same_person=False)
    blind.host.clock.set(blind.host.clock.now() + timedelta(days=30))
    await judged(blind, FIRST, reviews[3], same_person=False)
    await judged(blind, SECOND, reviews[3], same_person=False)
    told = await figures(AUDITOR)
    assert [(one["month"], one["pairs"], one["agreed"]) for one in told["months"]] == [
        ("2026-06", 3, 2),
        ("2026-07", 1, 1),
    ]
    assert (told["together"]["rate"], told["together"]["kappa"]) == (0.75, 0.5)
    assert code(await _get(blind, FIRST, "/matcher/v1/reviews/agreement")) == "team-not-allowed"
    assert (await _get(blind, SUPERVISOR, "/matcher/v1/reviews/agreement?months=0")).status_code == 422


async def _get(world: World, person: Any, path: str) -> Any:
    async with world.host.client("matcher", person) as client:
        return await client.get(path)
