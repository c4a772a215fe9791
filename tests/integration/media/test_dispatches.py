"""Envelopes: the right labels, one step after the other, followed by hand or by the carrier's file."""

from typing import Any

import pytest

from tests.integration.conftest import Host, staff
from tests.integration.media.fabricated import DISC_PLAN, OTHER_PLAN, media
from tests.integration.media.listening import Listener, records
from tests.integration.media.test_discs import OFFICE, STATION, on_disc, password_of, planned, verified

ENVELOPE = {"carrier": "日本郵便", "tracking_number": "1234-5678-9012", "seal_number": "S-0001"}


async def ready(host: Host, *asked: Any) -> list[dict[str, Any]]:
    """Verified discs."""
    discs = await planned(host, *asked)
    async with host.client("media", STATION) as clerk:
        for disc in discs:
            await clerk.post(f"/media/v1/discs/{disc['id']}/image")
            await verified(clerk, disc["id"])
    return discs


async def test_a_label_in_the_wrong_envelope_stops_the_bundle(host: Host) -> None:
    await media(host)
    one, other = await ready(host, on_disc(), on_disc(plan=OTHER_PLAN))
    async with host.client("media", OFFICE) as clerk:
        swapped = await clerk.post("/media/v1/dispatches", json=ENVELOPE | {"disc_ids": [one["id"], other["id"]]})
        assert (swapped.status_code, swapped.json()["code"]) == (409, "wrong-envelope")
        assert swapped.json()["facts"]["disc_id"] == other["id"]
        address = await clerk.post(
            "/media/v1/dispatches", json=ENVELOPE | {"disc_ids": [one["id"]], "envelope_plan_number": OTHER_PLAN}
        )
        assert address.json()["code"] == "wrong-envelope"
        states = {disc["state"] for disc in (await clerk.get("/media/v1/discs")).json()["items"]}
    assert states == {"verified"}
    assert records(host, "media.dispatch.make")[0]["reason"] == "wrong-envelope"


async def test_individual_numbers_travel_apart_and_sealed(host: Host) -> None:
    await media(host)
    discs = {disc["kind_group"]: disc["id"] for disc in await ready(host, on_disc(), on_disc("my_number"))}
    async with host.client("media", OFFICE) as clerk:
        both = await clerk.post("/media/v1/dispatches", json=ENVELOPE | {"disc_ids": list(discs.values())})
        assert both.json()["code"] == "wrong-envelope"
        unsealed = ENVELOPE | {"disc_ids": [discs["my_number"]], "seal_number": ""}
        assert (await clerk.post("/media/v1/dispatches", json=unsealed)).json()["code"] == "seal-required"
        label = (await clerk.get(f"/media/v1/discs/{discs['my_number']}")).json()["number"]
        sealed = await clerk.post("/media/v1/dispatches", json=ENVELOPE | {"disc_ids": [label]})
        assert (sealed.status_code, sealed.json()["state"]) == (201, "bundled")
        again = await clerk.post("/media/v1/dispatches", json=ENVELOPE | {"disc_ids": [discs["my_number"]]})
        assert again.json()["code"] == "already-dispatched"
        taken = await clerk.post("/media/v1/dispatches", json=ENVELOPE | {"disc_ids": [discs["general"]]})
        assert taken.json()["code"] == "number-in-use"


async def test_no_step_is_skipped_or_taken_back(host: Host) -> None:
    await media(host)
    (disc,) = await ready(host, on_disc())
    async with host.client("media", OFFICE) as clerk:
        made = (await clerk.post("/media/v1/dispatches", json=ENVELOPE | {"disc_ids": [disc["id"]]})).json()
        url = f"/media/v1/dispatches/{made['id']}"
        skipped = await clerk.post(f"{url}/events", json={"state": "delivered"})
        assert (skipped.status_code, skipped.json()["facts"]["allowed"]) == (409, ["handed_over", "lost"])
        at = {"at": "2026-06-26T10:00:00+09:00"}
        assert (await clerk.post(f"{url}/events", json={"state": "handed_over"} | at)).status_code == 200
        assert (await clerk.post(f"{url}/events", json={"state": "handed_over"} | at)).status_code == 409
        early = await clerk.post(f"{url}/events", json={"state": "sealed", "at": "2026-06-26T09:59:00+09:00"})
        assert early.json()["code"] == "event-out-of-order"
        sheet = await clerk.get(f"{url}/manifest.pdf")
        assert sheet.content.startswith(b"%PDF")
        shown = (await clerk.get(url)).json()
    assert [step["state"] for step in shown["history"]] == ["bundled", "handed_over"]


