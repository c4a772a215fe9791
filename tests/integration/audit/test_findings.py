"""Findings over HTTP: planned, carried out, judged by somebody else, made the rule; and planned anew without effect."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.hosting import Service
from tests.integration.audit.test_checksheets import AUDIT, CLERK, HEAD, SHEET, in_order, opened, post, sqlite_only
from tests.integration.conftest import Host, staff

FINDINGS = "/audit/v1/findings"
PLAN = {
    "direct_cause": "鍵の管理簿に記入がなかった",
    "indirect_cause": "手順書に記入の時点が書かれていない",
    "action": "手順書を改める",
    "owner": "clerk-1",
    "due_on": "2026-06-20",
}


async def found(host: Host) -> str:
    body = {"origin": "audit", "reference": "audit-2026-1", "summary": "鍵の管理簿に空欄がある"}
    return str((await post(host, AUDIT, FINDINGS, body))["id"])


async def listed(host: Host, **words: str) -> list[Mapping[str, Any]]:
    async with host.client("audit", HEAD) as client:
        answer = await client.get(FINDINGS, params=words)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_a_finding_goes_round_until_it_helps(audit: Service, host: Host) -> None:
    finding = await found(host)
    place = f"{FINDINGS}/{finding}"
    early = await post(host, CLERK, f"{place}/carrying-out", {"done": "した"}, status=409)
    assert early["facts"]["allowed"] == ["drop", "plan"]
    planned = await post(host, HEAD, f"{place}/plan", PLAN)
    assert (planned["state"], planned["owner"], planned["overdue"]) == ("planned", "clerk-1", False)
    host.clock.set(datetime(2026, 6, 20, 15, 0, tzinfo=UTC))
    assert [one["id"] for one in await listed(host, overdue="true")] == [finding]
    await post(host, staff("clerk", name="clerk-9"), f"{place}/carrying-out", {"done": "手順書を改めた"})
    assert await listed(host, overdue="true") == []
    no_effect = {"effective": False, "effect": "まだ空欄がある"}
    for own in ("clerk-1", "clerk-9"):
        mine = staff("supervisor", name=own)
        assert (await post(host, mine, f"{place}/check", no_effect, status=403))["code"] == "own-work"
    assert (await post(host, AUDIT, f"{place}/check", no_effect))["state"] == "found"
    await post(host, HEAD, f"{place}/plan", PLAN | {"due_on": "2026-08-31"})
    await post(host, CLERK, f"{place}/carrying-out", {"done": "毎朝、二人で確かめる"})
    await post(host, AUDIT, f"{place}/check", {"effective": True, "effect": "一か月、空欄がない"})
    closed = await post(host, HEAD, f"{place}/closing", {"standard": "規程内規の手順 4"})
    steps = ["plan", "carry_out", "ineffective", "plan", "carry_out", "effective", "close"]
    assert (closed["state"], [one["step"] for one in closed["steps"]]) == ("closed", steps)
    assert await listed(host, state="at_work") == []
    assert len(await listed(host)) == 1


@sqlite_only
async def test_a_bad_answer_of_a_signed_sheet_becomes_a_finding_once(audit: Service, host: Host) -> None:
    sheet = await opened(host, audit)
    await post(
        host,
        CLERK,
        "/answers",
        in_order(sheet, i9={"answer": "no"}, i15={"answer": "yes", "reason": "x"}, i6={"reason": "x"}),
    )
    for who, signer in ((CLERK, "clerk"), (HEAD, "head"), (AUDIT, "audit")):
        await post(host, who, f"/signatures/{signer}")
    found = await listed(host)
    assert [(one["origin"], one["reference"]) for one in found] == [
        ("checksheet", "2026-Q2/9"),
        ("checksheet", "2026-Q2/15"),
    ]
    assert SHEET.endswith(found[0]["reference"].split("/")[0])


@sqlite_only
@pytest.mark.parametrize("step", ["plan", "closing", "dropping", "check"])
async def test_clerks_carry_out_and_decide_nothing(audit: Service, host: Host, step: str) -> None:
    body = {"plan": PLAN, "closing": {"standard": "x"}, "dropping": {"reason": "x"}}.get(
        step, {"effective": True, "effect": "x"}
    )
    place = f"{FINDINGS}/{await found(host)}/{step}"
    assert (await post(host, CLERK, place, body, status=403))["code"] == "team-not-allowed"
