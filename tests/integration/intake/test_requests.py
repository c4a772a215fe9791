"""A plan's request over HTTP, from registration to the receipt."""

import base64
from datetime import UTC, datetime

import pytest

from shared.crypto.signatures import verify
from shared.events.copies import CopyDestroyed
from shared.events.intake import RequestAccepted, RequestReplaced, RequestReturned, RequestWithdrawn
from shared.trail.record import canonical
from tests.integration.conftest import portal
from tests.integration.intake.conftest import BAD_DATE, GOOD, OTHER, PLAN, Intake, people, registration, request_file

pytestmark = pytest.mark.asyncio
AFTER_CUTOFF = datetime(2026, 6, 15, 15, 30, tzinfo=UTC)


async def test_a_request_is_registered_uploaded_checked_and_told(intake: Intake) -> None:
    data = request_file(people(GOOD, BAD_DATE))
    answer = await intake.register(data, 2)
    assert answer.status_code == 201
    assert answer.json()["state"] == "awaiting_file"
    assert answer.json()["cycle"] == "2026-06-A"
    request = await intake.send(request_file(people(GOOD, BAD_DATE), serial="002"), 2)
    assert request["state"] == "accepted"
    assert request["counts"] == {"received": 2, "accepted": 1, "rejected": 1}
    assert [step["state"] for step in request["history"]] == ["awaiting_file", "checking", "accepted"]
    found = await intake.get(f"requests/{request['id']}/findings")
    assert [(each["line"], each["field"], each["code"], each["severity"]) for each in found["items"]] == [
        (3, "birth_date", "R06", "error")
    ]
    assert set(found["items"][0]["title"]) == {"ja", "en"}
    assert intake.heard_of(RequestAccepted)[0].accepted == 1


async def test_the_check_says_nothing_of_what_stands_in_the_file(intake: Intake) -> None:
    request = await intake.send(request_file(people(GOOD, BAD_DATE)), 2)
    async with intake.client() as client:
        table = await client.get(f"/intake/v1/requests/{request['id']}/findings.csv")
    assert table.headers["content-type"].startswith("text/csv")
    for told in (table.text, str(request), str(await intake.get(f"requests/{request['id']}/findings"))):
        assert "佐藤" not in told
        assert "19500230" not in told


async def test_findings_come_in_pages(intake: Intake) -> None:
    bad = [f"{BAD_DATE[:-1]}{at}" for at in "３４５６７"]
    request = await intake.send(request_file(people(*bad)), 5)
    first = await intake.get(f"requests/{request['id']}/findings?limit=3")
    second = await intake.get(f"requests/{request['id']}/findings?limit=3&cursor={first['next_cursor']}")
    assert [each["line"] for each in first["items"] + second["items"]] == [2, 3, 4, 5, 6]
    assert second["next_cursor"] is None


async def test_a_file_in_parts_is_taken_up_where_it_stopped(intake: Intake) -> None:
    data = request_file(people(GOOD))
    request_id = (await intake.register(data, 1)).json()["id"]
    path = f"/intake/v1/requests/{request_id}/file"
    total = len(data)
    async with intake.client() as client:
        first = await client.put(path, content=data[:40], headers={"Content-Range": f"bytes 0-39/{total}"})
        assert (first.status_code, first.json()["upload"]) == (202, {"next_byte": 40})
        again = await client.put(path, content=data[:40], headers={"Content-Range": f"bytes 0-39/{total}"})
        assert (again.status_code, again.json()["facts"]) == (409, {"next_byte": 40})
        shown = (await client.get(f"/intake/v1/requests/{request_id}")).json()
        assert shown["upload"] == {"next_byte": 40}
        short = await client.put(path, content=data[40:50], headers={"Content-Range": f"bytes 40-{total - 1}/{total}"})
        assert short.status_code == 400
        rest = await client.put(path, content=data[40:], headers={"Content-Range": f"bytes 40-{total - 1}/{total}"})
        assert rest.status_code == 202
        await intake.host.idle()
        assert (await client.get(f"/intake/v1/requests/{request_id}")).json()["state"] == "accepted"


