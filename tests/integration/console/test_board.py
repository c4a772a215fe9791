"""The page with one of the services away: what the others tell is shown, and nothing is claimed for the absent one."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.console.app import create_app
from shared.calendar.clock import Clock, FixedClock

COUNTS = {"received": 3, "accepted": 2, "rejected": 1}
TOLD: dict[str, dict[str, Any]] = {
    "intake": {
        "/intake/v1/cycles": {
            "items": [
                {
                    "cycle": "2026-06-A",
                    "cutoff_at": "2026-06-15T23:59:59+09:00",
                    "reply_due": "2026-06-25",
                    "state": "closed",
                    "counts": {"requests": {"inquired": 1}},
                }
            ]
        },
        "/intake/v1/plans": {"items": [{"number": "00012345", "name": "試験企業年金", "channel": "network"}]},
        "/intake/v1/requests": {
            "items": [{"plan_number": "00012345", "kind": "provisional", "state": "inquired", "counts": COUNTS}]
        },
    },
    "matcher": {
        "/matcher/v1/batches": {"items": [{"id": "1"}]},
        "/matcher/v1/batches/1": {"kind": "provisional", "state": "ready", "counts": {"inquiries": 2}},
    },
    "audit": {
        "/audit/v1/summary": {
            "log": {"size": 12345, "checkpoint_at": None},
            "alarms": {"open": 0},
            "destructions": {"total": 0},
        }
    },
}


@dataclass(frozen=True)
class Place:
    clock: Clock
    association: str = "試験連合会"
    mode: str = "production"


async def page(away: str, path: str = "/") -> str:
    """The page while one service fails in one of the ways that there are."""

    def answer(request: httpx.Request) -> httpx.Response:
        service = request.url.path.split("/")[1]
        if service == away:
            raise httpx.ConnectTimeout("away")
        return httpx.Response(200, json=TOLD[service][request.url.path])

    def clients(service: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://inside")

    app = create_app(clients, Place(FixedClock(datetime(2026, 6, 20, tzinfo=UTC))), unsigned=clients)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://console") as browser:
        seen = await browser.get(path)
    assert seen.status_code == 200
    assert "script-src 'self'" in seen.headers["content-security-policy"]
    return seen.text


async def test_all_is_well() -> None:
    seen = await page("")
    assert "does not answer" not in seen
    assert "件数一致" in seen
    assert "12,345" in seen
    assert "引渡し待ち" in seen


@pytest.mark.parametrize("path", ["/", "/board"])
async def test_without_the_matcher_no_balance_is_claimed(path: str) -> None:
    seen = await page("matcher", path)
    assert "matcher does not answer" in seen
    assert "balance not known" in seen
    assert "件数一致" not in seen
    assert "試験企業年金" in seen


async def test_without_audit_no_gap_is_denied() -> None:
    seen = await page("audit")
    assert "audit does not answer" in seen
    assert "✓ なし" not in seen
    assert "試験企業年金" in seen


async def test_without_intake_no_cycle_is_denied() -> None:
    seen = await page("intake")
    assert "intake does not answer" in seen
    assert "No cycle yet" not in seen
    assert "12,345" in seen
