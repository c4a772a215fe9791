"""Answer files that do not balance stop the batch and name the seqs; nothing else changes, a corrected one may come."""

import random
from collections.abc import Callable, Iterable

import pytest

from shared.events.matcher import BatchBalanceFailed
from tests.integration.matcher.world import CASE, OPERATOR, Registry, World, finished, resident

PEOPLE = [resident(number) for number in range(100)]
REGISTRY = Registry(PEOPLE)
Order = Callable[[list[str]], Iterable[str]]


async def handed_over(world: World, count: int = 70) -> tuple[str, str]:
    await world.close(world.request("provisional", [one.asked for one in PEOPLE[:count]]))
    batch_id = (await world.batches())["provisional"]["id"]
    return batch_id, await world.hand_over(batch_id)


def without(*seqs: int) -> Order:
    return lambda lines: [line for line in lines if int(line.split(",")[1]) not in seqs]


def doubled(seq: int) -> Order:
    return lambda lines: [*lines, *(line for line in lines if line.startswith(f"D,{seq},"))]


def renamed(seq: int, to: str) -> Order:
    return lambda lines: [
        line.replace(f"D,{seq},", f"D,{to},", 1) if line.startswith(f"D,{seq},") else line for line in lines
    ]


@pytest.mark.parametrize(
    ("order", "code", "seqs"),
    [
        (without(2, 65), "seq-missing", [2, 65]),
        (doubled(7), "seq-twice", [7]),
        (renamed(70, "71"), "seq-unknown", [71]),
        (renamed(3, "x"), "answer-record-malformed", []),
        (lambda lines: [*lines, "D,5"], "answer-record-malformed", [5]),
        (lambda lines: [*lines, "Q,5,0"], "answer-record-malformed", []),
        (lambda lines: [], "seq-missing", list(range(1, 71))),
    ],
)
async def test_an_imbalance_is_named_and_changes_nothing(
    world: World, order: Order, code: str, seqs: list[int]
) -> None:
    batch_id, inquiry = await handed_over(world)
    assert (await world.put_answer(batch_id, REGISTRY.answer_file(inquiry, order=order))).status_code == 202
    batch = await world.batch(batch_id)
    assert batch["state"] == "balance_error"
    assert batch["balance"]["code"] == code
    assert set(seqs) <= set(batch["balance"]["seqs"])
    assert not batch["balance"]["balanced"]
    assert batch["progress"]["parts_done"] == 0
    [failed] = world.events(BatchBalanceFailed)
    assert (failed.code, failed.seqs_in_all >= len(seqs)) == (code, True)

    corrected = await world.put_answer(batch_id, REGISTRY.answer_file(inquiry))
    assert corrected.status_code == 202
    batch = await world.batch(batch_id)
    assert (batch["state"], batch["balance"]["balanced"]) == ("releasable", True)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda text: text.replace("H,", "H,0", 1), "answer-header"),
        (lambda text: text.replace(",20260618", ",20261318", 1), "answer-header"),
        (lambda text: text.replace(",1,2026-06", ",2,2026-06", 1), "answer-header"),
        (lambda text: text.replace("山田", "川田", 1), "answer-digest"),
        (lambda text: text[: text.rindex("T,")], "answer-trailer"),
        (lambda text: text.replace("\nT,70,", "\nT,69,"), "answer-count"),
        (lambda text: "", "answer-header"),
        (lambda text: "\x00" * 5000, "answer-header"),
    ],
)
async def test_a_spoilt_file_is_refused_by_its_fault(world: World, spoil: Callable[[str], str], code: str) -> None:
    batch_id, inquiry = await handed_over(world)
    spoilt = spoil(REGISTRY.answer_file(inquiry).decode()).encode()
    assert (await world.put_answer(batch_id, spoilt)).status_code == 202
    batch = await world.batch(batch_id)
    assert (batch["state"], batch["balance"]["code"]) == ("balance_error", code)


async def test_bytes_that_are_no_text_are_a_malformed_record(world: World) -> None:
    batch_id, inquiry = await handed_over(world)
    content = REGISTRY.answer_file(inquiry).replace("山田".encode(), b"\xff\xfe", 1)
    await world.put_answer(batch_id, content)
    assert (await world.batch(batch_id))["balance"]["code"] in ("answer-digest", "answer-record-malformed")


async def test_the_same_file_again_is_taken_and_another_is_refused(world: World) -> None:
    batch_id, inquiry = await handed_over(world)
    content = REGISTRY.answer_file(inquiry)
    assert (await world.put_answer(batch_id, content)).status_code == 202
    before = await world.batch(batch_id)
    again = await world.put_answer(batch_id, content)
    assert (again.status_code, again.json()["state"]) == (202, "releasable")
    assert await world.batch(batch_id) == before
    other = REGISTRY.answer_file(inquiry, order=lambda lines: list(reversed(lines)))
    refused = await world.put_answer(batch_id, other)
    assert (refused.status_code, refused.json()["code"]) == (409, "answer-already-taken")


async def test_an_answer_of_another_batch_is_refused(world: World) -> None:
    batch_id, _ = await handed_over(world)
    await world.put_answer(batch_id, finished(["H,someone-else,1,2026-06-20T10:00:00+09:00,20260618"]))
    assert (await world.batch(batch_id))["balance"]["code"] == "answer-header"


async def test_unknown_batches_are_not_found(world: World) -> None:
    async with world.host.client("matcher", OPERATOR, purpose=CASE, case="x") as client:
        for path in ("", "/balance"):
            assert (await client.get(f"/matcher/v1/batches/nothing{path}")).status_code == 404
        assert (await client.put("/matcher/v1/batches/nothing/answer-file", content=b"x")).status_code == 404


async def test_random_orders_of_many_candidates_balance(world: World) -> None:
    registry = Registry(PEOPLE, by_seq={seq: [("0", one) for one in PEOPLE[seq : seq + 4]] for seq in (5, 44, 61)})
    batch_id, inquiry = await handed_over(world)
    shuffled = random.Random(3)
    content = registry.answer_file(inquiry, order=lambda lines: shuffled.sample(lines, len(lines)))
    await world.put_answer(batch_id, content)
    batch = await world.batch(batch_id)
    assert batch["state"] in ("in_review", "releasable")
    assert sum(batch["counts"]["outcomes"].values()) + batch["counts"]["in_review"] == 70
