"""The death guard: nobody is told of a death in one step, and whoever was told of one that was none is called."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from services.matcher.consumers import CONSUMES
from services.matcher.storage.ledger import key_of
from services.matcher.storage.told_tables import DeathCase, DeathConfirmation, DeathFound, DeathTold
from services.matcher.usecases.watch_deaths import death_tokens
from shared.auth.principals import Principal
from shared.bus.handling import Effect
from shared.events.intake import PlanContractEnded
from shared.events.matcher import (
    AnswerFileStored,
    BatchReleased,
    DeathCaseOpened,
    DeathsConfirmed,
    PartRequested,
    RepliesReady,
)
from tests.integration.conftest import portal, staff
from tests.integration.matcher.test_current import asked, identified, told
from tests.integration.matcher.test_twice import again, snapshot
from tests.integration.matcher.world import (
    OPERATOR,
    OPERATORS,
    OTHER_PLAN,
    PLAN,
    Registry,
    Resident,
    World,
    finished,
    resident,
)

PEOPLE = [resident(number) for number in range(8)]
SUPERVISOR = staff("supervisor")
CYCLES = ("2026-04-A", "2026-04-B", "2026-05-A")


def dead(person: Resident, day: str = "20260401", **items: str) -> Resident:
    return replace(person, change_reason="23", change_date=day, **items)


async def deaths(world: World, batch_id: str, person: Principal = OPERATORS[1], query: str = "") -> Any:
    async with world.host.client("matcher", person, purpose="review", case=batch_id) as client:
        return await client.get(f"/matcher/v1/batches/{batch_id}/deaths{query}")


async def cases(world: World, query: str = "", person: Principal = SUPERVISOR) -> list[dict[str, Any]]:
    async with world.host.client("matcher", person) as client:
        answer = await client.get(f"/matcher/v1/death-cases{query}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def rows(world: World, table: Any) -> list[Any]:
    return list(world.parts.db.read_now(lambda session: session.scalars(select(table)).all()))


async def told_dead(world: World, plans: Sequence[str] = (PLAN,)) -> dict[str, str]:
    """Each plan's inquiry number of person 0, of whose death it was told in June."""
    numbers = {}
    for place, plan in enumerate(plans):
        [numbers[plan]] = await identified(
            world, PEOPLE[:1], plan=plan, cycle=f"2026-0{4 + place // 2}-{'AB'[place % 2]}"
        )
    requests = [world.request("main", [{"inquiry_number": number}], plan=plan) for plan, number in numbers.items()]
    await world.close(*requests)
    batch_id = (await world.batches())["main"]["id"]
    await world.exchange(batch_id, Registry([dead(PEOPLE[0])]))
    assert (await world.release(batch_id)).status_code == 200
    return numbers


async def test_a_new_death_is_released_only_after_somebody_else_confirmed_it(world: World) -> None:
    numbers = await identified(world, PEOPLE[:3])
    now = [PEOPLE[0], dead(PEOPLE[1]), PEOPLE[2]]
    batch_id = await asked(world, "main", numbers, now, "2026-06-A")
    batch = await world.batch(batch_id)
    assert batch["state"] == "releasable"
    assert (batch["deaths"]["deaths"], batch["deaths"]["waiting"]) == (1, 1)
    refused = await world.release(batch_id, confirm=False)
    assert (refused.status_code, refused.json()["code"]) == (409, "deaths-unconfirmed")
    assert refused.json()["facts"] == {"waiting": 1}

    [death] = (await deaths(world, batch_id)).json()["items"]
    assert (death["seq"], death["serial"], death["change_date"], death["evidence"]) == (2, 2, "20260401", [])
    shown = str(death)
    for secret in (PEOPLE[1].name_kanji, PEOPLE[1].name_kana, PEOPLE[1].resident_code, numbers[1]):
        assert secret not in shown

    confirmed = await world.confirm_deaths(batch_id, OPERATOR)
    assert (confirmed.status_code, confirmed.json()["deaths"], confirmed.json()["waiting"]) == (200, 1, 0)
    own = await world.release(batch_id, confirm=False)
    assert (own.status_code, own.json()["code"]) == (409, "deaths-confirmed-by-you")
    assert (await world.confirm_deaths(batch_id)).json()["code"] == "deaths-confirmed"
    [event] = world.events(DeathsConfirmed)
    assert (event.batch_id, event.deaths) == (batch_id, 1)
    [kept] = rows(world, DeathConfirmation)
    assert "確認".encode() not in kept.reason


