"""A disc of the media service is lost: what the audit service then knows, from what media itself recorded and told."""

import pytest

from services.audit.app import create_service as create_audit
from services.audit.settings import AuditSettings
from services.media.app import create_service as create_media
from services.media.settings import MediaSettings
from shared.events.intake import RequestAccepted
from tests.integration.conftest import Host, staff
from tests.integration.media.fabricated import DISC_PLAN
from tests.integration.media.test_discs import OFFICE, STATION, on_disc, planned, verified


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_lost_disc_is_an_incident_with_its_people_and_readers(host: Host) -> None:
    await host.start(create_media(MediaSettings(), host.kit), create_audit(AuditSettings(), host.kit))
    asked = on_disc("my_number", rows=7)
    accepted = RequestAccepted(
        request_id=asked.request_id,
        plan_number=asked.plan,
        kind="my_number",
        cycle="2026-06-A",
        received=8,
        accepted=7,
        rejected=1,
    )
    media = host.services["media"].parts.db
    await media.write(lambda work: work.announce(accepted, subject=asked.request_id))
    (disc,) = await planned(host, asked)
    async with host.client("media", STATION) as clerk:
        assert (await clerk.post(f"/media/v1/discs/{disc['id']}/image")).status_code == 201
        await verified(clerk, disc["id"])
        await host.idle()
    async with host.client("media", OFFICE) as clerk:
        lost = await clerk.post(f"/media/v1/discs/{disc['id']}/events", json={"state": "lost", "reason": "所在不明"})
        assert lost.status_code == 200, lost.text
    await host.idle()
    async with host.client("audit", staff("supervisor")) as http:
        (incident,) = (await http.get("/audit/v1/incidents")).json()["items"]
        assert (incident["origin"], incident["object_id"], incident["state"]) == ("disc-lost", disc["id"], "detected")
        found = (await http.get(f"/audit/v1/incidents/{incident['id']}/radius")).json()
        assert (found["people"], found["my_numbers"], found["encrypted"]) == (7, True, "strong")
        assert found["plans"] == [{"plan_number": DISC_PLAN, "people": 7}]
        did = {(one["actor"], one["action"]) for one in found["readers"]}
        assert {(STATION.id, "media.disc.make_image"), (STATION.id, "media.disc.read_image")} <= did
        frozen = {"object_type": "medium", "object_id": disc["id"], "incident_id": incident["id"], "reason": "紛失"}
        assert (await http.post("/audit/v1/freezes", json=frozen)).status_code == 201
    await host.idle()
    approval = await host.approve("media", "media.disc.reissue", disc["id"], requester=STATION.id)
    async with host.client("media", STATION, approval=approval) as clerk:
        stopped = await clerk.post(f"/media/v1/discs/{disc['id']}/reissue", json={"reason": "紛失のため"})
        assert (stopped.status_code, stopped.json()["code"]) == (409, "frozen")