async def test_a_returned_disc_is_sent_again_and_a_lost_one_is_told(host: Host) -> None:
    await media(host)
    listener = Listener(host)
    (disc,) = await ready(host, on_disc())
    async with host.client("media", OFFICE) as clerk:
        made = (await clerk.post("/media/v1/dispatches", json=ENVELOPE | {"disc_ids": [disc["id"]]})).json()
        for state in ("handed_over", "sealed", "sent", "returned"):
            await clerk.post(f"/media/v1/dispatches/{made['id']}/events", json={"state": state})
        again = await clerk.post("/media/v1/dispatches", json=ENVELOPE | {"disc_ids": [disc["id"]]})
        assert again.status_code == 201
        lost = await clerk.post(f"/media/v1/dispatches/{again.json()['id']}/events", json={"state": "lost"})
        assert lost.json()["state"] == "lost"
        assert (await clerk.get(f"/media/v1/discs/{disc['id']}")).json()["state"] == "lost"
    await host.idle()
    assert len(listener.of("media.disc.returned.v1")) == 1
    assert len(listener.of("media.disc.lost.v1")) == 1


async def test_a_destroyed_disc_takes_its_blank_along(host: Host) -> None:
    await media(host)
    (disc,) = await ready(host, on_disc())
    async with host.client("media", STATION) as clerk:
        event = {"state": "destroyed", "reason": "scratched"}
        assert (await clerk.post(f"/media/v1/discs/{disc['id']}/events", json=event)).json()["state"] == "destroyed"
        assert (await clerk.get("/media/v1/blanks")).json()["counts"]["destroyed"] == 1
        refused = await clerk.post("/media/v1/dispatches", json=ENVELOPE | {"disc_ids": [disc["id"]]})
        assert refused.json()["code"] == "transition-refused"


@pytest.mark.parametrize("charset", ["utf-8", "cp932"])
async def test_the_carriers_file_moves_envelopes_once(host: Host, charset: str) -> None:
    await media(host)
    (disc,) = await ready(host, on_disc())
    async with host.client("media", OFFICE) as clerk:
        made = (await clerk.post("/media/v1/dispatches", json=ENVELOPE | {"disc_ids": [disc["id"]]})).json()
        for state in ("handed_over", "sealed"):
            event = {"state": state, "at": "2026-06-25T10:00:00+09:00"}
            await clerk.post(f"/media/v1/dispatches/{made['id']}/events", json=event)
        text = (
            "お問い合わせ番号,状態,日時,取扱局\r\n"
            "1234-5678-9012,引受,2026/6/25 18:00,芝\r\n"
            "1234-5678-9012,中継,2026/6/25 23:00,新東京\r\n"
            "0000,引受,2026/6/25 18:00,芝\r\n"
            "1234-5678-9012,不明な状態,2026/6/25 18:00,芝\r\n"
            "1234-5678-9012,お届け済み,2026/6/26 11:30,港\r\n"
        ).encode(charset)
        first = (await clerk.post("/media/v1/tracking-imports", content=text)).json()
        assert first == {
            "rows": 5,
            "applied": 2,
            "unchanged": 1,
            "refused": [{"line": 4, "code": "tracking-unknown"}, {"line": 5, "code": "state-unknown"}],
        }
        second = (await clerk.post("/media/v1/tracking-imports", content=text)).json()
        assert (second["applied"], second["unchanged"]) == (0, 3)
        shown = (await clerk.get(f"/media/v1/dispatches/{made['id']}")).json()
    assert shown["history"][-1] == {"state": "delivered", "at": "2026-06-26T11:30:00+09:00", "actor": OFFICE.id}
    assert len(await password_of(host, disc["id"])) == 23


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"a,b,c\n1,2,3\n", b"\x00" * 100, "番号だけ\n".encode()])
async def test_an_unreadable_tracking_file_is_a_problem(host: Host, data: bytes) -> None:
    await media(host)
    async with host.client("media", OFFICE) as clerk:
        answer = await clerk.post("/media/v1/tracking-imports", content=data)
    assert (answer.status_code, answer.json()["code"]) == (422, "tracking-unreadable")


async def test_lists_of_envelopes_and_their_filters(host: Host) -> None:
    await media(host)
    one, other = await ready(host, on_disc(), on_disc(plan=OTHER_PLAN))
    async with host.client("media", OFFICE) as clerk:
        for number, disc in enumerate((one, other)):
            body = ENVELOPE | {"disc_ids": [disc["id"]], "tracking_number": f"000{number}", "seal_number": f"S{number}"}
            await clerk.post("/media/v1/dispatches", json=body)
        first = (await clerk.get("/media/v1/dispatches", params={"limit": 1})).json()
        rest = (await clerk.get("/media/v1/dispatches", params={"cursor": first["next_cursor"]})).json()
        assert (await clerk.get("/media/v1/dispatches", params={"state": "sent"})).json()["items"] == []
        by_plan = (await clerk.get("/media/v1/discs", params={"plan_number": DISC_PLAN})).json()["items"]
    assert [each["number"] for each in first["items"] + rest["items"]] == ["D2606-0001", "D2606-0002"]
    assert [each["plan_number"] for each in by_plan] == [DISC_PLAN]


async def test_nobody_but_a_clerk_dispatches(host: Host) -> None:
    await media(host)
    for who in (staff("operator"), staff("supervisor"), staff("auditor")):
        async with host.client("media", who) as caller:
            assert (await caller.post("/media/v1/dispatches", json={})).json()["code"] == "team-not-allowed"