async def test_the_release_goes_through_for_another_and_the_plan_is_told(world: World) -> None:
    numbers = await identified(world, PEOPLE[:2])
    first = await told(world, "main", numbers, [dead(PEOPLE[0]), PEOPLE[1]], "2026-06-A")
    assert (first["status"].to_list(), first["changes"].to_list()) == (["3", "1"], ["DIED", ""])
    batch = (await world.batches())["main"]
    shown = (await world.batch(batch["id"]))["deaths"]
    assert (shown["deaths"], shown["waiting"], shown["confirmed_by"]) == (1, 0, "operator-2")
    later = await asked(world, "main", numbers, [dead(PEOPLE[0]), PEOPLE[1]], "2026-06-B")
    assert (await world.batch(later))["deaths"]["waiting"] == 0, "the plan knows it by now"
    assert (await world.release(later, confirm=False)).status_code == 200
    assert len(rows(world, DeathTold)) == 1


async def test_a_batch_without_deaths_needs_nobody_more(world: World) -> None:
    numbers = await identified(world, PEOPLE[:1])
    batch_id = await asked(world, "main", numbers, PEOPLE, "2026-06-A")
    assert (await world.confirm_deaths(batch_id)).json()["code"] == "no-deaths"
    assert (await deaths(world, batch_id)).json()["items"] == []
    assert (await world.release(batch_id, confirm=False)).status_code == 200


async def test_a_death_that_does_not_fit_is_looked_at_by_itself(world: World) -> None:
    numbers = await identified(world, PEOPLE[:6])
    now = [
        dead(PEOPLE[0], "20260619"),
        dead(PEOPLE[1], "19000101"),
        dead(PEOPLE[2], ""),
        dead(PEOPLE[3], name_kanji="佐藤　花子", name_kana="ｻﾄｳ ﾊﾅｺ"),
        dead(PEOPLE[4]),
        dead(PEOPLE[5], birth_date="19600101"),
    ]
    batch_id = await asked(world, "main", numbers, now, "2026-06-A")
    reviews = await world.reviews(batch_id)
    assert [one["reasons"] for one in reviews] == [
        ["DEATH-DATE-FUTURE"],
        ["DEATH-BEFORE-BIRTH"],
        ["DEATH-DATE-MISSING"],
        ["DEATH-NAME-DIFFERS"],
        ["BIRTH-DIFFERS"],
    ]
    early = await world.confirm_deaths(batch_id)
    assert (early.status_code, early.json()["code"]) == (409, "batch-state"), "not all is decided yet"
    for one in reviews:
        assert (await world.decide(one["id"], same_person=one is reviews[3])).status_code == 200
    found = (await deaths(world, batch_id)).json()["items"]
    assert [one["seq"] for one in found] == [4, 5]
    assert "DEATH-NAME-DIFFERS" in {one["code"] for one in found[0]["evidence"]}
    assert all(one["ja"] and one["en"] for one in found[0]["evidence"])
    assert (await world.release(batch_id, confirm=False)).json()["code"] == "deaths-unconfirmed"
    assert (await world.release(batch_id)).status_code == 200
    [reply] = world.reply_list(world.events(RepliesReady)[-1].reply_list)
    assert world.reply_rows(reply)["status"].to_list() == ["7", "7", "7", "3", "3", "7"]
    assert sorted(one.serial for one in rows(world, DeathTold)) == [4, 5]


async def test_where_all_deaths_are_refused_nothing_waits(world: World) -> None:
    numbers = await identified(world, PEOPLE[:1])
    batch_id = await asked(world, "main", numbers, [dead(PEOPLE[0], "")], "2026-06-A")
    [review] = await world.reviews(batch_id)
    await world.decide(review["id"], same_person=False)
    assert (await world.batch(batch_id))["deaths"]["waiting"] == 0
    assert (await world.release(batch_id, confirm=False)).status_code == 200
    assert rows(world, DeathTold) == []


