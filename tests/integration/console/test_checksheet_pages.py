"""Checksheets through the pages, as the clerk, the head of the room and the audit office have them."""

import re

import pytest

from tests.integration.console.desk import Desk, words
from tests.unit.cli.apart import Apart


def at_desk(house: Apart, staff_id: str) -> Desk:
    desk = Desk(house.url("front"))
    desk.sign_in(staff_id)
    return desk


@pytest.fixture(scope="module")
def clerk(house: Apart) -> Desk:
    return at_desk(house, "clerk-1")


def answers(page: str, **other: str) -> dict[str, str]:
    """All fifteen as the page has ticked them, the rest in order; `other` as answer_4="no"."""
    numbers = [int(number) for number in re.findall(r'id="item-(\d+)"', page)]
    ticked = dict(re.findall(r'name="answer-(\d+)" value="(yes|no)" checked', page))
    found = {f"answer-{n}": ticked.get(str(n), "no" if n == 15 else "yes") for n in numbers}
    return found | {name.replace("_", "-"): text for name, text in other.items()}


def test_the_sheet_is_answered_against_evidence_and_signed_by_three(house: Apart, clerk: Desk) -> None:
    clerk.get("/checksheets")
    page = clerk.send("/checksheets", {"quarter": "2026-Q1"})
    path = "/checksheets/2026-Q1"
    assert "システムでは分かりません" in page
    assert words(page).count("YES") >= 15
    clerk.send(f"{path}/answers", answers(page, remarks_4="3月12日消解"))
    assert "3月12日消解" in clerk.send(f"{path}/signatures/clerk")
    assert "室長の署名待ち" in clerk.page.text
    head = at_desk(house, "supervisor-1")
    assert "1 室長の署名を待つチェックシート" in words(head.get("/home"))
    head.get(path)
    assert "書き忘れ" in head.send(f"{path}/return", {"reason": "項目7の備考の書き忘れ"})
    clerk.get(path)
    clerk.send(f"{path}/signatures/clerk")
    head.get(path)
    head.send(f"{path}/signatures/head")
    audit = at_desk(house, "auditor-1")
    audit.get(path)
    assert "完了" in audit.send(f"{path}/signatures/audit")
    audit.get(f"{path}/paper")
    assert audit.page.content.startswith(b"%PDF")
    assert audit.page.headers["cache-control"] == "no-store"


def test_a_finding_is_planned_carried_out_and_judged_by_another(house: Apart, clerk: Desk) -> None:
    audit, head = at_desk(house, "auditor-1"), at_desk(house, "supervisor-1")
    audit.get("/findings")
    body = {"origin": "audit", "reference": "audit-2026-1", "summary": "鍵の管理簿に空欄がある"}
    assert "計画待ち" in audit.send("/findings", body)
    path = str(audit.page.url.path)
    head.get(path)
    plan = {"direct_cause": "記入漏れ", "indirect_cause": "手順がない", "action": "手順書を改める"}
    page = head.send(f"{path}/plan", {**plan, "owner": "clerk-1", "due_on": "2026-01-31"})
    assert "間接的原因" in page
    assert "期限超過" in clerk.get("/findings")
    assert "1 期限を過ぎた改善の処置" in words(head.get("/home"))
    clerk.get(path)
    clerk.send(f"{path}/carry_out", {"done": "改めた"})
    audit.get(path)
    assert "標準化待ち" in audit.send(f"{path}/check", {"effective": "yes", "effect": "空欄がない"})
    assert "完了" in audit.send(f"{path}/close", {"standard": "内規に定めた"})
    assert "完了" in audit.get("/findings?state=all")


def test_a_regulation_is_entered_read_and_asked_for(house: Apart, clerk: Desk) -> None:
    head = at_desk(house, "supervisor-1")
    head.get("/regulations/4")
    body = {"version": "2026-04", "in_force_from": "2026-04-01", "text": "この方針に従う。"}
    head.send("/regulations/4/versions", body)
    assert "1 まだ読んでいない規程" in words(clerk.get("/home"))
    clerk.get("/regulations/4")
    assert "読みました" in clerk.send("/regulations/4/versions/2026-04/reading")
    page = words(head.get("/regulations"))
    assert "特定個人情報等の適正な取扱いに関する基本方針" in page
    unread = page.split("まだ読んでいない人")[-1]
    assert "operator-1" in unread
    assert "clerk-1" not in unread


def test_a_month_is_analysed_with_plots_and_numbers(house: Apart) -> None:
    audit = at_desk(house, "auditor-1")
    audit.get("/reports")
    page = audit.send("/reports", {"month": "2026-06"})
    assert page.count("<svg") == 2
    told = words(page)
    assert "この月はまだ終わっていません" in told
    assert "チェックシートに署名した" in told
    assert "clerk-1" in told
    audit.get("/reports/2026-06/paper")
    assert audit.page.content.startswith(b"%PDF")
    assert "2026-06" in audit.get("/reports")
