"""Every provision is told with its basis; without a valid one nothing is decrypted."""

from datetime import UTC, datetime

import pytest

from shared.ids import new_id
from tests.integration.conftest import Host, portal
from tests.integration.media.fabricated import PLAN, Asked, close_cycle, media, release
from tests.integration.media.listening import Listener, records
from tests.integration.media.test_discs import STATION, delivered, on_disc, planned, verified
from tests.integration.media.test_packages import ready_package

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
BASIS = "my-number-act/2025-06-20/19-1"
BEFORE_THE_LAW = datetime(2025, 6, 19, 3, tzinfo=UTC)


async def test_a_package_is_a_provision_once_its_receipt_is_confirmed(host: Host) -> None:
    await media(host)
    listener = Listener(host)
    asked = Asked(kind="my_number")
    await ready_package(host, asked)
    (told,) = listener.of("media.provision.made.v1")
    assert (told["object_type"], told["object_id"], told["plan_number"]) == ("reply", asked.reply_id, PLAN)
    assert (told["people"], told["kind"], told["legal_basis"]) == (3, "my_number", BASIS)
    assert [one["legal_basis"] for one in records(host, "media.package.password")] == [BASIS]


async def test_a_disc_is_a_provision_of_each_reply_once_it_is_sent(host: Host) -> None:
    await media(host)
    listener = Listener(host)
    first, second = on_disc(), on_disc("main", rows=5)
    (disc,) = await planned(host, first, second)
    async with host.client("media", STATION) as clerk:
        await clerk.post(f"/media/v1/discs/{disc['id']}/image")
        await verified(clerk, disc["id"])
    assert listener.of("media.provision.made.v1") == []
    await delivered(host, [disc["id"]])
    told = listener.of("media.provision.made.v1")
    assert sorted((one["kind"], one["people"], one["legal_basis"]) for one in told) == [
        ("main", 5, ""),
        ("provisional", 3, ""),
    ]
    assert {one["object_id"] for one in told} == {disc["id"]}


async def test_without_a_basis_in_force_no_number_is_decrypted(host: Host) -> None:
    await media(host)
    (disc,) = await planned(host, on_disc("my_number"))
    host.clock.set(BEFORE_THE_LAW)
    async with host.client("media", STATION) as clerk:
        answer = await clerk.post(f"/media/v1/discs/{disc['id']}/image")
        assert (answer.status_code, answer.json()["code"]) == (409, "legal-basis-missing")
    asked = Asked(kind="my_number", reply_id=new_id())
    await close_cycle(host, asked)
    await release(host, asked.kind, asked)
    async with host.client("media", portal(PLAN)) as plan:
        waiting = (await plan.get(f"/media/v1/replies/{asked.reply_id}")).json()
        assert waiting["state"] == "waiting"
    assert records(host, "media.disc.seal") == records(host, "media.package.seal") == []