async def test_a_death_before_the_plan_was_told_that_the_person_lives(world: World) -> None:
    numbers = await identified(world, PEOPLE[:2])
    await told(world, "main", numbers, PEOPLE, "2026-06-A")  # as of 18 June
    now = [dead(PEOPLE[0], "20260617"), dead(PEOPLE[1], "20260618")]
    batch_id = await asked(world, "main", numbers, now, "2026-06-B")
    assert [(one["seq"], one["reasons"]) for one in await world.reviews(batch_id)] == [(1, ["DEATH-BEFORE-LAST-TOLD"])]


async def test_the_register_is_written_when_the_plan_is_told(world: World) -> None:
    numbers = await identified(world, PEOPLE[:1])
    batch_id = await asked(world, "main", numbers, [dead(PEOPLE[0])], "2026-06-A")
    assert rows(world, DeathTold) == []
    [found] = rows(world, DeathFound)
    assert found.newly
    await world.release(batch_id)
    assert rows(world, DeathFound) == []
    [kept] = rows(world, DeathTold)
    assert (kept.plan_number, kept.serial, kept.as_of) == (PLAN, 1, "20260618")
    assert kept.token == death_tokens(world.parts.keyring, [PEOPLE[0].resident_code])[0]


async def test_whoever_was_told_is_called_when_the_person_lives(world: World) -> None:
    """Three plans were told; one asks again and is answered "resident": three cases, three events, once."""
    third = "00099999"
    numbers = await told_dead(world, (PLAN, OTHER_PLAN, third))
    assert len(rows(world, DeathTold)) == 3
    await world.close(world.request("main", [{"inquiry_number": numbers[PLAN]}]), cycle="2026-06-B")
    batch_id = (await world.batches("2026-06-B"))["main"]["id"]
    await world.exchange(batch_id, Registry(PEOPLE))
    opened = await cases(world)
    assert sorted(one["plan_number"] for one in opened) == sorted(numbers)
    assert {one["answered"]["batch_id"] for one in opened} == {batch_id}
    assert {(one["state"], one["answered"]["status"], one["told"]["serial"]) for one in opened} == {("open", "1", 1)}
    assert sorted(event.plan_number for event in world.events(DeathCaseOpened)) == sorted(numbers)
    assert rows(world, DeathTold) == []
    assert (await world.release(batch_id)).status_code == 200
    [reply] = world.reply_list(world.events(RepliesReady)[-1].reply_list)
    assert world.reply_rows(reply)["changes"].to_list() == ["BACK"]
    await told(world, "main", [numbers[PLAN]], PEOPLE, "2026-07-A")
    assert len(await cases(world)) == 3
    assert str(opened).count(numbers[PLAN]) == 0


@pytest.mark.parametrize("reason", ["22", "12", "51"])
async def test_abroad_back_or_under_another_code_is_alive(world: World, reason: str) -> None:
    [number] = (await told_dead(world)).values()
    now = replace(PEOPLE[0], change_reason=reason, change_date="20260610")
    if reason == "51":
        now = replace(now, resident_code=PEOPLE[7].resident_code)
    await world.close(world.request("main", [{"inquiry_number": number}]), cycle="2026-06-B")
    await world.exchange((await world.batches("2026-06-B"))["main"]["id"], Registry([], by_seq={1: [("0", now)]}))
    assert [one["answered"]["status"] for one in await cases(world)] == ["2" if reason == "22" else "1"]


@pytest.mark.parametrize("answer", ["23", "29", "none", "refused"])
async def test_what_is_no_sign_of_life_opens_no_case(world: World, answer: str) -> None:
    [number] = (await told_dead(world)).values()
    gone = replace(PEOPLE[0], change_reason=answer, change_date="20260401")
    told_now: Any = {"none": [("1", None)], "refused": [("9", None)]}.get(answer, [("0", gone)])
    await world.close(world.request("main", [{"inquiry_number": number}]), cycle="2026-06-B")
    await world.exchange((await world.batches("2026-06-B"))["main"]["id"], Registry([], by_seq={1: told_now}))
    assert await cases(world) == []
    assert len(rows(world, DeathTold)) == 1


