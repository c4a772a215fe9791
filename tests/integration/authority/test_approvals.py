"""A second person: the right one, once, in time, never oneself; and what services hear of it."""

from datetime import timedelta

import pytest

from shared.crypto.published import TOKENS
from tests.integration.authority.conftest import START, Authority, announced, records

HAND_OVER = {"action": "matcher.batch.hand_over", "object": "batch-1", "reason": "月次照会"}


async def ask(authority: Authority, who: str = "operator-1", **more: str) -> str:
    async with await authority.client_of(who) as http:
        answer = await http.post("/authority/v1/approvals", json=HAND_OVER | more)
        assert answer.status_code == 201, answer.text
        assert answer.json()["state"] == "pending"
        return str(answer.json()["id"])


async def decide(authority: Authority, approval_id: str, who: str, approve: bool = True) -> tuple[int, str]:
    async with await authority.client_of(who) as http:
        body = {"approve": approve, "reason": "確認した"}
        answer = await http.post(f"/authority/v1/approvals/{approval_id}/decision", json=body)
        return answer.status_code, answer.json().get("code") or answer.json()["state"]


@pytest.mark.parametrize("who", ["supervisor-1", "operator-2"])
async def test_a_second_person_approves_and_every_service_hears_it(authority: Authority, who: str) -> None:
    approval_id = await ask(authority)
    assert await decide(authority, approval_id, who) == (200, "approved")
    await authority.host.idle()
    table = authority.parts.db.plumbing.approval
    rows = authority.parts.db.read_now(lambda session: session.connection().execute(table.select()).all())
    (row,) = rows
    assert (row.action, row.object_id, row.requester, row.approver) == (
        "matcher.batch.hand_over", "batch-1", "operator-1", who,
    )  # fmt: skip
    assert row.expires_at == START + timedelta(hours=24)


@pytest.mark.parametrize(
    ("who", "code"),
    [("operator-1", "own-approval"), ("clerk-1", "approver-not-allowed"), ("ops-1", "approver-not-allowed")],
)
async def test_nobody_else_approves(authority: Authority, who: str, code: str) -> None:
    assert await decide(authority, await ask(authority), who) == (403, code)
    last = records(authority.parts)[-1]
    assert (last["action"], last["outcome"], last["reason"]) == ("authority.approval.decide", "refused", code)
    assert "authority.approval.decided.v1" not in announced(authority.parts)


async def test_a_decision_is_made_once(authority: Authority) -> None:
    approval_id = await ask(authority)
    assert await decide(authority, approval_id, "supervisor-1", approve=False) == (200, "refused")
    assert await decide(authority, approval_id, "supervisor-2") == (409, "approval-decided")


async def test_nobody_approves_what_has_expired(authority: Authority) -> None:
    approval_id = await ask(authority)
    authority.host.clock.set(START + timedelta(hours=25))
    assert await decide(authority, approval_id, "supervisor-1") == (403, "approval-expired")


async def test_only_who_asked_takes_it_back(authority: Authority) -> None:
    approval_id = await ask(authority)
    async with await authority.client_of("operator-2") as other, await authority.client_of("operator-1") as own:
        path = f"/authority/v1/approvals/{approval_id}/withdrawal"
        assert (await other.post(path)).json()["code"] == "not-your-approval"
        assert (await own.post(path)).json()["state"] == "withdrawn"
    assert await decide(authority, approval_id, "supervisor-1") == (409, "approval-decided")


async def test_what_may_be_asked_and_by_whom(authority: Authority) -> None:
    async with await authority.client_of("clerk-1") as clerk:
        answer = await clerk.post("/authority/v1/approvals", json=HAND_OVER)
        assert (answer.status_code, answer.json()["code"]) == (403, "requester-not-allowed")
        answer = await clerk.post("/authority/v1/approvals", json=HAND_OVER | {"action": "matcher.review.decide"})
        assert (answer.status_code, answer.json()["code"]) == (422, "not-a-two-person-action")
        answer = await clerk.post("/authority/v1/approvals", json={"action": "x"})
        assert answer.status_code == 422


async def test_a_repeat_with_the_same_key_asks_once(authority: Authority) -> None:
    async with await authority.client_of("operator-1") as http:
        sent = [
            await http.post("/authority/v1/approvals", json=HAND_OVER, headers={"Idempotency-Key": "one"})
            for _ in range(2)
        ]
        assert sent[0].json() == sent[1].json()
        waiting = (await http.get("/authority/v1/approvals?state=pending")).json()
        assert [item["id"] for item in waiting["items"]] == [sent[0].json()["id"]]
        assert (await http.get(f"/authority/v1/approvals/{sent[0].json()['id']}")).json()["reason"] == "月次照会"
        assert (await http.get("/authority/v1/approvals/none")).status_code == 404


async def test_waiting_approvals_come_in_pages(authority: Authority) -> None:
    ids = [await ask(authority) for _ in range(3)]
    async with await authority.client_of("supervisor-1") as http:
        first = (await http.get("/authority/v1/approvals?limit=2")).json()
        second = (await http.get(f"/authority/v1/approvals?limit=2&cursor={first['next_cursor']}")).json()
    assert [item["id"] for item in first["items"] + second["items"]] == ids[::-1]
    assert second["next_cursor"] is None


async def test_a_key_rotates_with_two_people_and_one_approval_rotates_it_once(authority: Authority) -> None:
    async with await authority.client_of("admin-1") as admin:
        refused = await admin.post("/authority/v1/keys/rotation", json={"name": TOKENS})
        assert refused.json()["code"] == "approval-required"
        approval = await ask(authority, "admin-1", action="keys.rotate", object=TOKENS)
        assert await decide(authority, approval, "supervisor-1") == (200, "approved")
        await authority.host.idle()
        headers = {"Shokai-Approval": approval}
        other = await admin.post("/authority/v1/keys/rotation", json={"name": "authority.staff"}, headers=headers)
        assert other.json()["code"] == "approval-for-something-else"
        done = await admin.post("/authority/v1/keys/rotation", json={"name": TOKENS}, headers=headers)
        assert done.json()["keys"][0]["version"] == 2
        again = await admin.post("/authority/v1/keys/rotation", json={"name": TOKENS}, headers=headers)
        assert again.json()["code"] == "approval-used"
        listed = (await admin.get("/authority/v1/keys")).json()["items"]
        assert {(key["name"], key["version"], key["oldest_version"]) for key in listed} >= {(TOKENS, 2, 1)}


async def test_a_key_is_destroyed_with_two_people(authority: Authority) -> None:
    authority.parts.keyring.wrap("plan/00012345", bytes(32), context="c")
    approval = await ask(authority, "admin-1", action="keys.destroy", object="plan/00012345")
    assert await decide(authority, approval, "supervisor-1") == (200, "approved")
    await authority.host.idle()
    async with await authority.client_of("admin-1", approval=approval) as admin:
        done = await admin.post("/authority/v1/keys/destruction", json={"name": "plan/00012345"})
        assert done.status_code == 200
        assert done.json()["keys"][0]["purpose"] == "wrap"
    assert announced(authority.parts).count("shokai.copy.destroyed.v1") == 1
