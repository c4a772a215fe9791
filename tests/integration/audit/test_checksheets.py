"""A quarter's checksheet over HTTP: evidence answers first, a person may disagree with a reason, three people sign."""

import subprocess
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.audit.domain.checksheets.room_gaps import business_days
from services.audit.usecases.checksheets.open_sheet import keep_sheets, next_sheets
from services.audit.usecases.detections.scan import scan
from services.audit.usecases.publish_checkpoint import publish_checkpoint
from shared.events.copies import CopyDestroyed
from shared.events.media import DiscLost
from shared.hosting import Service
from shared.trail import Actor
from tests.integration.audit.conftest import Source, deliver
from tests.integration.audit.test_api import announce, found, parts_of
from tests.integration.audit.test_rooms import LOGS, csv_of, on_roster
from tests.integration.conftest import Host, staff

SHEET = "/audit/v1/checksheets/2026-Q2"
OVER = datetime(2026, 7, 2, 1, 0, tzinfo=UTC)
DUE = datetime(2026, 6, 10, tzinfo=UTC)
CLERK, HEAD, AUDIT = staff("clerk"), staff("supervisor"), staff("auditor")
sqlite_only = pytest.mark.parametrize("store", ["sqlite"])


def destroyed(copy: str, at: datetime, what: str = "reply_backup") -> CopyDestroyed:
    return CopyDestroyed(
        copy_id=copy,
        service="media",
        what=what,
        object_type="reply",
        object_id=f"r-{copy}",
        records=10,
        digest="sha256:" + "0" * 64,
        method="key destroyed, bytes removed",
        due_at=DUE,
        destroyed_at=at,
        by="job/backups",
    )


async def post(host: Host, who: Any, path: str, body: Any = None, status: int = 200) -> Mapping[str, Any]:
    async with host.client("audit", who) as client:
        answer = await client.post(path if path.startswith("/audit/") else f"{SHEET}{path}", json=body or {})
    assert answer.status_code == status, answer.text
    return dict(answer.json())


async def opened(host: Host, audit: Service, at: datetime = OVER) -> Mapping[str, Any]:
    await host.idle()
    publish_checkpoint(parts_of(audit))
    host.clock.set(at)
    return await post(host, CLERK, "/audit/v1/checksheets", {"quarter": "2026-Q2"})


def item(sheet: Mapping[str, Any], number: int) -> dict[str, Any]:
    return dict(next(one for one in sheet["items"] if one["number"] == number))


def in_order(sheet: Mapping[str, Any], **other: Any) -> dict[str, Any]:
    """Every question answered as it is in order; `other`: i4={...} changes an answer."""
    rows = []
    for one in sheet["items"]:
        row = {"item": one["number"], "answer": "no" if one["accident"] else "yes"}
        rows.append(row | other.get(f"i{one['number']}", {}))
    return {"answers": rows}


async def test_a_sheet_that_argues_back_is_signed_by_three_people(audit: Service, host: Host) -> None:
    await deliver(parts_of(audit), Source("intake").make(20))
    await announce(audit, destroyed("b-1", DUE + timedelta(days=9)), "copies")
    sheet = await opened(host, audit)
    four, five, six = (item(sheet, number) for number in (4, 5, 6))
    assert (four["suggested"], five["suggested"], item(sheet, 2)["suggested"]) == ("no", "yes", "")
    assert len(four["evidence"][0]["digest"]) == 64
    assert "log-not-looked-into" in {one["code"] for one in six["evidence"]}

    sheet = await post(host, CLERK, "/answers", in_order(sheet))
    assert sheet["contradictions"] == [4, 6]
    refused = await post(host, CLERK, "/signatures/clerk", status=409)
    assert (refused["code"], refused["facts"]["items"]) == ("reason-against-evidence", [4, 6])
    reasons = {"i4": {"reason": "装置の故障で九日遅れた"}, "i6": {"answer": "no"}}
    sheet = await post(host, CLERK, "/answers", in_order(sheet, **reasons))
    assert sheet["contradictions"] == [4]

    out_of_turn = await post(host, HEAD, "/signatures/head", status=409)
    assert (out_of_turn["code"], out_of_turn["facts"]["allowed"]) == ("transition-refused", ["clerk"])
    sheet = await post(host, CLERK, "/signatures/clerk")
    assert (await post(host, CLERK, "/answers", in_order(sheet), status=409))["code"] == "checksheet-signed"
    again = staff("supervisor", name=CLERK.id)
    assert (await post(host, again, "/signatures/head", status=403))["code"] == "same-person-twice"
    await post(host, HEAD, "/signatures/head")
    assert (await post(host, staff("auditor", name=HEAD.id), "/signatures/audit", status=403))["code"] == (
        "same-person-twice"
    )
    sheet = await post(host, AUDIT, "/signatures/audit")
    assert sheet["state"] == "complete"
    assert [(one["step"], one["by"]) for one in sheet["steps"]] == [
        ("clerk", CLERK.id),
        ("head", HEAD.id),
        ("audit", AUDIT.id),
    ]
    await host.idle()
    signed = [one["record"] for one in await found(host, action="audit.checksheet.sign")]
    assert [one["release"] for one in signed] == [f"sha256:{one['digest']}" for one in sheet["steps"]]