async def test_another_file_than_the_registered_one_is_refused_and_the_request_still_waits(intake: Intake) -> None:
    data = request_file(people(GOOD))
    request_id = (await intake.register(data, 1)).json()["id"]
    async with intake.client() as client:
        wrong = await client.put(f"/intake/v1/requests/{request_id}/file", content=data + b"x")
        assert (wrong.status_code, wrong.json()["code"]) == (409, "digest-mismatch")
        right = await client.put(f"/intake/v1/requests/{request_id}/file", content=data)
        assert right.status_code == 202


async def test_the_number_of_records_is_compared_with_the_registration(intake: Intake) -> None:
    request = await intake.send(request_file(people(GOOD)), 7)
    assert (request["state"], request["codes"]) == ("returned", ["F06"])
    assert intake.heard_of(RequestReturned)[0].codes == ("F06",)


async def test_the_same_file_twice_is_returned(intake: Intake) -> None:
    first = await intake.send(request_file(people(GOOD)), 1)
    second = await intake.send(request_file(people(GOOD)), 1)
    assert (first["state"], second["state"], second["codes"]) == ("accepted", "returned", ["F07"])


async def test_the_same_person_in_two_requests_of_a_cycle_is_rejected_the_second_time(intake: Intake) -> None:
    await intake.send(request_file(people(GOOD)), 1)
    second = await intake.send(request_file(people(GOOD), serial="002"), 1)
    assert second["counts"] == {"received": 1, "accepted": 0, "rejected": 1}
    found = await intake.get(f"requests/{second['id']}/findings")
    assert [each["code"] for each in found["items"]] == ["R16"]


async def test_a_file_after_the_cutoff_goes_to_the_next_cycle_and_the_receipt_says_so(intake: Intake) -> None:
    data = request_file(people(GOOD))
    request_id = (await intake.register(data, 1)).json()["id"]
    intake.host.clock.set(AFTER_CUTOFF)
    async with intake.client() as client:
        await client.put(f"/intake/v1/requests/{request_id}/file", content=data)
        await intake.host.idle()
        answer = (await client.get(f"/intake/v1/requests/{request_id}/receipt")).json()
    receipt = answer["receipt"]
    assert (receipt["registered_cycle"], receipt["cycle"], receipt["late"]) == ("2026-06-A", "2026-06-B", True)
    key, signature = (base64.b64decode(answer[name]) for name in ("public_key", "signature"))
    assert verify(key, signature, canonical(receipt))
    assert not verify(key, signature, canonical(receipt | {"cycle": "2026-06-A"}))
    async with intake.host.client("intake", None) as stranger:
        assert (await stranger.get("/intake/v1/receipt-key")).json()["public_key"] == answer["public_key"]


async def test_a_request_is_withdrawn_until_the_cutoff_and_not_after(intake: Intake) -> None:
    first = await intake.send(request_file(people(GOOD)), 1)
    async with intake.client() as client:
        withdrawn = await client.post(f"/intake/v1/requests/{first['id']}/withdrawal")
        assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "withdrawn")
        again = await client.post(f"/intake/v1/requests/{first['id']}/withdrawal")
        assert (again.status_code, again.json()["facts"]["allowed"]) == (409, [])
        second = await intake.send(request_file(people(GOOD)), 1)
        intake.host.clock.set(AFTER_CUTOFF)
        late = await client.post(f"/intake/v1/requests/{second['id']}/withdrawal")
        assert (late.status_code, late.json()["code"]) == (409, "cycle-closed")
    assert len(intake.heard_of(RequestWithdrawn)) == 1


