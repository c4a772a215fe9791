"""Drills: the whole way of an incident on a synthetic twin; the result is signed and files itself under item 11."""

import hashlib

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.audit.domain.checksheets.periods import Quarter
from services.audit.domain.drills import scenarios
from services.audit.parts import CERTIFICATE_KEY
from services.audit.storage.incidents.incidents import count_open
from services.audit.usecases.checksheets.gather_evidence import gather_evidence
from shared.hosting import Service
from tests.integration.conftest import Host, staff

SUPERVISOR = staff("supervisor", "office_pc")
QUARTER = Quarter(2026, 2)


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_drill_files_its_result_and_leaves_nothing_else(host: Host, audit: Service) -> None:
    async with host.client("audit", SUPERVISOR) as http:
        for scenario in scenarios.scenarios():
            answer = await http.post("/audit/v1/drills", json={"scenario": scenario})
            assert answer.status_code == 201, answer.text
            drill = answer.json()
            assert not [check for check in drill["statement"]["checks"] if not check["passed"]]
            assert drill["passed"] is True
            assert drill["statement"]["milliseconds"] < 30_000
        listed = (await http.get("/audit/v1/drills", params={"limit": "2"})).json()
        assert [one["scenario"] for one in listed["items"]] == ["key", "account"]
        assert (await http.get("/audit/v1/incidents")).json()["items"] == []
        assert (await http.get("/audit/v1/freezes")).json()["items"] == []
        assert (await http.get("/audit/v1/drills", params={"cursor": listed["next_cursor"]})).json()[
            "next_cursor"
        ] is None
    canonical = orjson.dumps(drill["statement"], option=orjson.OPT_SORT_KEYS)
    assert hashlib.sha256(canonical).hexdigest() == drill["digest"]
    key = Ed25519PublicKey.from_public_bytes(audit.parts.keyring.signer(CERTIFICATE_KEY).public_key)
    key.verify(bytes.fromhex(drill["signature"]), canonical)
    told = await audit.parts.db.read(lambda session: gather_evidence(session, QUARTER, host.clock.now()))
    drills = [one for one in told if one.code == "incident-drill"]
    assert [(one.items, one.says, one.facts["failed"]) for one in drills] == [((11,), "yes", 0)] * 3
    assert await audit.parts.db.read(count_open) == 0


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_drill_that_goes_wrong_says_so(host: Host, audit: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = orjson.loads(orjson.dumps(scenarios._table(), default=str))
    changed["scenarios"]["lost_disc"]["people"] = 41
    monkeypatch.setattr(scenarios, "_table", lambda: changed)
    async with host.client("audit", SUPERVISOR) as http:
        drill = (await http.post("/audit/v1/drills", json={"scenario": "lost_disc"})).json()
        assert drill["passed"] is False
        failed = [one["check"] for one in drill["statement"]["checks"] if not one["passed"]]
        assert failed == ["people", "people-in-drafts"]
    told = await audit.parts.db.read(lambda session: gather_evidence(session, QUARTER, host.clock.now()))
    assert [one.says for one in told if one.code == "incident-drill"] == ["no"]


@pytest.mark.parametrize("store", ["sqlite"])
async def test_incidents_speak_to_the_reversed_item(host: Host, audit: Service) -> None:
    async def says() -> list[tuple[str, dict[str, object]]]:
        told = await audit.parts.db.read(lambda session: gather_evidence(session, QUARTER, host.clock.now()))
        return [(one.says, dict(one.facts)) for one in told if one.code == "incidents-in-quarter"]

    assert await says() == [("no", {"incidents": 0, "open": 0})]
    async with host.client("audit", SUPERVISOR) as http:
        body = {"object_type": "disc", "object_id": "d", "reason": "x"}
        url = f"/audit/v1/incidents/{(await http.post('/audit/v1/incidents', json=body)).json()['id']}"
        assert await says() == [("yes", {"incidents": 1, "open": 1})]
        nothing = {"people": 0, "my_numbers": False, "encrypted": "none", "happened": "nothing", "reason": "x"}
        await http.post(f"{url}/assessments", json=nothing)
        assert await says() == [("no", {"incidents": 0, "open": 0})]
