"""Kind 1 from the cutoff to the replies: numbers, reviews, balance, two people."""

import random
from dataclasses import replace
from typing import Any

import polars as pl

from shared.events.copies import CopyDestroyed
from shared.events.matcher import (
    BatchAnswered,
    BatchReady,
    InquiryNumbersIssued,
    PartDone,
    RepliesReady,
    ReviewOpened,
)
from shared.people.inquiry_numbers import is_inquiry_number
from tests.integration.matcher.world import (
    AUDITOR,
    CASE,
    OPERATOR,
    OTHER_PLAN,
    PLAN,
    Registry,
    World,
    resident,
)

PEOPLE = [resident(number) for number in range(150)]


async def test_everyone_found_gets_a_number_and_the_request_its_reply(world: World) -> None:
    request = world.request("provisional", [one.asked for one in PEOPLE[:130]])
    await world.close(request)
    batch = (await world.batches())["provisional"]
    assert (batch["state"], batch["counts"]["inquiries"]) == ("ready", 130)

    batch = await world.exchange(batch["id"], Registry(PEOPLE))
    assert batch["state"] == "releasable"
    assert batch["counts"]["outcomes"] == {"10": 130}
    assert batch["progress"] == {"parts_done": 3, "parts": 3}
    assert batch["rules"] == "four-items-1"

    released = await world.release(batch["id"])
    assert released.status_code == 200
    [ready] = world.events(RepliesReady)
    [reply] = world.reply_list(ready.reply_list)
    rows = world.reply_rows(reply)
    assert rows["serial"].to_list() == list(range(1, 131))
    assert rows.columns == ["serial", "member_id", "outcome", "inquiry_number", "differing"]
    assert all(is_inquiry_number(number) for number in rows["inquiry_number"])
    assert rows["inquiry_number"].n_unique() == 130
    assert (reply["request_id"], reply["outcomes"], reply["registry_as_of"]) == (
        request.request_id,
        {"10": 130},
        "20260618",
    )
    [issued] = world.events(InquiryNumbersIssued)
    assert (issued.plan_number, issued.count) == (PLAN, 130)
    [answered] = world.events(BatchAnswered)
    assert answered.outcomes == {"10": 130}
    assert len(world.events(PartDone)) == 3
    assert [event.inquiries for event in world.events(BatchReady)] == [130]
    assert (await world.balance(batch["id"]))["balanced"] is True


async def test_the_same_person_keeps_the_number_of_the_same_plan_only(world: World) -> None:
    rows = [PEOPLE[0].asked, PEOPLE[1].asked, PEOPLE[0].asked]
    await world.close(world.request("provisional", rows), world.request("provisional", rows, plan=OTHER_PLAN))
    batch = (await world.batches())["provisional"]
    await world.exchange(batch["id"], Registry(PEOPLE))
    await world.release(batch["id"])
    replies = world.reply_list(world.events(RepliesReady)[0].reply_list)
    ours, theirs = (world.reply_rows(one)["inquiry_number"].to_list() for one in replies)
    assert ours[0] == ours[2]
    assert theirs[0] == theirs[2]
    assert len({*ours, *theirs}) == 4

    await world.close(world.request("provisional", rows[:1]), cycle="2026-06-B")
    again = (await world.batches("2026-06-B"))["provisional"]
    await world.exchange(again["id"], Registry(PEOPLE))
    await world.release(again["id"])
    [reply] = world.reply_list(world.events(RepliesReady)[1].reply_list)
    known = {one["plan_number"]: world.reply_rows(one)["inquiry_number"][0] for one in replies}
    assert world.reply_rows(reply)["inquiry_number"].to_list() == [known[PLAN]]


