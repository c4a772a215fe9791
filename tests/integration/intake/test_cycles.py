"""Cycles, what follows them, plans and their contracts, the check beforehand."""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from shared.blobs.columns import get_frame, put_frame
from shared.blobs.ref import BlobRef
from shared.events import Event
from shared.events.intake import CycleClosed, PlanContractEnded
from shared.events.matcher import (
    BatchAnswered,
    BatchHandedOver,
    InquiryNumbersDestroyed,
    InquiryNumbersIssued,
    RepliesReady,
)
from shared.events.media import PackageReceived
from shared.people.columns.inquiry_numbers import new_inquiry_numbers
from tests.integration.conftest import staff
from tests.integration.intake.conftest import BAD_DATE, GOOD, OTHER, PLAN, Intake, people, request_file

pytestmark = pytest.mark.asyncio
CUTOFF = datetime(2026, 6, 15, 14, 59, 59, tzinfo=UTC)


async def test_a_cycle_closes_at_its_instant_with_all_that_came_in_time(intake: Intake) -> None:
    kept = await intake.send(request_file(people(GOOD, BAD_DATE)), 2)
    back = await intake.send(request_file(people(GOOD), serial="002"), 3)
    await intake.run_jobs(CUTOFF)
    event = intake.heard_of(CycleClosed)[0]
    assert (event.cycle, event.requests, event.inquiries["provisional"]) == ("2026-06-A", 1, 1)
    lines = json.loads(intake.parts.blobs.get(event.closing_list))
    assert [line["request_id"] for line in lines] == [kept["id"]]
    assert (lines[0]["received"], lines[0]["accepted"], lines[0]["rejected"]) == (2, 1, 1)
    assert lines[0]["findings"]["R06"] == 1
    found = (await intake.get(f"requests/{kept['id']}/findings"))["items"]
    assert lines[0]["findings"] == dict(Counter(each["code"] for each in found))
    chunk = get_frame(intake.parts.blobs, _ref(lines[0]["chunks"][0]))
    assert chunk.columns[:3] == ["line", "serial", "member_id"]
    assert chunk.row(0)[5:7] == ("19500401", "19500401")
    rejected = get_frame(intake.parts.blobs, _ref(lines[0]["rejected_chunk"]))
    assert rejected.rows() == [(2, "M0002", "R06")]
    cycle = await intake.get("cycles/2026-06-A", principal=staff("clerk"))
    assert cycle["counts"]["records"] == {
        "received": 3,
        "accepted": 1,
        "rejected": 2,
        "withdrawn": 0,
        "balanced": True,
    }
    assert cycle["plans_not_sent"] == [OTHER]
    assert back["state"] == "returned"
    names = [each["cycle"] for each in (await intake.get("cycles", principal=staff("clerk")))["items"]]
    assert names[-1] == "2026-06-A"


async def test_running_the_cutoff_twice_closes_once(intake: Intake) -> None:
    await intake.send(request_file(people(GOOD)), 1)
    await intake.run_jobs(CUTOFF)
    assert await intake.run_jobs(CUTOFF) == {}
    assert len(intake.heard_of(CycleClosed)) == 1


async def test_requests_follow_what_the_other_services_tell_in_any_order(intake: Intake) -> None:
    request = await intake.send(request_file(people(GOOD)), 1)
    await intake.run_jobs(CUTOFF)
    told: dict[str, Any] = {"batch_id": "b", "cycle": "2026-06-A", "kind": "provisional"}
    list_ref = intake.parts.blobs.put(b"[]", purpose="list", key="intake")
    await _tell(intake, BatchHandedOver(**told))
    assert (await intake.get(f"requests/{request['id']}"))["state"] == "inquired"
    await _tell(intake, RepliesReady(**told, replies=1, reply_list=list_ref))
    await _tell(intake, BatchAnswered(**told, outcomes={}, in_review=0))
    assert (await intake.get(f"requests/{request['id']}"))["state"] == "replied"
    package = PackageReceived(reply_id="r", request_id=request["id"], plan_number=PLAN, sha256="0" * 64)
    await _tell(intake, package)
    await _tell(intake, package)
    detail = await intake.get(f"requests/{request['id']}")
    assert [step["state"] for step in detail["history"]][-3:] == ["inquired", "replied", "delivered"]


async def test_only_numbers_that_the_plan_was_told_may_be_asked_for(intake: Intake) -> None:
    numbers = new_inquiry_numbers(3).to_list()
    await _tell(intake, _issued(intake, numbers[:2]))
    gone = put_frame(
        intake.parts.blobs, pl.DataFrame({"inquiry_number": numbers[1:2]}), purpose="numbers", key="intake"
    )
    await _tell(
        intake, InquiryNumbersDestroyed(plan_number=PLAN, reason="deletion", count=1, request_id="x", numbers=gone)
    )
    rows = [f"M{at},{number}" for at, number in enumerate([*numbers, "0000000001"])]
    request = await intake.send(request_file(rows, kind="2"), 4, kind="main")
    assert request["counts"] == {"received": 4, "accepted": 1, "rejected": 3}
    found = await intake.get(f"requests/{request['id']}/findings")
    assert [(each["line"], each["code"]) for each in found["items"]] == [(3, "R15"), (4, "R14"), (5, "R13")]
    await _tell(intake, InquiryNumbersDestroyed(plan_number=PLAN, reason="contract_end", count=1))
    second = await intake.send(request_file(rows[:1], kind="3", serial="009"), 1, kind="my_number")
    found = await intake.get(f"requests/{second['id']}/findings")
    assert [each["code"] for each in found["items"]] == ["R15"]