@pytest.mark.parametrize("reason", ["00", "22", "23", "29"])
async def test_a_plan_that_asks_by_name_for_somebody_told_dead(world: World, reason: str) -> None:
    await told_dead(world)
    now = replace(PEOPLE[0], change_reason=reason, change_date="" if reason == "00" else "20260401")
    request = world.request("provisional", [now.asked, PEOPLE[1].asked], plan=OTHER_PLAN)
    await world.close(request, cycle="2026-06-B")
    await world.exchange((await world.batches("2026-06-B"))["provisional"]["id"], Registry([now, PEOPLE[1]]))
    expected = {"00": [(PLAN, "1")], "22": [(PLAN, "2")]}.get(reason, [])
    assert [(one["plan_number"], one["answered"]["status"]) for one in await cases(world)] == expected


async def test_an_older_answer_says_nothing_against_a_death(world: World) -> None:
    [number] = (await told_dead(world)).values()
    await world.close(world.request("main", [{"inquiry_number": number}]), cycle="2026-06-B")
    batch_id = (await world.batches("2026-06-B"))["main"]["id"]
    older = Registry(PEOPLE).answer_file(await world.hand_over(batch_id)).replace(b",20260618\n", b",20260617\n")
    lines = older.decode().splitlines()[:-1]
    assert (await world.put_answer(batch_id, finished(lines))).status_code == 202
    assert (await world.batch(batch_id))["state"] == "releasable"
    assert await cases(world) == []


async def test_a_case_is_closed_once_by_a_supervisor_with_a_reason(world: World) -> None:
    [number] = (await told_dead(world)).values()
    await asked(world, "main", [number], PEOPLE, "2026-06-B")
    [case] = await cases(world)
    path, because = f"/matcher/v1/death-cases/{case['id']}/closing", {"reason": "企業年金へ電話で連絡し訂正を依頼した"}
    async with world.host.client("matcher", OPERATOR) as client:
        assert (await client.post(path, json=because)).json()["code"] == "team-not-allowed"
    async with world.host.client("matcher", SUPERVISOR) as client:
        assert (await client.post(path, json={"reason": ""})).status_code == 422
        closed = await client.post(path, json=because)
        again_ = await client.post(path, json=because)
        unknown = await client.post("/matcher/v1/death-cases/none/closing", json=because)
    assert (closed.status_code, closed.json()["state"], closed.json()["closed_by"]) == (200, "closed", "supervisor-1")
    assert (again_.status_code, again_.json()["code"]) == (409, "death-case-closed")
    assert unknown.status_code == 404
    assert await cases(world, "?state=open") == []
    assert len(await cases(world, f"?state=closed&plan_number={PLAN}")) == 1
    [row] = rows(world, DeathCase)
    assert "電話".encode() not in row.reason


async def test_events_that_come_again_open_confirm_and_tell_nothing_twice(world: World) -> None:
    numbers = await told_dead(world, (PLAN, OTHER_PLAN))
    first = (await world.batches())["main"]["id"]
    mine = numbers[PLAN]
    second = await asked(world, "main", [mine], PEOPLE, "2026-06-B")
    before = snapshot(world)
    for batch_id in (first, second):
        await again(world, PartRequested(batch_id=batch_id, part=0))
    await again(world, BatchReleased(batch_id=first, cycle="2026-06-A", kind="main", outcomes={}))
    assert snapshot(world) == before
    assert len(world.events(DeathCaseOpened)) == 2


async def test_two_workers_on_one_part_open_each_case_once(world: World) -> None:
    """A worker that was taken for dead comes back: both have prepared the part, both effects are applied."""
    numbers = await told_dead(world, (PLAN, OTHER_PLAN))
    await world.close(world.request("main", [{"inquiry_number": numbers[PLAN]}]), cycle="2026-06-B")
    batch_id = (await world.batches("2026-06-B"))["main"]["id"]
    answer = Registry(PEOPLE).answer_file(await world.hand_over(batch_id))
    assert world.host.bus is not None
    await world.host.bus.stop()
    async with world.host.client("matcher", OPERATOR, purpose="jlis-exchange", case=batch_id) as client:
        put = await client.put(f"/matcher/v1/batches/{batch_id}/answer-file", content=answer)
    assert put.status_code == 202
    for event in (AnswerFileStored(batch_id=batch_id), PartRequested(batch_id=batch_id, part=0)):
        effects: list[Effect | None] = [await CONSUMES[type(event)](world.parts, event) for _ in range(2)]
        for effect in effects:
            assert effect is not None
            await world.parts.db.write(effect)
    assert sorted(one["plan_number"] for one in await cases(world)) == sorted(numbers)


