"""What a freeze stops at media: packages, passwords, discs, dispatches; by plan, medium, account and key."""

import hashlib

import httpx
import pytest

from tests.integration.conftest import Host, portal
from tests.integration.freezing import frozen
from tests.integration.media.fabricated import DISC_PLAN, PLAN, Asked, close_cycle, media, release
from tests.integration.media.test_discs import OFFICE, STATION, delivered, on_disc, planned, verified

pytestmark = pytest.mark.parametrize("store", ["sqlite"])


def refused(answer: httpx.Response) -> bool:
    return (answer.status_code, answer.json()["code"] if answer.status_code >= 400 else "") == (409, "frozen")


async def test_nothing_of_a_package_is_released(host: Host) -> None:
    await media(host)
    asked = Asked()
    await close_cycle(host, asked)
    await release(host, asked.kind, asked)
    database, url = host.services["media"].parts.db, f"/media/v1/replies/{asked.reply_id}"
    plan = portal(PLAN)
    async with host.client("media", plan) as client:
        digest = hashlib.sha256((await client.get(f"{url}/package")).content).hexdigest()
        assert (await client.post(f"{url}/receipt", json={"sha256": digest})).status_code == 204
        for what in (
            ("plan", PLAN),
            ("medium", asked.reply_id),
            ("account", plan.id),
            ("key", "media"),
            ("key", "media_password"),
        ):
            async with frozen(host, database, *what):
                assert refused(await client.get(f"{url}/package")), what
                assert refused(await client.post(f"{url}/receipt", json={"sha256": digest})), what
                assert refused(await client.get(f"{url}/password")), what
        for what in (("plan", DISC_PLAN), ("medium", PLAN), ("account", "clerk-1"), ("key", "intake")):
            async with frozen(host, database, *what):
                assert (await client.get(f"{url}/package")).status_code == 200, what
        assert (await client.get(f"{url}/password")).status_code == 200


async def test_no_step_of_a_disc_brings_it_further_out(host: Host) -> None:
    await media(host)
    (disc,) = await planned(host, on_disc("my_number"))
    database, url = host.services["media"].parts.db, f"/media/v1/discs/{disc['id']}"
    every = [("plan", DISC_PLAN), ("medium", disc["id"]), ("key", "media")]
    async with host.client("media", STATION) as clerk:
        for what in (*every, ("key", "my_number"), ("key", f"plan/{DISC_PLAN}")):
            async with frozen(host, database, *what):
                assert refused(await clerk.post(f"{url}/image")), what
        await clerk.post(f"{url}/image")
        for what in (*every, ("account", STATION.id)):
            async with frozen(host, database, *what):
                assert refused(await clerk.get(f"{url}/image")), what
        await verified(clerk, disc["id"])
    body = {"disc_ids": [disc["id"]], "carrier": "日本郵便", "tracking_number": "1234-5678-9012", "seal_number": "S77"}
    async with host.client("media", OFFICE) as clerk:
        async with frozen(host, database, "medium", disc["id"]):
            assert refused(await clerk.post("/media/v1/dispatches", json=body))
        dispatch = (await clerk.post("/media/v1/dispatches", json=body)).json()
        async with frozen(host, database, "plan", DISC_PLAN):
            handed = {"state": "handed_over", "at": "2026-06-26T10:00:00+09:00"}
            assert refused(await clerk.post(f"/media/v1/dispatches/{dispatch['id']}/events", json=handed))


async def test_no_password_of_a_disc_is_told_and_no_copy_made(host: Host) -> None:
    await media(host)
    (disc,) = await planned(host, on_disc())
    database, url = host.services["media"].parts.db, f"/media/v1/discs/{disc['id']}"
    async with host.client("media", STATION) as clerk:
        await clerk.post(f"{url}/image")
        await verified(clerk, disc["id"])
    await delivered(host, [disc["id"]])
    async with host.client("media", OFFICE, purpose="media-production", case=disc["id"]) as clerk:
        for what in (("medium", disc["id"]), ("key", "media_password"), ("account", OFFICE.id)):
            async with frozen(host, database, *what):
                assert refused(await clerk.get(f"{url}/password")), what
                assert refused(await clerk.get(f"{url}/password-letter.pdf")), what
    approval = await host.approve("media", "media.disc.reissue", disc["id"], requester=STATION.id)
    async with host.client("media", STATION, approval=approval) as clerk:
        async with frozen(host, database, "medium", disc["id"]):
            assert refused(await clerk.post(f"{url}/reissue", json={"reason": "x"}))
        assert (await clerk.post(f"{url}/reissue", json={"reason": "x"})).status_code == 201