async def test_a_replacement_takes_the_place_once_it_is_accepted(intake: Intake) -> None:
    old = await intake.send(request_file(people(GOOD, BAD_DATE)), 2)
    mended = request_file(people(GOOD, BAD_DATE.replace("19500230", "19500228")), serial="002")
    body = registration(mended, 2)
    async with intake.client() as client:
        answer = await client.post(f"/intake/v1/requests/{old['id']}/replacement", json=body)
        assert answer.status_code == 201
        new_id = answer.json()["id"]
        assert (await client.get(f"/intake/v1/requests/{old['id']}")).json()["state"] == "accepted"
        await client.put(f"/intake/v1/requests/{new_id}/file", content=mended)
        await intake.host.idle()
        new = (await client.get(f"/intake/v1/requests/{new_id}")).json()
        old = (await client.get(f"/intake/v1/requests/{old['id']}")).json()
    assert (new["state"], new["counts"]["accepted"]) == ("accepted", 2)
    assert (old["state"], old["replaced_by"]) == ("replaced", new_id)
    assert intake.heard_of(RequestReplaced)[0].replaced_by == new_id


async def test_another_plans_request_is_the_same_as_none(intake: Intake) -> None:
    request = await intake.send(request_file(people(GOOD)), 1)
    unknown = "0190f0f0-0000-7000-8000-000000000000"
    async with intake.client(portal(OTHER)) as client:
        for method, tail in (("GET", ""), ("GET", "/findings"), ("GET", "/findings.csv"), ("GET", "/receipt")):
            answers = [
                await client.request(method, f"/intake/v1/requests/{each}{tail}") for each in (request["id"], unknown)
            ]
            assert [each.status_code for each in answers] == [404, 404]
            bodies = [{k: v for k, v in each.json().items() if k != "trace_id"} for each in answers]
            assert bodies[0] == bodies[1]
        for tail in ("/withdrawal", "/replacement"):
            answer = await client.post(
                f"/intake/v1/requests/{request['id']}{tail}", json=registration(b"", 0) | {"plan_number": PLAN}
            )
            assert answer.status_code == 404
        assert (await client.put(f"/intake/v1/requests/{request['id']}/file", content=b"x")).status_code == 404
        assert (await client.post("/intake/v1/requests", json=registration(b"", 0))).status_code == 404
        assert (await client.get(f"/intake/v1/requests?plan_number={PLAN}")).json()["items"] == []


async def test_lists_are_filtered_and_paged(intake: Intake) -> None:
    for at in range(3):
        await intake.send(request_file(people(GOOD.replace("１－１－１", f"{at + 1}")), serial=f"00{at + 1}"), 1)
    first = await intake.get(f"requests?plan_number={PLAN}&kind=provisional&state=accepted&cycle=2026-06-A&limit=2")
    second = await intake.get(f"requests?plan_number={PLAN}&limit=2&cursor={first['next_cursor']}")
    assert (len(first["items"]), len(second["items"]), second["next_cursor"]) == (2, 1, None)


async def test_the_same_key_registers_once(intake: Intake) -> None:
    body = registration(b"", 1)
    async with intake.client() as client:
        answers = [
            await client.post("/intake/v1/requests", json=body, headers={"Idempotency-Key": "k1"}) for _ in range(2)
        ]
        other = await client.post(
            "/intake/v1/requests", json=body | {"record_count": 2}, headers={"Idempotency-Key": "k1"}
        )
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")


async def test_registrations_without_a_file_expire(intake: Intake) -> None:
    request_id = (await intake.register(request_file(people(GOOD)), 1)).json()["id"]
    await intake.run_jobs(datetime(2026, 6, 15, 1, 0, tzinfo=UTC))
    assert (await intake.get(f"requests/{request_id}"))["state"] == "expired"


async def test_the_data_of_a_returned_request_are_destroyed_after_three_months(intake: Intake) -> None:
    request = await intake.send(request_file(people(GOOD)), 7)
    await intake.run_jobs(datetime(2026, 8, 31, 0, 0, tzinfo=UTC))
    assert not [each for each in intake.heard_of(CopyDestroyed) if each.what == "request_data"]
    await intake.run_jobs(datetime(2026, 9, 2, 0, 0, tzinfo=UTC))
    destroyed = [each for each in intake.heard_of(CopyDestroyed) if each.what == "request_data"]
    assert {each.object_id for each in destroyed} == {request["id"]}
    assert (await intake.get(f"requests/{request['id']}/findings"))["items"] == []
    assert (await intake.get(f"requests/{request['id']}"))["counts"]["received"] == 1