async def doubtful(world: World) -> tuple[dict[str, Any], Registry]:
    """Five inquiries: identified, nobody, refused, one doubtful, two candidates of whom one agrees."""
    moved = replace(PEOPLE[3], address="大阪府大阪市北区梅田１－１")
    twin = replace(PEOPLE[4], resident_code=PEOPLE[100].resident_code, sex="2" if PEOPLE[4].sex == "1" else "1")
    registry = Registry(PEOPLE, by_seq={3: [("9", None)], 4: [("0", moved)], 5: [("0", twin), ("0", PEOPLE[4])]})
    nobody = PEOPLE[1].asked | {"name_kana": "ｲﾅｲ ﾋﾄ", "name_kanji": "居内　人"}
    request = world.request("provisional", [PEOPLE[0].asked, nobody, *(PEOPLE[at].asked for at in (2, 3, 4))])
    await world.close(request)
    batch = (await world.batches())["provisional"]
    return await world.exchange(batch["id"], registry), registry


async def test_doubtful_ones_wait_for_a_person(world: World) -> None:
    batch, _ = await doubtful(world)
    assert batch["state"] == "in_review"
    assert batch["counts"]["outcomes"] == {"10": 1, "20": 1, "50": 1}
    assert batch["counts"]["in_review"] == 2
    found = await world.reviews(batch["id"])
    assert [one["seq"] for one in found] == [4, 5]
    assert found[0]["reasons"] == ["ADDRESS-DIFFERS"]
    assert found[1]["reasons"][0] == "SEVERAL-CANDIDATES"
    assert [len(event.review_ids) for event in world.events(ReviewOpened)] == [2]
    assert (await world.balance(batch["id"]))["balanced"] is True


async def test_a_review_shows_both_sides_to_whom_may_see_them(world: World) -> None:
    batch, _ = await doubtful(world)
    first, second = await world.reviews(batch["id"])
    async with world.host.client("matcher", OPERATOR) as client:
        refused = await client.get(f"/matcher/v1/reviews/{first['id']}")
    assert (refused.status_code, refused.json()["code"]) == (403, "purpose-required")
    assert (await world.show(OPERATOR, first["id"])).json()["code"] == "review-not-yours"
    for review in (first, second):
        await world.take(OPERATOR, review["id"])
    shown, crowd = [(await world.show(OPERATOR, review["id"])).json() for review in (first, second)]
    assert shown["asked"]["address"] == PEOPLE[3].address
    [candidate] = shown["candidates"]
    assert candidate["address"].startswith("大阪府")
    assert candidate["judgements"] == {"name": "same", "birth": "same", "sex": "same", "address": "differs"}
    assert (len(crowd["candidates"]), crowd["proposed"]) == (2, 2)
    for person in PEOPLE[3:5]:
        assert person.resident_code not in str(shown) + str(crowd)
    async with world.host.client("matcher", AUDITOR, purpose="review", case=first["id"]) as client:
        assert (await client.get(f"/matcher/v1/reviews/{first['id']}")).status_code == 403


async def test_decisions_become_outcomes_11_and_41(world: World) -> None:
    batch, _ = await doubtful(world)
    first, second = await world.reviews(batch["id"])
    assert (await world.release(batch["id"])).json()["code"] == "batch-state"
    refused = await world.decide(first["id"], same_person=False)
    assert refused.json()["outcome"] == "41"
    assert (await world.judge(OPERATOR, first["id"], same_person=True)).json()["code"] == "review-decided"
    unknown = await world.decide(second["id"], same_person=True, candidate=5)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "candidate-unknown")
    accepted = await world.decide(second["id"], same_person=True, candidate=2)
    assert (accepted.json()["outcome"], accepted.json()["batch_state"]) == ("11", "releasable")

    assert (await world.release(batch["id"])).status_code == 200
    [reply] = world.reply_list(world.events(RepliesReady)[0].reply_list)
    rows = world.reply_rows(reply)
    assert rows["outcome"].to_list() == ["10", "20", "50", "41", "11"]
    assert [bool(number) for number in rows["inquiry_number"]] == [True, False, False, False, True]
    assert rows["differing"].to_list()[3] == "ADDRESS-DIFFERS"
    assert (await world.balance(batch["id"]))["balanced"] is True