async def test_after_the_end_of_its_contract_a_plans_file_is_returned(intake: Intake) -> None:
    async with intake.clerk("office_pc") as clerk:
        ended = await clerk.post(f"/intake/v1/plans/{PLAN}/contract-end", json={"ended_on": "2026-06-05"})
        assert (ended.status_code, ended.json()["contract_to"]) == (200, "2026-06-05")
    assert intake.heard_of(PlanContractEnded) == []
    await intake.run_jobs(datetime(2026, 6, 5, 15, 0, tzinfo=UTC))
    assert [each.plan_number for each in intake.heard_of(PlanContractEnded)] == [PLAN]
    request = await intake.send(request_file(people(GOOD)), 1)
    assert (request["state"], request["codes"]) == ("returned", ["F12"])
    async with intake.clerk("office_pc") as clerk:
        again = await clerk.post(f"/intake/v1/plans/{PLAN}/contract-end", json={})
        assert again.json()["code"] == "contract-ended"


async def test_plans_are_registered_once_and_a_client_sees_its_own(intake: Intake) -> None:
    body = {"number": "00000007", "name": "新年金", "kind": "DC", "channel": "disc", "contract_from": "2026-01-01"}
    async with intake.clerk("office_pc") as clerk:
        assert (await clerk.post("/intake/v1/plans", json=body)).status_code == 201
        assert (await clerk.post("/intake/v1/plans", json=body)).json()["code"] == "plan-exists"
        crossed = body | {"number": "00000008", "contract_to": "2025-01-01"}
        assert (await clerk.post("/intake/v1/plans", json=crossed)).json()["code"] == "contract-dates-crossed"
    async with intake.client() as client:
        assert [each["number"] for each in (await client.get("/intake/v1/plans")).json()["items"]] == [PLAN]
        assert (await client.get("/intake/v1/plans/00000007")).status_code == 404


async def test_a_few_records_are_checked_beforehand_and_nothing_is_stored(intake: Intake) -> None:
    record = {
        "member_id": "M1",
        "name_kana": "ﾔﾏﾀﾞ ﾀﾛｳ",
        "name_kanji": "山田　太郎",
        "birth_date": "19500230",
        "sex": "3",
    }
    async with intake.client() as client:
        body = {"kind": "provisional", "records": [record | {"postal_code": "", "address": "東京都千代田区１"}]}
        answer = await client.post("/intake/v1/checks", json=body)
        assert answer.status_code == 200
        assert {(each["field"], each["code"]) for each in answer.json()["items"]} == {
            ("birth_date", "R06"),
            ("sex", "R08"),
        }
        many = await client.post("/intake/v1/checks", json={"kind": "main", "records": [{}] * 51})
        assert many.status_code == 422
        strange = {"member_id": "\x00\n\r\"',", "inquiry_number": "𠮷" * 500, "serial": "-1"}
        assert (
            await client.post("/intake/v1/checks", json={"kind": "deletion", "records": [strange], "charset": "cp932"})
        ).status_code == 200
        assert (await client.get("/intake/v1/requests")).json()["items"] == []


@pytest.mark.parametrize(
    "path",
    [
        "requests?limit=0",
        "requests?cursor=!!!",
        "requests/%00",
        "cycles/2026-06-C",
        "cycles/9999-12-B",
        "findings",
        "plans/x",
    ],
)
async def test_strange_paths_and_parameters_get_a_problem(intake: Intake, path: str) -> None:
    async with intake.client() as client:
        answer = await client.get(f"/intake/v1/{path}")
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "data",
    [b"", b"\n" * 10, b"\x00" * 1000, b"\xff\xfe\xfd", b"1" * 1_000_001, b'"' * 100, b"1,1\r\n9", "１,２".encode()],
)
async def test_no_bytes_make_the_check_fail(intake: Intake, data: bytes) -> None:
    request = await intake.send(data, 0)
    assert request["state"] == "returned"
    assert set(request["codes"]) <= {f"F{at:02}" for at in range(1, 13)}


async def _tell(intake: Intake, event: Event) -> None:
    """Announce an event as its service would; it travels over the bus."""
    listener = intake.host.services["listener"].parts.db
    await listener.write(lambda work: work.announce(event, subject="test"))
    await intake.host.idle()


def _issued(intake: Intake, numbers: list[str]) -> InquiryNumbersIssued:
    frame = pl.DataFrame({"inquiry_number": numbers})
    ref = put_frame(intake.parts.blobs, frame, purpose="numbers", key="intake")
    return InquiryNumbersIssued(plan_number=PLAN, request_id="x", count=len(numbers), numbers=ref)


def _ref(stored: dict[str, object]) -> BlobRef:
    return BlobRef.model_validate(stored)