@sqlite_only
async def test_a_sheet_goes_back_and_its_signatures_with_it(audit: Service, host: Host) -> None:
    sheet = await opened(host, audit, datetime(2026, 6, 20, tzinfo=UTC))
    assert (await post(host, CLERK, "/signatures/clerk", status=409))["code"] == "quarter-running"
    host.clock.set(OVER)
    missing = await post(host, CLERK, "/signatures/clerk", status=409)
    assert (missing["code"], len(missing["facts"]["items"])) == ("checksheet-unanswered", 15)
    reason = {"reason": "見落とし"}
    answers = in_order(sheet, i6=reason, i10=reason)
    await post(host, CLERK, "/answers", answers)
    await post(host, CLERK, "/signatures/clerk")
    sheet = await post(host, HEAD, "/return", {"reason": "項目3の備考がない"})
    assert (sheet["state"], sheet["steps"][-1]["step"]) == ("open", "return")
    await post(host, CLERK, "/signatures/clerk")
    await post(host, HEAD, "/signatures/head")


@sqlite_only
async def test_a_lost_disc_answers_two_questions_and_what_is_filed_a_third(audit: Service, host: Host) -> None:
    await announce(audit, DiscLost(disc_id="D-7", plan_number="00012345"), "discs")
    host.clock.set(datetime(2026, 6, 2, tzinfo=UTC))
    facts = {"checks": 12, "failed": 0}
    await post(host, staff("ops"), "/audit/v1/evidence", {"code": "probe-run", "says": "yes", "facts": facts})
    sheet = await opened(host, audit)
    assert (item(sheet, 3)["suggested"], item(sheet, 15)["suggested"]) == ("no", "yes")
    assert item(sheet, 15)["evidence"][0]["refs"] == ["disc:D-7"]
    assert item(sheet, 10)["suggested"] == "yes"
    for wrong in ({"code": "media-lost"}, {"code": "nothing"}, {"code": "probe-run", "facts": {"checks": 1}}):
        assert (await post(host, staff("ops"), "/audit/v1/evidence", wrong, status=422))["code"] == "evidence-unknown"


@sqlite_only
async def test_yes_on_the_room_log_with_a_gap_of_three_days_needs_a_reason(audit: Service, host: Host) -> None:
    host.clock.set(OVER)
    quiet = {date(2026, 5, 12), date(2026, 5, 13), date(2026, 5, 14)}
    days = [day for day in business_days(date(2026, 4, 1), date(2026, 6, 30)) if day not in quiet]
    rows = csv_of(*((f"{day.year}/{day.month}/{day.day} 9:04", "123", True) for day in days))
    async with host.client("audit", HEAD) as client:
        assert (await client.post(LOGS, content=rows)).status_code == 201
    sheet = await opened(host, audit)
    two = item(sheet, 2)
    told = {one["code"]: one["facts"] for one in two["evidence"]}
    assert (two["suggested"], told["room-log-gap"]) == ("no", {"first": "2026-05-12", "days": 3})
    assert told["room-log-kept"]["rows"] == len(days)
    sheet = await post(host, CLERK, "/answers", in_order(sheet))
    assert 2 in sheet["contradictions"]
    assert 2 in (await post(host, CLERK, "/signatures/clerk", status=409))["facts"]["items"]
    reason = {"i2": {"reason": "扉の装置の交換中は紙の管理表に記入した"}}
    await post(host, CLERK, "/answers", in_order(sheet, **reason))
    assert (await post(host, CLERK, "/signatures/clerk"))["state"] == "signed_by_clerk"


