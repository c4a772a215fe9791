"""Checksheets, findings, regulations and the monthly analysis in a real browser: usable, quiet, fit for paper."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import faults_of_access, low_contrasts
from tests.integration.console.conftest import running_house
from tests.integration.console.desk import Desk
from tests.unit.cli.apart import Apart

SHEET = "/checksheets/2026-Q1"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    """A house with one sheet, one finding, one regulation and one analysis."""
    with running_house(tmp_path_factory.mktemp("house")) as one:
        head, audit = at_desk(one, "supervisor-1"), at_desk(one, "auditor-1")
        head.get("/checksheets")
        head.send("/checksheets", {"quarter": "2026-Q1"})
        head.get("/regulations/4")
        head.send("/regulations/4/versions", {"version": "1", "in_force_from": "2026-04-01", "text": "方針"})
        audit.get("/findings")
        audit.send("/findings", {"origin": "audit", "reference": "audit-2026-1", "summary": "鍵の管理簿に空欄がある"})
        audit.get("/reports")
        audit.send("/reports", {"month": "2026-06"})
        yield one


def at_desk(house: Apart, staff_id: str) -> Desk:
    desk = Desk(house.url("front"))
    desk.sign_in(staff_id)
    return desk


def opened(browser: Browser, house: Apart, staff_id: str) -> tuple[Page, list[str]]:
    """A window of somebody signed in, and what the browser complains about."""
    address, desk = house.url("front"), at_desk(house, staff_id)
    context = browser.new_context(base_url=address, locale="ja-JP")
    context.add_cookies([{"name": one.name, "value": str(one.value), "url": address} for one in desk.http.cookies.jar])
    page, complaints = context.new_page(), list[str]()
    page.on("console", lambda message: complaints.append(message.text) if message.type != "log" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page, complaints


def test_a_sheet_is_answered_and_signed_by_keyboard_and_fits_on_paper(browser: Browser, house: Apart) -> None:
    page, complaints = opened(browser, house, "clerk-1")
    page.goto(SHEET)
    for number in range(1, 16):
        page.focus(f'input[name="answer-{number}"][value="{"no" if number == 15 else "yes"}"]')
        page.keyboard.press("Space")
    page.focus("#remarks-4")
    page.keyboard.type("3月12日消解")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#item-4 .answer")).to_contain_text("clerk-1")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("s")
    expect(page.locator("button:focus")).to_contain_text("担当者")
    page.keyboard.press("Enter")
    expect(page.locator(".head")).to_contain_text("室長の署名待ち")
    page.emulate_media(media="print")
    assert not page.locator("nav.pages").is_visible()
    assert page.locator(".no-print").locator("visible=true").count() == 0
    assert "3月12日消解" in page.inner_text("table.checksheet")
    assert complaints == []


@pytest.mark.parametrize("path", [SHEET, "/checksheets", "/findings", "/regulations", "/reports/2026-06"])
def test_pages_of_the_auditor_can_be_used_by_everybody(browser: Browser, house: Apart, path: str) -> None:
    page, complaints = opened(browser, house, "auditor-1")
    page.goto(path)
    assert (faults_of_access(page), low_contrasts(page), complaints) == ([], [], [])


def test_the_rows_of_a_list_are_walked_by_key_though_k_is_a_page(browser: Browser, house: Apart) -> None:
    page, _ = opened(browser, house, "auditor-1")
    page.goto("/findings")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.url.endswith("/findings")
    expect(page.locator("[data-row]:focus")).to_have_count(1)
    page.goto("/home")
    page.keyboard.press("k")
    page.wait_for_url("**/checksheets")
