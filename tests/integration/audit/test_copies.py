"""What is to be destroyed: the ledger of what exists, its forecast, and holds. Both engines."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from shared.db import Work
from shared.events.copies import CopiesKept, CopyDestroyed, KeptCopy
from shared.hosting import Service
from shared.people.check_digits import my_number_of
from tests.integration.conftest import START, Host, staff

LEDGER = "/audit/v1/destructions"
HOLDS = "/audit/v1/holds"
REQUEST = "01a20e9f-793b-713a-9933-b1772776a3d1"


def kept(copy_id: str, due_at: datetime | None, **more: Any) -> CopiesKept:
    facts = {"service": "media", "what": "reply_backup", "object_type": "reply", "object_id": f"o-{copy_id}"}
    copies = (KeptCopy(copy_id=copy_id, records=5),)
    return CopiesKept.model_validate(facts | {"kept_from": START, "due_at": due_at, "copies": copies} | more)


def gone(copy_id: str, at: datetime, **more: Any) -> CopyDestroyed:
    facts: dict[str, Any] = {"service": "media", "what": "reply_backup", "object_type": "reply"}
    facts |= {"object_id": f"o-{copy_id}"}
    facts |= {"copy_id": copy_id, "records": 5, "digest": "d", "method": "m", "by": "media.backups"}
    return CopyDestroyed.model_validate(facts | {"due_at": at, "destroyed_at": at} | more)


async def tell(audit: Service, host: Host, *events: Any) -> None:
    for event in events:
        await audit.parts.db.write(partial(Work.announce, event=event, subject="s"))
    await host.idle()


async def get(host: Host, path: str, **words: Any) -> dict[str, Any]:
    async with host.client("audit", staff("auditor")) as client:
        answer = await client.get(path, params=words)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def ids(host: Host, **words: Any) -> list[str]:
    return [item["copy_id"] for item in (await get(host, LEDGER, **words))["items"]]


async def post(host: Host, path: str, body: dict[str, Any], approval: str) -> Any:
    async with host.client("audit", staff("supervisor"), approval=approval) as client:
        return await client.post(path, json=body)


async def test_what_is_kept_stands_by_its_clock_until_its_certificate_takes_its_place(
    audit: Service, host: Host
) -> None:
    day = timedelta(days=1)
    await tell(
        audit,
        host,
        kept("late", START - day),
        kept("soon", START + day),
        kept("later", START + 60 * day),
        kept("someday", None),
        kept("early-word", START - day),
        gone("early-word", START - day),
    )
    assert await ids(host, state="overdue") == ["late"]
    assert await ids(host, state="due") == ["soon"]
    assert await ids(host, state="kept") == ["later", "someday"]
    assert await ids(host, state="kept", due_before=(START + 61 * day).isoformat()) == ["later"]
    assert await ids(host) == await ids(host, state="done") == ["early-word"]
    await tell(audit, host, kept("someday", START + 2 * day), gone("late", START), kept("late", START - day))
    assert await ids(host, state="due") == ["soon", "someday"]
    assert await ids(host, state="overdue") == []
    first = await get(host, LEDGER, state="due", limit=1)
    second = await get(host, LEDGER, state="due", limit=1, cursor=first["next_cursor"])
    assert [item["copy_id"] for item in (*first["items"], *second["items"])] == ["soon", "someday"]
    assert second["next_cursor"] is None


async def test_the_forecast_counts_by_month(audit: Service, host: Host) -> None:
    await tell(
        audit,
        host,
        kept("late", START - timedelta(hours=1)),
        kept("june", datetime(2026, 6, 30, 14, 59, tzinfo=UTC)),
        kept("july", datetime(2026, 6, 30, 15, 0, tzinfo=UTC), what="reader_copy"),
        kept("someday", None, what="my_numbers"),
        gone("done", START),
    )
    one = {"copies": 1, "records": 5}
    assert await get(host, f"{LEDGER}/forecast") == {
        "month": "2026-06",
        "overdue": [{"what": "reply_backup", **one}],
        "held": [],
        "months": [
            {"month": "2026-06", "what": "reply_backup", **one},
            {"month": "2026-07", "what": "reader_copy", **one},
        ],
        "undated": [{"what": "my_numbers", **one}],
        "done": [{"what": "reply_backup", **one}],
    }


async def test_a_plans_ledger_is_done_when_its_contract_ended(audit: Service, host: Host) -> None:
    whole = {"service": "matcher", "what": "inquiry_numbers", "object_type": "plan", "object_id": "P-1"}
    await tell(audit, host, kept("ledger/P-1", None, **whole))
    assert await ids(host, state="kept") == ["ledger/P-1"]
    await tell(audit, host, gone("ledger/P-1/2026-06-01", START + timedelta(days=1), **whole))
    assert await ids(host, state="kept") == []


async def test_two_people_set_and_lift_a_hold_that_ends_by_itself(audit: Service, host: Host) -> None:
    await tell(audit, host, kept("c", START - timedelta(days=1), belongs_to=[f"request/{REQUEST}"]))
    body = {"object_type": "request", "object_id": REQUEST, "reason": "訴訟", "ends_on": "2026-07-31"}
    assert (await post(host, HOLDS, body, "")).json()["code"] == "approval-required"
    for_another = await host.approve("audit", "audit.hold.set", "request/another", "supervisor-1")
    assert (await post(host, HOLDS, body, for_another)).json()["code"] == "approval-for-something-else"
    approval = await host.approve("audit", "audit.hold.set", f"request/{REQUEST}", "supervisor-1")
    for wrong in ({"object_id": my_number_of("12345678901")}, {"reason": f"番号 {my_number_of('12345678901')}"}):
        assert (await post(host, HOLDS, body | wrong, approval)).status_code == 422
    past = await post(host, HOLDS, body | {"ends_on": "2026-05-31"}, approval)
    assert (past.status_code, past.json()["code"]) == (422, "hold-end-past")
    made = await post(host, HOLDS, body, approval)
    assert made.status_code == 201, made.text
    (shown,) = (await get(host, LEDGER, state="held"))["items"]
    assert (shown["copy_id"], shown["hold"]["reason"]) == ("c", "訴訟")
    assert await ids(host, state="overdue") == []
    host.clock.set(datetime(2026, 7, 31, 15, 0, tzinfo=UTC))
    assert await ids(host, state="overdue") == ["c"]
    host.clock.set(START)
    hold = made.json()["id"]
    lift = await host.approve("audit", "audit.hold.lift", hold, "supervisor-1")
    lifted = await post(host, f"{HOLDS}/{hold}/lift", {"reason": "和解"}, lift)
    assert lifted.json()["state"] == "ended"
    assert await ids(host, state="overdue") == ["c"]
    again = await host.approve("audit", "audit.hold.lift", hold, "supervisor-1")
    assert (await post(host, f"{HOLDS}/{hold}/lift", {"reason": "和解"}, again)).json()["code"] == "hold-ended"
    assert [each["id"] for each in (await get(host, HOLDS, state="ended"))["items"]] == [hold]
    assert (await get(host, HOLDS, state="active"))["items"] == []