@sqlite_only
async def test_media_that_left_without_encryption_are_found_in_the_log(audit: Service, host: Host) -> None:
    media = Source("media")
    writer = Actor("staff", "clerk-2", team="clerk")
    await deliver(parts_of(audit), media.make(1, actor=writer, action="media.disc.seal", object_id="D-1"))
    await deliver(parts_of(audit), media.make(1, actor=writer, action="media.disc.bundle", object_id="D-1"))
    assert item(await opened(host, audit), 7)["suggested"] == "yes"
    await deliver(parts_of(audit), media.make(1, actor=writer, action="media.disc.bundle", object_id="D-2"))
    sheet = await post(host, CLERK, "/evidence")
    assert item(sheet, 7)["suggested"] == "no"
    assert item(sheet, 7)["evidence"][0]["refs"] == ["object:D-2"]


@sqlite_only
async def test_the_running_quarter_has_its_sheet_by_itself(audit: Service, host: Host) -> None:
    parts = parts_of(audit)
    assert await next_sheets(parts, host.clock.now()) == datetime(2026, 3, 31, 15, 0, tzinfo=UTC)
    assert await keep_sheets(parts, host.clock.now()) == {"checksheets": 1}
    due = await next_sheets(parts, host.clock.now() + timedelta(days=8))
    assert due == host.clock.now() + timedelta(days=7)
    assert await next_sheets(parts, host.clock.now()) is None


@sqlite_only
async def test_the_paper_has_the_form_of_the_document(audit: Service, host: Host, tmp_path: Path) -> None:
    await announce(audit, destroyed("m-1", DUE + timedelta(days=4), "received_media"), "copies")
    sheet = await opened(host, audit)
    remark = {"i4": {"remarks": "6月14日消解"}, "i6": {"reason": "夏に分析する"}}
    await post(host, CLERK, "/answers", in_order(sheet, **remark))
    await post(host, CLERK, "/signatures/clerk")
    async with host.client("audit", AUDIT) as client:
        answer = await client.get(f"{SHEET}/paper")
    assert answer.headers["content-type"] == "application/pdf"
    (tmp_path / "sheet.pdf").write_bytes(answer.content)
    printed = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "sheet.pdf"), "-"], check=True, capture_output=True, text=True
    ).stdout
    printed = printed.replace(" ", "")
    for shown in (
        "対象月：令和8年4月～6月",
        "実施日：令和8年7月2日",
        "⑮",
        "6月14日消解",
        "受領媒体の廃棄日:6月14日",
        "夏に分析する",
        CLERK.id,
    ):
        assert shown in printed, shown


@sqlite_only
@pytest.mark.parametrize("who", ["ops", "admin"])
async def test_others_do_not_answer(audit: Service, host: Host, who: str) -> None:
    await opened(host, audit)
    refused = await post(host, staff(who), "/answers", {"answers": [{"item": 1, "answer": "yes"}]}, status=403)
    assert refused["code"] == "team-not-allowed"


@sqlite_only
async def test_an_individual_number_has_no_place_in_a_remark(audit: Service, host: Host) -> None:
    await opened(host, audit)
    row = {"item": 1, "answer": "yes", "remarks": "番号 １２３４５６７８９０１８ を確認"}
    await post(host, CLERK, "/answers", {"answers": [row]}, status=422)


@sqlite_only
async def test_who_is_trained_and_acts_off_the_roster_are_told(audit: Service, host: Host) -> None:
    await on_roster(audit, "operator-1", "123")
    actor = Actor("staff", "operator-9", team="operator", equipment="jlis-1", place="security_room")
    await deliver(parts_of(audit), Source("matcher").make(1, actor=actor, action="matcher.review.read"))
    host.clock.set(host.clock.now() + timedelta(hours=1))
    await scan(parts_of(audit), host.clock.now())
    sheet = await opened(host, audit, OVER)
    told = {one["code"]: one for number in (1, 5) for one in item(sheet, number)["evidence"]}
    assert told["roster-trained"]["facts"] == {"people": 1, "trained": 0, "pledged": 0}
    assert (told["access-off-duty"]["says"], item(sheet, 5)["suggested"]) == ("no", "no")
