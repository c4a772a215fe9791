"""Reviews in a real browser: by keyboard alone, on paper, and for a blind second person."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.browser.looking import faults_of_access, low_contrasts
from tests.integration.console.conftest import running_house
from tests.integration.console.desk import credentials
from tests.integration.console.waiting import give_all_back, let_reviews_wait
from tests.unit.cli.apart import Apart

REASON = "届出と照らして判断した"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    """A house in which every second person looks blindly."""
    with running_house(tmp_path_factory.mktemp("house"), blind_share="1") as one:
        let_reviews_wait(one)
        yield one


class Seat:
    """One person's window, with what the browser complained about."""

    def __init__(self, browser: Browser, house: Apart) -> None:
        self.context = browser.new_context(base_url=house.url("front"), locale="ja-JP")
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def sign_in(self, staff_id: str) -> None:
        """By keyboard: each field, then Enter."""
        self.page.goto("/sign-in")
        for name in ("staff_id", "password", "totp"):
            expect(self.page.locator(f"#{name}")).to_be_focused()
            self.page.keyboard.type(credentials(staff_id)[name])
            self.page.keyboard.press("Tab")
        self.page.keyboard.press("Tab")
        for name in ("equipment_id", "equipment_secret"):
            expect(self.page.locator(f"#{name}")).to_be_focused()
            self.page.keyboard.type(credentials(staff_id)[name])
            self.page.keyboard.press("Tab")
        self.page.keyboard.press("Space")
        self.page.keyboard.press("Tab")
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/home")


@pytest.fixture
def seats(browser: Browser, house: Apart) -> Iterator[dict[str, Seat]]:
    """Two operators, signed in."""
    give_all_back(house)
    found = {name: Seat(browser, house) for name in ("operator-1", "operator-2")}
    for name, seat in found.items():
        seat.sign_in(name)
    yield found
    for seat in found.values():
        assert not seat.complaints
        seat.context.close()


def take(page: Page) -> str:
    """From any page to the first of those taken, by keys alone."""
    page.keyboard.press("v")
    page.wait_for_url("**/reviews")
    page.keyboard.press("t")
    page.wait_for_url(re.compile(r"/reviews/[0-9a-f-]{36}$"))
    return page.url


def decide(page: Page, verdict: str) -> None:
    """The verdict's key, the reason, Ctrl+Enter; the next one is in front."""
    page.keyboard.press(verdict)
    page.keyboard.press("r")
    expect(page.locator("#reason")).to_be_focused()
    page.keyboard.type(f"{REASON} v t l n 0 1")  # letters are text here, not keys
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**after=*")


def test_a_review_is_decided_by_keyboard_alone(seats: dict[str, Seat]) -> None:
    page = seats["operator-1"].page
    first = take(page)
    decide(page, "1")
    assert not page.url.startswith(first)
    expect(page.get_by_role("status").first).to_contain_text("二人目が判断します")
    expect(page.get_by_role("radio").first).not_to_be_checked()
    page.keyboard.press("o")
    expect(page.locator(".how details").first).to_have_attribute("open", "")
    page.keyboard.press("n")
    page.wait_for_url(re.compile(r"/reviews/[0-9a-f-]{36}$"))
    page.keyboard.press("l")
    page.wait_for_url("**/reviews")
    for _ in range(3):
        page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("[data-row]").nth(1)).to_be_focused()
    page.keyboard.press("h")
    page.wait_for_url("**/home")


def test_without_a_reason_the_form_stays(seats: dict[str, Seat]) -> None:
    page = seats["operator-1"].page
    here = take(page)
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#reason")).to_be_focused()
    assert page.url == here


def test_a_blind_second_sees_nothing_of_the_first(seats: dict[str, Seat]) -> None:
    first, second = (seat.page for seat in seats.values())
    path = take(first)
    decide(first, "1")
    second.goto(path)
    second.keyboard.press("t")
    expect(second.get_by_text("先入観のない二人目の判断です")).to_be_visible()
    text = second.content()
    for hidden in (REASON, "operator-1", "規則の提案 <", "これまでの判断", "規則により同じ"):
        assert hidden not in text, hidden
    seats["operator-2"].complaints.clear()  # the first look was refused: it was nobody's yet


def test_keys_can_be_switched_off(seats: dict[str, Seat]) -> None:
    page = seats["operator-1"].page
    page.keyboard.press("?")
    page.get_by_label("一文字のキー操作を使う").uncheck()
    page.keyboard.press("v")
    page.reload()
    page.keyboard.press("v")
    page.wait_for_timeout(300)
    assert page.url.endswith("/home")


def test_what_differs_is_marked_by_more_than_colour(seats: dict[str, Seat]) -> None:
    page = seats["operator-1"].page
    take(page)
    style = page.locator("mark").first.evaluate(
        "it => [getComputedStyle(it).fontWeight, getComputedStyle(it).textDecorationLine]"
    )
    assert style == ["700", "underline"]
    expect(page.get_by_text("文字が違う").first).to_be_visible()


def test_paper_has_the_comparison_and_no_controls(seats: dict[str, Seat]) -> None:
    page = seats["operator-1"].page
    take(page)
    page.emulate_media(media="print")
    for hidden in ("nav.pages", "#reason", ".choice", "footer.keys", ".who button"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator("table.sides")).to_be_visible()
    expect(page.get_by_text("個人情報を含みます")).to_be_visible()
    colours = page.locator("mark").first.evaluate(
        "it => [getComputedStyle(it).color, getComputedStyle(it).textDecorationLine]"
    )
    assert colours == ["rgb(0, 0, 0)", "underline"]


def test_pages_are_usable_by_all(seats: dict[str, Seat]) -> None:
    page = seats["operator-1"].page
    review = take(page)
    for path in ("/home", "/reviews", review, "/deaths", "/quality", "/quality/00012345", "/rules"):
        page.goto(path)
        assert not faults_of_access(page), path
        assert not low_contrasts(page), path
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()


def test_the_sign_in_page_is_usable_by_all(browser: Browser, house: Apart) -> None:
    seat = Seat(browser, house)
    seat.page.goto("/sign-in")
    assert not faults_of_access(seat.page)
    assert not low_contrasts(seat.page)
    assert not seat.complaints
    seat.context.close()


def test_a_script_or_style_that_is_not_ours_does_not_run(seats: dict[str, Seat]) -> None:
    page = seats["operator-1"].page
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "document.body.dataset.ran = 'yes'";
            document.body.append(script);
        }"""
    )
    assert page.locator("body").get_attribute("data-ran") is None
    assert any("Content Security Policy" in one for one in seats["operator-1"].complaints)
    seats["operator-1"].complaints.clear()


def test_looking_finds_what_is_wrong(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(
        "<html><body><h2>b</h2><input name=a><a href=x></a><svg></svg><table><tr><td>1</table>"
        '<p style="color: #999">pale</p></body></html>'
    )
    assert len(faults_of_access(page)) >= 9
    assert low_contrasts(page) == ["2.85: pale"]
    page.close()
