"""Kinds 2 and 3: the plan's numbers are turned into codes, the registry's answer into status, items and changes."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from services.matcher.storage.replies import replies_of
from services.matcher.usecases.check_answer import NUMBER_KEY, NUMBER_PLACE
from shared.blobs.columns import get_frame
from shared.blobs.ref import BlobRef
from shared.events.copies import CopyDestroyed
from shared.events.intake import Kind
from shared.events.matcher import BatchMasked, RepliesReady
from shared.events.media import ReplyCompleted
from tests.integration.matcher.world import OTHER_PLAN, PLAN, Registry, Resident, World, resident

PEOPLE = [resident(number) for number in range(20)]


async def identified(
    world: World, people: Sequence[Resident], *, plan: str = PLAN, cycle: str = "2026-05-A"
) -> list[str]:
    """Inquiry numbers of a plan for people, won by a provisional inquiry."""
    await world.close(world.request("provisional", [one.asked for one in people], plan=plan), cycle=cycle)
    batch_id = (await world.batches(cycle))["provisional"]["id"]
    await world.exchange(batch_id, Registry(list(people)))
    await world.release(batch_id)
    [reply] = world.reply_list(world.events(RepliesReady)[-1].reply_list)
    return world.reply_rows(reply)["inquiry_number"].to_list()


async def asked(world: World, kind: Kind, numbers: Sequence[str], people: list[Resident], cycle: str) -> str:
    """The batch of a cycle in which the plan asks for these numbers, answered."""
    await world.close(world.request(kind, [{"inquiry_number": one} for one in numbers]), cycle=cycle)
    batch_id: str = (await world.batches(cycle))[kind]["id"]
    await world.exchange(batch_id, Registry(people))
    return batch_id


async def told(world: World, kind: Kind, numbers: Sequence[str], people: list[Resident], cycle: str) -> pl.DataFrame:
    """The released rows of that batch."""
    batch_id = await asked(world, kind, numbers, people, cycle)
    released = await world.release(batch_id)
    assert released.status_code == 200, released.text
    [reply] = world.reply_list(world.events(RepliesReady)[-1].reply_list)
    return world.reply_rows(reply)


async def test_changes_are_told_once(world: World) -> None:
    numbers = await identified(world, PEOPLE[:4])
    now = list(PEOPLE)
    now[1] = replace(PEOPLE[1], change_reason="23", change_date="20260401")
    now[2] = replace(PEOPLE[2], address="大阪府大阪市北区梅田１－１", change_reason="31", change_date="20260402")
    now[3] = replace(
        PEOPLE[3], name_kanji="佐藤　花子", name_kana="ｻﾄｳ ﾊﾅｺ", change_reason="33", change_date="20260403"
    )
    first = await told(world, "main", numbers, now, "2026-06-A")
    assert first["status"].to_list() == ["1", "3", "1", "1"]
    assert first["status_date"].to_list() == ["", "20260401", "20260402", "20260403"]
    assert first["changes"].to_list() == ["", "DIED", "MOVED", "RENAMED"]
    assert first["address"].to_list()[2] == now[2].address
    second = await told(world, "main", numbers, now, "2026-06-B")
    assert second["changes"].to_list() == ["", "", "", ""]
    back = [PEOPLE[0], PEOPLE[1], *now[2:]]
    assert (await told(world, "main", numbers, back, "2026-07-A"))["changes"].to_list() == ["", "BACK", "", ""]


async def test_unknown_numbers_are_answered_without_asking(world: World) -> None:
    mine = await identified(world, PEOPLE[:2])
    theirs = await identified(world, PEOPLE[2:4], plan=OTHER_PLAN, cycle="2026-05-B")
    numbers = [mine[0], "0000000000", theirs[0], mine[1]]
    await world.close(world.request("main", [{"inquiry_number": one} for one in numbers]))
    batch = (await world.batches())["main"]
    assert (batch["counts"]["inquiries"], batch["counts"]["asked"], batch["counts"]["not_asked"]) == (4, 2, 2)
    inquiry = await world.hand_over(batch["id"])
    assert [line.split(",")[:3] for line in inquiry.splitlines()[1:-1]] == [
        ["D", "1", PEOPLE[0].resident_code],
        ["D", "2", PEOPLE[1].resident_code],
    ]
    await world.put_answer(batch["id"], Registry(PEOPLE).answer_file(inquiry))
    await world.release(batch["id"])
    [reply] = world.reply_list(world.events(RepliesReady)[-1].reply_list)
    rows = world.reply_rows(reply)
    assert rows["status"].to_list() == ["1", "6", "6", "1"]
    assert rows["name_kanji"].to_list()[1:3] == ["", ""]
    assert (await world.balance(batch["id"]))["balanced"]


async def test_a_batch_that_asks_nothing_still_goes_its_way(world: World) -> None:
    rows = await told(world, "my_number", ["0000000000"], PEOPLE, "2026-06-A")
    assert rows["status"].to_list() == ["6"]


async def test_another_birth_goes_to_a_person_before_release(world: World) -> None:
    numbers = await identified(world, PEOPLE[:3])
    now = [replace(PEOPLE[0], birth_date="19600101"), replace(PEOPLE[1], birth_date="19600101"), PEOPLE[2]]
    batch_id = await asked(world, "main", numbers, now, "2026-06-A")
    first, second = await world.reviews(batch_id)
    assert first["reasons"] == ["BIRTH-DIFFERS"]
    assert (await world.decide(first["id"], same_person=True)).json()["outcome"] == "1"
    assert (await world.decide(second["id"], same_person=False)).json()["outcome"] == "7"
    await world.release(batch_id)
    [reply] = world.reply_list(world.events(RepliesReady)[-1].reply_list)
    rows = world.reply_rows(reply)
    assert rows["status"].to_list() == ["1", "7", "1"]
    assert rows["birth_date"].to_list() == ["19600101", "", PEOPLE[2].birth_date]
    assert rows["changes"].to_list() == ["CORRECTED", "", ""]
    later = await told(world, "main", numbers[:1], now, "2026-06-B")
    assert (later["status"].to_list(), later["changes"].to_list()) == (["1"], [""])
    still = await asked(world, "main", numbers[1:2], now, "2026-07-A")
    assert [one["reasons"] for one in await world.reviews(still)] == [["BIRTH-DIFFERS"]]


async def test_a_changed_resident_code_is_followed(world: World) -> None:
    [number] = await identified(world, PEOPLE[:1])
    renewed = replace(PEOPLE[0], resident_code=PEOPLE[9].resident_code, change_reason="51", change_date="20260401")
    await world.close(world.request("main", [{"inquiry_number": number}]))
    batch_id = (await world.batches())["main"]["id"]
    await world.exchange(batch_id, Registry([], by_seq={1: [("0", renewed)]}))
    await world.release(batch_id)
    await world.close(world.request("main", [{"inquiry_number": number}]), cycle="2026-06-B")
    inquiry = await world.hand_over((await world.batches("2026-06-B"))["main"]["id"])
    assert inquiry.splitlines()[1].split(",")[2] == renewed.resident_code


async def test_individual_numbers_are_sealed_and_masked_when_the_media_are_complete(world: World) -> None:
    numbers = await identified(world, PEOPLE[:3])
    now = [PEOPLE[0], PEOPLE[1], replace(PEOPLE[2], my_number="")]
    batch_id = await asked(world, "my_number", numbers, now, "2026-06-A")
    await world.release(batch_id)
    [reply] = world.reply_list(world.events(RepliesReady)[-1].reply_list)
    rows = world.reply_rows(reply)
    sealed, serials = rows["my_number_sealed"].to_list(), rows["serial"].to_list()
    places = [f"{reply['request_id']}/{serial}" for serial in serials]
    opened = world.host.kit.keyring.field_cipher(NUMBER_KEY).decrypt_many(
        sealed[:2], place=NUMBER_PLACE, rows=places[:2]
    )
    assert opened == [PEOPLE[0].my_number, PEOPLE[1].my_number]
    assert sealed[2] == b""

    done = ReplyCompleted(
        reply_id=reply["reply_id"],
        request_id=reply["request_id"],
        batch_id=batch_id,
        kind="my_number",
        channel="network",
        records=2,
    )
    await world.announce(done)
    sheet = await world.balance(batch_id)
    assert (sheet["balanced"], sheet["records"][0]["request_id"]) == (False, reply["request_id"])
    assert world.events(BatchMasked) == []
    for _ in range(2):
        await world.announce(done.model_copy(update={"records": 3}))
    batch = await world.batch(batch_id)
    assert (batch["state"], batch["counts"]["masked"], batch["balance"]["balanced"]) == ("masked", 2, True)
    [masked] = world.events(BatchMasked)
    assert masked.numbers == 2
    destroyed = [event for event in world.events(CopyDestroyed) if event.what == "my_numbers"]
    assert [event.records for event in destroyed] == [3]
    left = world.parts.db.read_now(lambda session: [one.chunks for one in replies_of(session, batch_id)])
    [[chunk]] = left
    rows = get_frame(world.parts.blobs, BlobRef.model_validate(chunk))
    assert rows["my_number"].to_list() == ["*", "*", ""]
    assert "my_number_sealed" not in rows.columns


async def test_no_number_or_code_stands_in_clear_in_the_database(world: World) -> None:
    numbers = await identified(world, PEOPLE[:5])
    batch_id = await asked(world, "my_number", numbers, PEOPLE[:5], "2026-06-A")
    await world.release(batch_id)
    stored = b"".join(path.read_bytes() for path in world.host.kit.data_dir.rglob("*") if path.is_file())
    for person in PEOPLE[:5]:
        assert person.my_number.encode() not in stored
        assert person.resident_code.encode() not in stored
        assert person.name_kanji.encode() not in stored
