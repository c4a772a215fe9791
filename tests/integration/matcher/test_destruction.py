"""Numbers and codes go when the plan says so or its contract ends; columns go when nobody needs them any more."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from services.matcher.consumers import CONSUMES
from services.matcher.jobs import JOBS
from services.matcher.usecases.collect_orphans import ORPHANS
from shared.blobs.errors import BlobGone
from shared.blobs.ref import BlobRef
from shared.crypto.errors import KeyDestroyed
from shared.events.copies import CopyDestroyed
from shared.events.intake import PlanContractEnded
from shared.events.matcher import InquiryNumbersDestroyed, RepliesReady
from shared.events.media import ReplyCompleted
from shared.hosting import run_due
from tests.integration.matcher.test_current import identified, told
from tests.integration.matcher.world import AUDITOR, OTHER_PLAN, PLAN, Registry, World, resident

PEOPLE = [resident(number) for number in range(10)]


async def count(world: World, plan: str = PLAN) -> int:
    async with world.host.client("matcher", AUDITOR) as client:
        answer = await client.get(f"/matcher/v1/inquiry-numbers/count?plan_number={plan}")
    return int(answer.json()["count"])


async def test_a_deletion_is_executed_at_the_cutoff_and_answered(world: World) -> None:
    numbers = await identified(world, PEOPLE[:3])
    rows = [{"inquiry_number": one, "reason": "1"} for one in (numbers[0], "0000000000", numbers[2])]
    request = world.request("deletion", rows)
    await world.close(request)
    assert await world.batches() == {}
    ready = world.events(RepliesReady)[-1]
    assert (ready.kind, ready.cycle) == ("deletion", "2026-06-A")
    [reply] = world.reply_list(ready.reply_list)
    assert world.reply_rows(reply)["result"].to_list() == ["1", "6", "1"]
    assert reply["outcomes"] == {"1": 2, "6": 1}
    [destroyed] = world.events(InquiryNumbersDestroyed)
    assert (destroyed.reason, destroyed.count, destroyed.request_id) == ("deletion", 2, request.request_id)
    [certificate] = [event for event in world.events(CopyDestroyed) if event.what == "inquiry_numbers"]
    assert certificate.records == 2
    assert await count(world) == 1
    later = await told(world, "main", numbers, PEOPLE, "2026-06-B")
    assert later["status"].to_list() == ["6", "1", "6"]


async def test_a_deleted_person_asked_for_again_gets_another_number(world: World) -> None:
    [number] = await identified(world, PEOPLE[:1])
    await world.close(world.request("deletion", [{"inquiry_number": number, "reason": "9"}]))
    [again] = await identified(world, PEOPLE[:1], cycle="2026-06-B")
    assert again != number


async def test_deletion_goes_before_a_main_inquiry_of_the_same_cycle(world: World) -> None:
    numbers = await identified(world, PEOPLE[:2])
    main = world.request("main", [{"inquiry_number": one} for one in numbers])
    await world.close(main, world.request("deletion", [{"inquiry_number": numbers[0], "reason": "1"}]))
    batch = (await world.batches())["main"]
    assert batch["counts"]["asked"] == 1
    await world.exchange(batch["id"], Registry(PEOPLE))
    await world.release(batch["id"])
    [reply] = world.reply_list(world.events(RepliesReady)[-1].reply_list)
    assert world.reply_rows(reply)["status"].to_list() == ["6", "1"]


async def test_another_plans_number_cannot_be_deleted(world: World) -> None:
    numbers = await identified(world, PEOPLE[:1])
    await world.close(world.request("deletion", [{"inquiry_number": numbers[0], "reason": "1"}], plan=OTHER_PLAN))
    [reply] = world.reply_list(world.events(RepliesReady)[-1].reply_list)
    assert world.reply_rows(reply)["result"].to_list() == ["6"]
    assert await count(world) == 1


async def test_the_end_of_a_contract_destroys_the_ledger_and_its_key(world: World) -> None:
    numbers = await identified(world, PEOPLE[:4])
    await identified(world, PEOPLE[:2], plan=OTHER_PLAN, cycle="2026-05-B")
    sealed = world.parts.db.read_now(
        lambda session: session.execute(
            text("SELECT inquiry_number, sealed FROM held WHERE plan_number = :p"), {"p": PLAN}
        ).all()
    )
    for _ in range(2):
        await world.announce(PlanContractEnded(plan_number=PLAN, ended_on=date(2026, 6, 30)), subject=PLAN)
    destroyed = world.events(InquiryNumbersDestroyed)
    assert {(event.plan_number, event.reason, event.count, event.numbers) for event in destroyed} == {
        (PLAN, "contract_end", 4, None)
    }
    assert (await count(world), await count(world, OTHER_PLAN)) == (0, 2)
    cipher = world.host.kit.keyring.field_cipher(f"ledger/{PLAN}")
    with pytest.raises(KeyDestroyed):
        cipher.decrypt(sealed[0][1], place="held.sealed", row=sealed[0][0])
    assert (await told(world, "main", numbers[:1], PEOPLE, "2026-06-B"))["status"].to_list() == ["6"]


async def test_a_destroyed_number_since_the_hand_over_is_unknown(world: World) -> None:
    numbers = await identified(world, PEOPLE[:2])
    await world.close(world.request("main", [{"inquiry_number": one} for one in numbers]))
    batch_id = (await world.batches())["main"]["id"]
    answer = Registry(PEOPLE).answer_file(await world.hand_over(batch_id))
    await world.close(world.request("deletion", [{"inquiry_number": numbers[0], "reason": "3"}]), cycle="2026-06-B")
    await world.put_answer(batch_id, answer)
    await world.release(batch_id)
    [reply] = world.reply_list(world.events(RepliesReady)[-1].reply_list)
    assert world.reply_rows(reply)["status"].to_list() == ["6", "1"]


async def test_reply_columns_go_three_months_after_their_media_are_complete(world: World) -> None:
    await identified(world, PEOPLE[:2])
    [reply] = world.reply_list(world.events(RepliesReady)[-1].reply_list)
    done = ReplyCompleted(
        reply_id=reply["reply_id"],
        request_id=reply["request_id"],
        batch_id=reply["batch_id"],
        kind="provisional",
        channel="network",
        records=2,
    )
    await world.announce(done)
    service = world.service
    early = await run_due([service], datetime(2026, 8, 31, 23, 0, tzinfo=UTC))
    assert {run.job for run in early} <= {"matcher.destroy-copies"}
    runs = await run_due([service], datetime(2026, 9, 1, 0, 0, tzinfo=UTC), move_to=world.host.clock.set)
    assert {run.job: dict(run.counts) for run in runs}["matcher.clear-replies"] == {"replies": 1}
    with pytest.raises(BlobGone):
        world.parts.blobs.get(BlobRef.model_validate(reply["chunks"][0]))
    assert (await world.batch(reply["batch_id"]))["cleared_at"] is not None
    assert await run_due([service], datetime(2026, 9, 1, 0, 0, tzinfo=UTC)) == []


async def test_only_blobs_that_nothing_names_are_orphans(world: World) -> None:
    await identified(world, PEOPLE[:2])
    ref = world.parts.blobs.put(b"left behind by a crash", purpose="answers", key="jlis")
    assert ORPHANS.found(world.parts) == []
    later = world.parts.settings.model_copy(update={"orphan_hours": 0})
    parts = type(world.parts)(**{**vars(world.parts), "settings": later})
    assert set(ORPHANS.found(parts)) <= {ref.id}
    while not ORPHANS.found(parts):
        pass
    assert ORPHANS.destroy(parts) == 1
    with pytest.raises(BlobGone):
        world.parts.blobs.get(ref)


def test_every_job_and_consumer_has_its_name() -> None:
    names = [job.name for job in JOBS]
    assert names == ["matcher.destroy-copies", "matcher.clear-replies", "matcher-orphans", "matcher-reseal"]
    assert len(CONSUMES) == 9
