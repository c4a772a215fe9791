"""The auditor pack over HTTP."""

from datetime import timedelta

import pytest

from services.audit.documents.packs.verify_pack import Wrong, unpacked, verify
from services.audit.usecases.publish_checkpoint import publish_checkpoint
from shared.hosting import Service
from tests.integration.audit.conftest import AT, Source, deliver
from tests.integration.audit.test_log import parts_of
from tests.integration.conftest import Host, staff


@pytest.fixture
def store() -> str:
    """The search behind it is tried on both engines elsewhere."""
    return "sqlite"


async def test_an_auditor_takes_a_pack_away_and_it_verifies(audit: Service, host: Host) -> None:
    parts = parts_of(audit)
    async with host.client("audit", staff("auditor")) as client:
        empty = await client.get("/audit/v1/pack")
        assert verify(empty.content).startswith("VERIFIED: 0 records")
        await deliver(parts, Source("intake").make(300))
        publish_checkpoint(parts)
        until = (AT + timedelta(days=1)).isoformat()
        answer = await client.get("/audit/v1/pack", params={"actor": "clerk-1", "to": until})
        assert answer.status_code == 200, answer.text
        told = verify(answer.content, [parts.log_key.text])
        assert told.startswith("VERIFIED: 100 records")
        files, _ = unpacked(answer.content)
        assert {"evidence/alarms.json", "evidence/certificates.json", "verify_pack.py"} <= set(files)
        await host.idle()
        found = (await client.get("/audit/v1/records", params={"action": "audit.pack.make"})).json()["items"]
        assert [one["record"]["reason"] for one in found] == ["records-0", "records-100"]
        with pytest.raises(Wrong, match="does not hold"):
            verify(answer.content, ["log.example/other+00000000+AAAA"])
    async with host.client("audit", staff("clerk")) as client:
        assert (await client.get("/audit/v1/pack")).status_code == 403
