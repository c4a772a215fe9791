"""What comes twice, too late, or instead of something else: keys, answer files, approvals."""

import asyncio
import hashlib
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e.outside_client import with_purpose
from tests.e2e.outside_files import answer_file, request_file
from tests.e2e.outside_people import CASES, country
from tests.hardening.house import OTHER_PLAN, PLAN, House

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANSWERED_AT, AS_OF = "2026-06-18T10:00:00+09:00", "20260618"
NEW = {"plan_number": PLAN, "kind": "provisional", "record_count": 1, "sha256": "1" * 64}
NEW_FORM = {"date": "2026-06-01", "contact": "企画課"}


async def count(house: House, who: str = "portal") -> int:
    """How many requests that caller has."""
    return len((await house.json(who, "GET", "/intake/v1/requests?limit=1000"))["items"])


async def test_a_key_makes_a_repeat_harmless(house: House) -> None:
    before, key = await count(house), {"Idempotency-Key": "key-1"}
    body = {**NEW, "form": NEW_FORM}
    both = await asyncio.gather(
        *(house.json("portal", "POST", "/intake/v1/requests", json=body, headers=key) for _ in range(8))
    )
    assert all(answer == both[0] for answer in both)
    assert await count(house) == before + 1
    renewed = {**key, "Authorization": f"Bearer {await house.token('portal', fresh=True)}"}
    assert await house.json("", "POST", "/intake/v1/requests", json=body, headers=renewed) == both[0]
    assert await count(house) == before + 1


