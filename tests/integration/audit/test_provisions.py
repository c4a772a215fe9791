"""The register of provisions: entered once, searched, summed up; a wrong basis is seen."""

from typing import Any

from shared.events.media import ProvisionMade
from shared.hosting import Service
from shared.ids import new_id
from tests.integration.audit.test_incidents import PLAN, REQUEST, SUPERVISOR, tell
from tests.integration.conftest import START, Host, staff


def made(**more: Any) -> ProvisionMade:
    stated: dict[str, Any] = {
        "provision_id": new_id(),
        "object_type": "reply",
        "object_id": "r-1",
        "request_id": REQUEST,
        "plan_number": PLAN,
        "kind": "my_number",
        "people": 42,
        "purpose": "reply-delivery",
        "legal_basis": "my-number-act/2025-06-20/19-1",
        "channel": "network",
        "sha256": "0" * 64,
        "provided_at": START,
        "by": "portal",
    }
    return ProvisionMade(**(stated | more))


async def test_a_provision_is_entered_once_and_found(host: Host, audit: Service) -> None:
    first = made()
    await tell(host, first, first, made(kind="main", people=1000, legal_basis="", plan_number="00054321"))
    async with host.client("audit", staff("clerk")) as http:
        listed = (await http.get("/audit/v1/provisions")).json()
        assert listed["total"] == {"provisions": 2, "people": 1042}
        assert [(one["kind"], one["valid"]) for one in listed["items"]] == [("my_number", True), ("main", True)]
        one = (await http.get("/audit/v1/provisions", params={"plan_number": PLAN, "limit": "1"})).json()
        assert (one["items"][0]["people"], one["total"]["provisions"], one["next_cursor"]) == (42, 1, None)
        later = {"from": "2026-06-02T00:00:00Z"}
        assert (await http.get("/audit/v1/provisions", params=later)).json()["items"] == []
        bases = (await http.get("/audit/v1/legal-bases")).json()
        assert [one["code"] for one in bases["versions"]] == ["document-2025-03", "2025-06-20"]
        assert len(bases["items"]) == 17


async def test_a_wrong_basis_is_entered_and_raises_an_alarm(host: Host, audit: Service) -> None:
    wrong = made(legal_basis="my-number-act/2025-06-20/19-5")
    await tell(host, wrong)
    async with host.client("audit", SUPERVISOR) as http:
        (line,) = (await http.get("/audit/v1/provisions")).json()["items"]
        assert line["valid"] is False
        (alarm,) = (await http.get("/audit/v1/alarms")).json()["items"]
        assert (alarm["kind"], alarm["source"]) == ("no-legal-basis", f"provision/{wrong.provision_id}")