async def test_a_deletion_destroys_the_token_with_the_number(world: World) -> None:
    numbers = await told_dead(world, (PLAN, OTHER_PLAN))
    token = death_tokens(world.parts.keyring, [PEOPLE[0].resident_code])[0]
    await world.close(
        world.request("deletion", [{"inquiry_number": numbers[OTHER_PLAN], "reason": "3"}], plan=OTHER_PLAN),
        cycle="2026-06-B",
    )
    assert [one.plan_number for one in rows(world, DeathTold)] == [PLAN]
    await asked(world, "main", [numbers[PLAN]], PEOPLE, "2026-07-A")
    assert [one["plan_number"] for one in await cases(world)] == [PLAN]
    assert not _is_stored(world, token)


async def test_the_end_of_a_contract_destroys_the_tokens_of_all_its_numbers(world: World) -> None:
    numbers = await told_dead(world, (PLAN, OTHER_PLAN))
    waiting = await asked(world, "main", [numbers[PLAN]], [dead(PEOPLE[0])], "2026-06-B")
    assert len(rows(world, DeathFound)) == 1
    for plan in numbers:
        await world.announce(PlanContractEnded(plan_number=plan, ended_on=world.host.clock.now().date()))
    assert (rows(world, DeathTold), rows(world, DeathFound)) == ([], [])
    token = death_tokens(world.parts.keyring, [PEOPLE[0].resident_code])[0]
    assert not _is_stored(world, token)
    held = {key.name: key.destroyed_at for key in world.parts.keyring.list() if key.name == key_of(PLAN)}
    assert all(held.values())
    assert (await world.batch(waiting))["deaths"]["waiting"] == 0


def _is_stored(world: World, token: bytes) -> bool:
    """Whether the token stands anywhere: in a row, or in the bytes of a database file."""
    found = token in {one.token for table in (DeathTold, DeathFound) for one in rows(world, table)}
    files = world.host.kit.data_dir.rglob("matcher*.sqlite3")
    return found or any(token in path.read_bytes() for path in files)


async def test_the_token_is_keyed_and_stands_in_no_record(world: World) -> None:
    await told_dead(world)
    [kept] = rows(world, DeathTold)
    assert PEOPLE[0].resident_code.encode() not in kept.token
    subjects = world.parts.keyring.blind_index("subjects").of(PEOPLE[0].resident_code, scope="resident_code")
    assert kept.token != subjects, "the register and the log cannot be joined"


@pytest.mark.parametrize(
    ("caller", "code"),
    [
        (staff("clerk"), "team-not-allowed"),
        (staff("auditor"), "team-not-allowed"),
        (portal(), "not-for-clients"),
        (staff("operator", "media_station"), "equipment-not-allowed"),
    ],
)
async def test_who_may_not_see_or_confirm_deaths(world: World, caller: Principal, code: str) -> None:
    assert (await deaths(world, "any", caller)).json()["code"] == code
    assert (await world.confirm_deaths("any", caller)).json()["code"] == code


async def test_lists_are_paged_and_strange_cursors_refused(world: World) -> None:
    numbers = await identified(world, PEOPLE[:3])
    batch_id = await asked(world, "main", numbers, [dead(one) for one in PEOPLE[:3]], "2026-06-A")
    first = (await deaths(world, batch_id, query="?limit=2")).json()
    rest = (await deaths(world, batch_id, query=f"?limit=2&cursor={first['next_cursor']}")).json()
    assert [one["seq"] for one in (*first["items"], *rest["items"])] == [1, 2, 3]
    assert rest["next_cursor"] is None
    assert (await deaths(world, batch_id, query="?cursor=eHh4")).json()["code"] == "bad-request"
    assert (await deaths(world, "none")).json()["code"] == "not-found"
    async with world.host.client("matcher", OPERATORS[1]) as client:
        bare = await client.get(f"/matcher/v1/batches/{batch_id}/deaths")
    assert bare.json()["code"] == "purpose-required"
