"""Passkeys in a real browser, with the browser's own virtual authenticator."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import faults_of_access, low_contrasts
from tests.integration.console.conftest import running_house
from tests.integration.console.desk import credentials
from tests.unit.cli.apart import Apart

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    with running_house(tmp_path_factory.mktemp("house")) as one:
        yield one


@pytest.fixture
def page(browser: Browser, house: Apart) -> Iterator[Page]:
    """A window at this machine's own name: an address alone has no passkeys."""
    address = house.url("front").replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=address, locale="ja-JP")
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    yield opened
    assert not complaints
    context.close()


def plug_in(page: Page) -> tuple[object, str]:
    """An authenticator in this machine; its line and its name."""
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    added = line.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return line, added["authenticatorId"]


def sign_in_by_password(page: Page, staff_id: str) -> None:
    page.goto("/sign-in")
    for name, value in credentials(staff_id).items():
        page.fill(f"#{name}", value)
    page.check("input[name=remember]")
    page.click("button.main")
    page.wait_for_url("**/home")


def test_a_passkey_is_added_used_and_ended(page: Page) -> None:
    line, authenticator = plug_in(page)
    sign_in_by_password(page, "operator-1")
    page.keyboard.press("y")
    page.wait_for_url("**/passkeys")
    page.keyboard.press("w")
    expect(page.locator("main tbody tr")).to_have_count(1)
    page.wait_for_load_state()
    assert not faults_of_access(page)
    assert not low_contrasts(page)
    held = line.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]  # type: ignore[attr-defined]
    assert [(one["rpId"], one["isResidentCredential"]) for one in held] == [("localhost", True)]
    page.keyboard.press("w")
    expect(page.locator("[data-says=known]")).to_be_visible()

    page.click(".who button")
    page.wait_for_url("**/sign-in")
    page.click("[data-passkey]")
    page.wait_for_url("**/home")
    expect(page.locator(".who")).to_contain_text("operator-1")

    page.goto("/passkeys")
    page.click("main tbody button")
    expect(page.locator("main tbody")).to_contain_text("廃止")
    page.click(".who button")
    page.wait_for_url("**/sign-in")
    page.click("[data-passkey]")
    expect(page.get_by_role("alert").first).to_contain_text("サインインできません")


def test_without_an_authenticator_the_page_says_so(page: Page) -> None:
    line, authenticator = plug_in(page)
    line.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})  # type: ignore[attr-defined]
    page.goto("/sign-in")
    page.click("[data-passkey]")
    expect(page.locator("[data-says=stopped]")).to_be_visible()
    assert not faults_of_access(page)
    assert not low_contrasts(page)
