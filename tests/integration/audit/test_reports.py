"""The monthly analysis over HTTP: counted from the records, kept with its digest, printed with its plots."""

import hashlib
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from services.audit.domain.canonical import canonical
from services.audit.usecases.reports.make_report import next_report, report_month
from shared.hosting import Service
from shared.trail import Actor
from tests.integration.audit.conftest import AT, Source, deliver
from tests.integration.audit.test_api import parts_of
from tests.integration.audit.test_checksheets import AUDIT, CLERK, post, sqlite_only
from tests.integration.audit.test_rooms import on_roster
from tests.integration.conftest import Host

REPORTS = "/audit/v1/reports"
OWN = ("id", "made_by", "made_at", "digest")


async def june(audit: Service, host: Host) -> None:
    """Twelve acts on personal data and three refusals, all on the morning of the first."""
    await on_roster(audit, "operator-1", "123")
    source, actor = Source("matcher"), Actor("staff", "operator-1", team="operator")
    await deliver(parts_of(audit), source.make(12, actor=actor, action="matcher.review.read"))
    refused = {"outcome": "refused", "reason": "place-not-allowed"}
    await deliver(parts_of(audit), source.make(3, actor=actor, action="matcher.review.read", **refused))
    await deliver(parts_of(audit), Source("intake").make(5, actor=Actor("client", "portal")))
    await host.idle()


async def get(host: Host, path: str, status: int = 200) -> Any:
    async with host.client("audit", AUDIT) as client:
        answer = await client.get(f"{REPORTS}{path}")
    assert answer.status_code == status, answer.text
    return answer


async def test_a_month_is_counted_and_kept_with_its_digest(audit: Service, host: Host) -> None:
    await june(audit, host)
    host.clock.set(AT + timedelta(hours=1))
    made = await post(host, AUDIT, REPORTS, {"month": "2026-06"})
    assert not made["whole"]
    (person,) = made["people"]
    assert person == {"staff_id": "operator-1", "done": 12, "refused": 3, "personal": 12, "before": 0}
    assert made["refusals"]["place-not-allowed"] == 3
    assert (made["days"][0]["day"], made["days"][0]["open"], made["days"][0]["refused"]) == ("2026-06-01", True, 3)
    assert sum(row["open"] + row["closed"] for row in made["hours"]) == sum(made["outcomes"].values())
    assert made["others"] == sum(made["outcomes"].values()) - 15
    kept = (await get(host, "/2026-06")).json()
    assert kept == made
    content = {name: value for name, value in kept.items() if name not in OWN}
    content["actions"] = [{k: v for k, v in row.items() if k not in ("ja", "en")} for row in kept["actions"]]
    assert hashlib.sha256(canonical(content)).hexdigest() == kept["digest"]
    assert [row["month"] for row in (await get(host, "")).json()["items"]] == ["2026-06"]
    await get(host, "/2026-05", status=404)
    assert (await post(host, AUDIT, REPORTS, {"month": "2026-07"}, status=409))["code"] == "month-to-come"
    assert (await post(host, AUDIT, REPORTS, {"month": "2026-13"}, status=422))["code"] == "month-unknown"
    assert (await post(host, CLERK, REPORTS, {"month": "2026-06"}, status=403))["code"] == "team-not-allowed"


@sqlite_only
async def test_the_month_that_is_over_is_analysed_by_itself_once(audit: Service, host: Host) -> None:
    await june(audit, host)
    parts, first = parts_of(audit), datetime(2026, 6, 30, 15, 0, tzinfo=UTC)
    assert await next_report(parts, first - timedelta(seconds=1)) is None
    host.clock.set(first)
    assert await next_report(parts, first) == first
    assert (await report_month(parts, first))["records"] >= 20
    assert await next_report(parts, first + timedelta(days=20)) is None
    july = await post(host, AUDIT, REPORTS, {"month": "2026-07"})
    assert july["people"] == []


@sqlite_only
async def test_the_paper_shows_plots_and_numbers(audit: Service, host: Host, tmp_path: Path) -> None:
    await june(audit, host)
    host.clock.set(AT + timedelta(hours=1))
    await post(host, AUDIT, REPORTS, {"month": "2026-06"})
    answer = await get(host, "/2026-06/paper")
    assert answer.headers["content-type"] == "application/pdf"
    (tmp_path / "report.pdf").write_bytes(answer.content)
    printed = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "report.pdf"), "-"], check=True, capture_output=True, text=True
    ).stdout
    printed = printed.replace(" ", "")
    for shown in ("日ごとの操作", "時刻ごとの操作", "operator-1", "要確認の閲覧", "place-not-allowed"):
        assert shown in printed, shown
