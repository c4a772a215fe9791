"""Backups of replies: kept three calendar months, then gone, with a certificate; orphans go too; tables as migrated."""

import os
from datetime import datetime, timedelta

from services.media.storage.tables import MediaTable
from shared.calendar.clock import JST
from shared.db.migrate import differences
from shared.events import Event
from shared.events.audit import HoldLifted, HoldSet
from tests.integration.conftest import START, Host, portal
from tests.integration.media.fabricated import DISC_PLAN, PLAN, Asked, close_cycle, media, release
from tests.integration.media.listening import Listener, records
from tests.integration.media.test_discs import STATION, on_disc, planned, verified


async def run_jobs(host: Host, at: datetime) -> dict[str, int]:
    """What the scheduler would do up to `at`."""
    host.clock.set(at)
    service = host.services["media"]
    done: dict[str, int] = {}
    for job in service.jobs:
        while (due := await job.next_due(service.parts, at)) is not None:
            for name, count in (await job.run(service.parts, due)).items():
                done[name] = done.get(name, 0) + count
    await host.idle()
    return done


async def test_a_package_is_kept_three_months_and_then_destroyed(host: Host) -> None:
    await media(host)
    listener = Listener(host)
    asked = Asked()
    await close_cycle(host, asked)
    await release(host, "provisional", asked)
    url = f"/media/v1/replies/{asked.reply_id}"
    async with host.client("media", portal(PLAN)) as plan:
        reply = (await plan.get(url)).json()
        assert reply["expires_at"] == "2026-09-02T00:00:00+09:00"
        assert await run_jobs(host, datetime(2026, 9, 1, 23, 59, 59, tzinfo=JST)) == {}
        assert (await plan.get(f"{url}/package")).status_code == 200
        assert await run_jobs(host, datetime(2026, 9, 2, tzinfo=JST)) == {"packages": 1, "images": 0}
        assert (await plan.get(url)).json()["state"] == "expired"
        gone = await plan.get(f"{url}/package")
        assert (gone.status_code, gone.json()["code"]) == (410, "package-expired")
        assert (await plan.get(f"{url}/password")).json()["code"] == "package-expired"
    (destroyed,) = listener.of("shokai.copy.destroyed.v1")
    assert (destroyed["what"], destroyed["object_id"], destroyed["records"]) == ("reply_backup", asked.reply_id, 3)
    assert len(destroyed["digest"]) == 64
    assert destroyed["due_at"].startswith("2026-09-01T15:00:00")
    assert not list((host.kit.data_dir / "blobs" / "data" / "media").rglob("*.blob"))
    assert len(records(host, "media.backup.destroy")) == 1
    assert await run_jobs(host, datetime(2026, 10, 1, tzinfo=JST)) == {}


async def test_a_hold_stops_the_clock_of_what_it_names(host: Host) -> None:
    """By plan, request, batch or reply; a disc by what is on it. When the hold ends, the clock goes on."""
    await media(host)
    asked = Asked()
    await close_cycle(host, asked)
    await release(host, "provisional", asked)
    url = f"/media/v1/replies/{asked.reply_id}/package"
    ends = datetime(2026, 12, 1, tzinfo=JST)
    names = {"plan": PLAN, "request": asked.request_id, "reply": asked.reply_id}
    await tell(
        host, HoldSet(hold_id="other", object_type="plan", object_id="0", ends_at=datetime(2099, 1, 1, tzinfo=JST))
    )
    for kind, object_id in names.items():
        await tell(host, HoldSet(hold_id=kind, object_type=kind, object_id=object_id, ends_at=ends))
        assert await run_jobs(host, datetime(2026, 10, 1, tzinfo=JST)) == {}, kind
        if kind != "reply":
            await tell(host, HoldLifted(hold_id=kind))
    async with host.client("media", portal(PLAN)) as plan:
        assert (await plan.get(url)).status_code == 200
        assert await run_jobs(host, ends) == {"packages": 1, "images": 0}
        assert (await plan.get(url)).status_code == 410


async def test_a_hold_on_a_reply_holds_the_disc_that_carries_it(host: Host) -> None:
    await media(host)
    (disc,) = await planned(host, on_disc())
    async with host.client("media", STATION) as clerk:
        await clerk.post(f"/media/v1/discs/{disc['id']}/image")
        await verified(clerk, disc["id"])
    async with host.client("media", portal(DISC_PLAN)) as plan:
        (reply,) = (await plan.get("/media/v1/replies")).json()["items"]
    forever = datetime(2099, 1, 1, tzinfo=JST)
    await tell(host, HoldSet(hold_id="h", object_type="request", object_id=reply["request_id"], ends_at=forever))
    assert await run_jobs(host, datetime(2027, 4, 2, tzinfo=JST)) == {}
    await tell(host, HoldLifted(hold_id="h"))
    assert await run_jobs(host, datetime(2027, 4, 2, tzinfo=JST)) == {"packages": 0, "images": 1}


async def tell(host: Host, event: Event) -> None:
    """As the audit service would."""
    await host.services["media"].parts.db.write(lambda work: work.announce(event, subject="hold"))
    await host.idle()


async def test_an_image_is_kept_from_its_reading_back(host: Host) -> None:
    await media(host)
    (disc,) = await planned(host, on_disc())
    url = f"/media/v1/discs/{disc['id']}"
    async with host.client("media", STATION) as clerk:
        await clerk.post(f"{url}/image")
        assert await run_jobs(host, datetime(2027, 1, 1, tzinfo=JST)) == {}
        await verified(clerk, disc["id"])
        assert await run_jobs(host, datetime(2027, 4, 2, tzinfo=JST)) == {"packages": 0, "images": 1}
        assert (await clerk.get(f"{url}/image")).json()["code"] == "backup-expired"
    async with host.client("media", portal(DISC_PLAN)) as plan:
        assert (await plan.get("/media/v1/replies")).json()["items"][0]["state"] == "expired"


async def test_a_blob_that_a_crash_left_is_collected(host: Host) -> None:
    await media(host)
    asked = Asked()
    await release(host, "provisional", asked)
    blobs = host.services["media"].parts.blobs
    orphan = blobs.put(b"left over", purpose="package", key="media")
    assert await run_jobs(host, START) == {}
    old = (datetime.now(JST) - timedelta(days=2)).timestamp()
    for file in (host.kit.data_dir / "blobs").rglob("*"):
        if file.is_file():
            os.utime(file, (old, old))
    assert await run_jobs(host, START) == {"orphans": 1}
    assert orphan.id in records(host, "media.orphan.destroy")[0]["object"]
    async with host.client("media", portal(PLAN)) as plan:
        assert (await plan.get(f"/media/v1/replies/{asked.reply_id}/package")).status_code == 200


async def test_the_migrated_tables_are_those_of_the_code(host: Host) -> None:
    await media(host)
    assert differences(host.services["media"].parts.db.engine, MediaTable.metadata) == []