async def test_the_hand_over_needs_two_people_the_room_and_a_purpose(world: World) -> None:
    await world.close(world.request("provisional", [PEOPLE[0].asked]))
    batch_id = (await world.batches())["provisional"]["id"]
    path = f"/matcher/v1/batches/{batch_id}/inquiry-file"
    async with world.host.client("matcher", OPERATOR, purpose=CASE, case=batch_id) as client:
        assert (await client.get(path)).json()["code"] == "approval-required"
        early = await client.put(f"/matcher/v1/batches/{batch_id}/answer-file", content=b"H\n")
        assert (early.status_code, early.json()["code"]) == (409, "batch-state")
    other = await world.host.approve("matcher", "matcher.batch.hand_over", "another", OPERATOR.id)
    async with world.host.client("matcher", OPERATOR, purpose=CASE, case=batch_id, approval=other) as client:
        assert (await client.get(path)).json()["code"] == "approval-for-something-else"
    text = await world.hand_over(batch_id)
    assert text.splitlines()[1].startswith("D,1,,")
    assert (await world.batch(batch_id))["state"] == "handed_over"
    assert await world.hand_over(batch_id) == text


async def test_answers_may_come_in_any_order(world: World) -> None:
    await world.close(world.request("provisional", [one.asked for one in PEOPLE[:130]]))
    batch_id = (await world.batches())["provisional"]["id"]
    shuffled = random.Random(7)
    content = Registry(PEOPLE).answer_file(
        await world.hand_over(batch_id), order=lambda lines: shuffled.sample(lines, len(lines))
    )
    assert (await world.put_answer(batch_id, content)).status_code == 202
    batch = await world.batch(batch_id)
    assert (batch["state"], batch["counts"]["outcomes"]) == ("releasable", {"10": 130})


async def test_exchange_files_are_destroyed_when_their_parts_are_stored(world: World) -> None:
    await world.close(world.request("provisional", [one.asked for one in PEOPLE[:3]]))
    batch_id = (await world.batches())["provisional"]["id"]
    await world.exchange(batch_id, Registry(PEOPLE))
    destroyed = [event for event in world.events(CopyDestroyed) if event.what == "exchange_file"]
    assert {event.object_id for event in destroyed} == {batch_id}
    assert sorted(event.records for event in destroyed)[-1] == 3
    assert all(len(event.digest) == 64 for event in destroyed)


async def test_a_lost_record_stops_the_release_and_is_named(world: World) -> None:
    request = world.request("provisional", [one.asked for one in PEOPLE[:5]])
    await world.close(request)
    batch_id = (await world.batches())["provisional"]["id"]
    await world.exchange(batch_id, Registry(PEOPLE))
    lose_one_row(world, batch_id, serial=3)
    refused = await world.release(batch_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "batch-unbalanced")
    assert refused.json()["facts"]["records"] == [{"request_id": request.request_id, "serials": [3], "in_all": 1}]
    sheet = await world.balance(batch_id)
    assert (sheet["balanced"], sheet["records"][0]["serials"]) == (False, [3])


def lose_one_row(world: World, batch_id: str, *, serial: int) -> None:
    """What a fault in a store would do."""
    from services.matcher.storage.batches import ref_of, slices_of
    from services.matcher.storage.tables import Slice
    from shared.blobs.columns import get_frame, put_frame
    from shared.db import Work

    def lose(work: Work) -> None:
        for one in slices_of(work.session, batch_id):
            rows = get_frame(world.parts.blobs, ref_of(one.result)).filter(pl.col("serial") != serial)
            row = work.session.get_one(Slice, one.id)
            row.result = put_frame(world.parts.blobs, rows, purpose="reply", key=f"plan/{PLAN}").model_dump()

    world.parts.db.write_now(lose)