async def test_a_key_is_good_for_one_body_on_one_path_of_one_caller(house: House) -> None:
    key = {"Idempotency-Key": "key-2"}
    made = await house.json("portal", "POST", "/intake/v1/requests", json={**NEW, "form": NEW_FORM}, headers=key)
    before = await count(house)
    for changed in ({"record_count": 2}, {"sha256": "2" * 64}, {"kind": "main"}):
        answer = await house.call(
            "portal", "POST", "/intake/v1/requests", json={**NEW, "form": NEW_FORM, **changed}, headers=key
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency-key-reused")
    path = f"/intake/v1/requests/{made['id']}/withdrawal"
    assert await house.code("portal", "POST", path, headers=key) == "idempotency-key-reused"
    assert await count(house) == before
    other = {**NEW, "plan_number": OTHER_PLAN, "form": NEW_FORM}
    theirs = await house.json("other-portal", "POST", "/intake/v1/requests", json=other, headers=key)
    assert theirs["id"] != made["id"]
    assert await house.code("portal", "POST", path, headers={"Idempotency-Key": "k" * 201}) == "invalid-input"


async def test_what_was_refused_is_not_kept_under_its_key(house: House) -> None:
    key = {"Idempotency-Key": "key-3"}
    wrong = {**NEW, "plan_number": OTHER_PLAN, "form": NEW_FORM}
    assert await house.code("portal", "POST", "/intake/v1/requests", json=wrong, headers=key) == "not-found"
    await house.json("portal", "POST", "/intake/v1/requests", json={**NEW, "form": NEW_FORM}, headers=key)


class Exchange:
    """Two batches that were handed over: of provisional inquiries and of deletions' neighbours."""

    def __init__(self, batch: str, other: str, header: list[str], records: list[list[str]]) -> None:
        self.batch, self.other, self.header, self.records = batch, other, header, records

    def file(self, records: list[list[str]] | None = None, **changes: Any) -> bytes:
        """An answer file with other records or another header."""
        header = [self.header[0], changes.get("batch", self.batch), changes.get("kind", self.header[2])]
        at, as_of = changes.get("at", ANSWERED_AT), changes.get("as_of", AS_OF)
        return answer_file(header, self.records if records is None else records, at, as_of)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def exchange(house: House) -> Exchange:
    """The first cycle closed and handed over; the second holds another batch."""
    asked = [case.row for case in CASES if case.outcome == "10"]
    await house.send(request_file(PLAN, "provisional", "20260601", asked[:5]), 5)
    await house.close_cycle("2026-06-15T23:59:59+09:00")
    (batch,) = (await house.batches("2026-06-A")).values()
    await house.send(request_file(PLAN, "provisional", "20260616", asked[5:7], serial=2), 2)
    await house.close_cycle("2026-06-30T23:59:59+09:00")
    (other,) = (await house.batches("2026-06-B")).values()
    header, inquiries = await house.carry_out(batch)
    return Exchange(batch, other, header, country().answers(header[2], inquiries))


def resealed(data: bytes) -> bytes:
    """With a trailer that fits the changed lines, whatever they say."""
    body = data[: data.rindex(b"T,")]
    return body + b"T,%d,%s\n" % (body.count(b"\nD,"), hashlib.sha256(body).hexdigest().encode())


def wrong_answers(exchange: Exchange) -> dict[str, tuple[bytes, str, list[int]]]:
    """Every wrong answer file with the code and the seqs that the balance has to name."""
    right, records = exchange.file(), exchange.records
    none = ["1", *[""] * 13]
    spoilt = bytearray(right)
    spoilt[len(right) // 2] ^= 0x01
    found = records[2]
    return {
        "one byte changed": (bytes(spoilt), "", []),
        "another batch's": (exchange.file(batch=exchange.other), "answer-header", []),
        "no batch's": (exchange.file(batch="x"), "answer-header", []),
        "another kind's": (exchange.file(kind="3"), "answer-header", []),
        "an impossible day": (exchange.file(as_of="20260231"), "answer-header", []),
        "an impossible time": (exchange.file(at="yesterday"), "answer-header", []),
        "one seq missing": (exchange.file(records[:2] + records[3:]), "", [3]),
        "two seqs missing": (exchange.file(records[1:-1]), "", [1, 5]),
        "one seq twice": (exchange.file([*records, records[1]]), "", [2]),
        "found and none": (exchange.file([*records, ["4", *none]]), "", [4]),
        "an unknown seq": (exchange.file([*records, ["6", *none]]), "", [6]),
        "seq zero": (exchange.file([*records, ["0", *none]]), "", [0]),
        "a negative seq": (exchange.file([*records, ["-1", *none]]), "", []),
        "a seq beyond all numbers": (exchange.file([*records, ["9" * 30, *none]]), "", []),
        "a seq that is none": (exchange.file([*records, ["one", *none]]), "", []),
        "an unknown result": (exchange.file([["1", "7", *[""] * 13], *records[1:]]), "", [1]),
        "one of two candidates": (exchange.file([*records[:2], [*found[:3], "2", *found[4:]], *records[3:]]), "", [3]),
        "a wrong digest": (right[:-66] + b"0" * 64 + right[-2:], "answer-", []),
        "a digest of nothing": (right[: right.rindex(b",")] + b",\n", "answer-", []),
        "a wrong count": (right.replace(b"T,5,", b"T,6,"), "answer-count", []),
        "no trailer": (right[: right.rindex(b"T,")], "answer-trailer", []),
        "cut off": (right[: len(right) // 2], "answer-", []),
        "empty": (b"", "answer-header", []),
        "junk": (b"\0\xff" * 5000, "answer-header", []),
        "CP932": (resealed(right.decode().encode("cp932", "replace")), "answer-", []),
        "a NUL in it": (resealed(right.replace(b"D,2,0", b"D,2,0\0")), "answer-", []),
        "a million characters in one line": (
            resealed(right.replace(b"D,2,", b"D,2," + b"9" * 1_000_000)),
            "answer-",
            [],
        ),
        "the inquiry file itself": (b"H," + exchange.batch.encode() + b",1,2026-06-A,x\n", "answer-header", []),
    }


async def test_no_wrong_answer_file_is_taken_and_the_right_one_still_is(house: House, exchange: Exchange) -> None:
    path = f"/matcher/v1/batches/{exchange.batch}"
    for name, (data, code, seqs) in wrong_answers(exchange).items():
        answer = await house.put_answer(exchange.batch, data)
        assert answer.status_code == 202, (name, answer.text)
        await house.embedded.idle()
        balance = await house.json("operator-1", "GET", f"{path}/balance")
        shown = await house.json("operator-1", "GET", path)
        assert shown["state"] == "balance_error", name
        assert not balance["balanced"], name
        assert code in str(balance), (name, balance)
        assert all(str(seq) in str(balance) for seq in seqs), name
        assert "佐藤" not in str(balance)
        assert await house.code("operator-1", "POST", f"{path}/release", headers=await release_headers(house)) in (
            "batch-state",
            "approval-for-something-else",
        )
    right = exchange.file()
    assert (await house.put_answer(exchange.batch, right)).status_code == 202
    await house.until("operator-1", path, "releasable", "in_review")
    again = await house.put_answer(exchange.batch, right)
    assert again.status_code in (202, 409)
    late = await house.put_answer(exchange.batch, exchange.file(exchange.records[1:]))
    assert (late.status_code, late.json()["code"]) == (409, "answer-already-taken")
    assert (await house.json("operator-1", "GET", path))["counts"]["outcomes"] == {"10": 5}


async def release_headers(house: House) -> dict[str, str]:
    """An approval for something else, which exists."""
    approval = await house.approved("matcher.batch.release", "another-batch", decides="supervisor-1")
    return with_purpose("reply-delivery", "case", approval)


async def test_an_answer_before_the_hand_over_is_refused(house: House, exchange: Exchange) -> None:
    answer = await house.put_answer(exchange.other, exchange.file(batch=exchange.other))
    assert (answer.status_code, answer.json()["code"]) == (409, "batch-state")
    assert (await house.json("operator-1", "GET", f"/matcher/v1/batches/{exchange.other}"))["state"] == "ready"
    unknown = await house.put_answer("01900000-0000-7000-8000-000000000000", exchange.file())
    assert unknown.status_code == 404


async def test_an_approval_is_good_once_for_one_act_on_one_object_of_one_person(
    house: House, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.auth.allow.APPROVAL_WAIT_SECONDS", 0.5)
    path = f"/matcher/v1/batches/{exchange.other}/inquiry-file"

    async def hand_over(approval: str, who: str = "operator-1") -> str:
        answer = await house.call(who, "GET", path, headers=with_purpose("jlis-exchange", exchange.other, approval))
        return "done" if answer.status_code == 200 else str(answer.json()["code"])

    action = "matcher.batch.hand_over"
    assert await hand_over("") == "approval-required"
    assert await hand_over("01900000-0000-7000-8000-000000000000") == "approval-unknown"
    assert await hand_over("x" * 5000) == "approval-unknown"
    assert await hand_over(await house.approved(action, exchange.batch)) == "approval-for-something-else"
    other_act = await house.approved("matcher.batch.release", exchange.other, decides="supervisor-1")
    assert await hand_over(other_act) == "approval-for-something-else"
    theirs = await house.approved(action, exchange.other, asks="operator-2", decides="operator-1")
    assert await hand_over(theirs) == "approval-for-something-else"

    asked = {"action": action, "object": exchange.other, "reason": "定例の作業"}
    own = (await house.json("operator-1", "POST", "/authority/v1/approvals", json=asked))["id"]
    decision = f"/authority/v1/approvals/{own}/decision"
    yes, no = {"approve": True, "reason": "可"}, {"approve": False, "reason": "否"}
    assert await house.code("operator-1", "POST", decision, json=yes) == "own-approval"
    assert await house.code("auditor-1", "POST", decision, json=yes) in ("team-not-allowed", "approver-not-allowed")
    assert await house.code("clerk-1", "POST", decision, json=yes) in ("team-not-allowed", "approver-not-allowed")
    assert await hand_over(own) == "approval-unknown"
    await house.json("operator-2", "POST", decision, json=no)
    assert await house.code("operator-2", "POST", decision, json=yes) == "approval-decided"
    assert await hand_over(own) == "approval-refused"

    good = await house.approved(action, exchange.other)
    results = await asyncio.gather(*(hand_over(good) for _ in range(5)))
    assert sorted(results) == ["approval-used"] * 4 + ["done"]
    assert await hand_over(good) == "approval-used"
