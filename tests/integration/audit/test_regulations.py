"""Regulations over HTTP: a version is entered, read, and whoever has not read it is named."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from shared.events.authority import StaffChanged
from shared.hosting import Service
from tests.integration.audit.test_api import announce
from tests.integration.audit.test_checksheets import CLERK, HEAD, item, opened, post
from tests.integration.conftest import Host

PLACE = "/audit/v1/regulations"
TEXT = "特定個人情報等は、この方針に従って取り扱う。"
NEW = {"version": "2026-06", "in_force_from": "2026-06-01", "text": TEXT}


async def items(host: Host, who: Any, path: str = "", **words: str) -> list[Mapping[str, Any]]:
    async with host.client("audit", who) as client:
        answer = await client.get(f"{PLACE}{path}", params=words)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def on_the_roster(audit: Service, staff_id: str) -> None:
    changed = StaffChanged(
        staff_id=staff_id,
        team="clerk",
        change="add",
        revision=1,
        roster_from=date(2026, 4, 1),
        pledged_on=date(2026, 4, 1),
        trained_on=date(2026, 4, 1),
    )
    await announce(audit, changed, f"staff:{staff_id}")


async def test_a_version_is_read_and_whoever_has_not_is_reminded(audit: Service, host: Host) -> None:
    for staff_id in ("clerk-1", "clerk-2"):
        await on_the_roster(audit, staff_id)
    await host.idle()
    added = await post(host, HEAD, f"{PLACE}/4/versions", NEW)
    assert added["versions"][0]["digest"] == hashlib.sha256(TEXT.encode()).hexdigest()
    assert (await post(host, HEAD, f"{PLACE}/4/versions", NEW, status=409))["code"] == "version-known"
    nothing = {"version": "x", "in_force_from": "2026-06-01"}
    assert (await post(host, HEAD, f"{PLACE}/4/versions", nothing, status=422))["code"] == "regulation-empty"
    assert (await post(host, CLERK, f"{PLACE}/4/versions", NEW, status=403))["code"] == "team-not-allowed"
    assert len(await items(host, CLERK)) == 7
    assert [one["number"] for one in await items(host, CLERK, unread="true")] == [4]
    for _ in range(2):
        read = await post(host, CLERK, f"{PLACE}/4/versions/2026-06/reading")
        assert (read["versions"][0]["read"], read["versions"][0]["readers"]) == (True, 1)
    assert await items(host, CLERK, unread="true") == []
    assert [one["staff_id"] for one in await items(host, HEAD, "/unread")] == ["clerk-2"]
    assert await items(host, HEAD, "/unread", overdue="true") == []
    host.clock.set(datetime(2026, 6, 16, tzinfo=UTC))
    assert [one["until"] for one in await items(host, HEAD, "/unread", overdue="true")] == ["2026-06-15"]
    sheet = await opened(host, audit)
    (said,) = item(sheet, 12)["evidence"]
    assert (said["says"], said["facts"]["read"], said["facts"]["people"]) == ("", 1, 2)
    await post(host, CLERK, f"{PLACE}/99/versions/2026-06/reading", status=404)
