"""The check at /check: in a real browser, on the browser's own machine, with the bytes that the server would tell."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request

from cli.check import columns_report
from shared.check.renderings import rendered
from tests.browser.looking import CONTRASTS, FAULTS, LEAST_CONTRAST
from tests.browser.serving import console
from tests.unit.check.fuzz import KINDS, PLAN, TODAY, FuzzedFile, fuzzed_files

PATIENCE = 180_000  # milliseconds: a browser's first compilation of Python, on a machine that does much else
SENT: FuzzedFile = next(file for file in fuzzed_files(3, 3000) if file.kind == "1" and len(file.data) > 20_000)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with console() as running:
        yield running


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page, with its rules loaded."""
    context = browser.new_context(viewport={"width": 1200, "height": 900}, accept_downloads=True)
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE)
    opened.goto(f"{address}/check")
    opened.wait_for_selector("body[data-state=ready]")
    yield opened
    context.close()


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    file = tmp_path / f"S{PLAN}_{SENT.kind}_20260601_001.csv"
    file.write_bytes(SENT.data)
    return file


def told_by_the_server(form: str) -> bytes:
    report = columns_report(io.BytesIO(SENT.data), kind=KINDS[SENT.kind], plan=PLAN, as_of=TODAY)
    return "".join(rendered(report, form, lambda: io.BytesIO(SENT.data))).encode()


def check(page: Page, file: Path) -> None:
    page.set_input_files("#file", file)
    page.fill("#as-of", f"{TODAY:%Y-%m-%d}")
    page.click("#start")
    page.wait_for_selector("body[data-state=checked]")


def test_every_form_is_byte_for_byte_the_server_s_and_nothing_is_sent(page: Page, sent: Path, tmp_path: Path) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.context.on("request", note)
    check(page, sent)
    assert page.input_value("#plan") == PLAN
    for form in ("json", "csv", "html"):
        with page.expect_download() as coming:
            page.click(f"[data-form={form}]")
        coming.value.save_as(tmp_path / form)
        assert (tmp_path / form).read_bytes() == told_by_the_server(form)
    page.context.remove_listener("request", note)
    assert [url for url in asked if not url.startswith("blob:")] == []


def test_the_thread_that_reads_the_file_has_no_way_to_send(page: Page) -> None:
    worker = page.workers[0]
    for name in ("fetch", "XMLHttpRequest", "WebSocket", "EventSource", "importScripts", "indexedDB"):
        assert worker.evaluate(f"typeof self.{name}") == "undefined"
        assert worker.evaluate(f"typeof WorkerGlobalScope.prototype.{name}") == "undefined"
    assert page.evaluate("fetch('/check').then(() => 'sent', () => 'refused')") == "refused"


def test_it_can_be_used_by_everybody(page: Page, sent: Path) -> None:
    check(page, sent)
    assert page.evaluate(FAULTS) == []
    assert page.evaluate(CONTRASTS, LEAST_CONTRAST) == []
    assert page.evaluate("document.activeElement.id") == "result"
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1200, "height": 900})


def test_the_keyboard_is_enough(page: Page, sent: Path) -> None:
    page.set_input_files("#file", sent)
    page.focus("#file")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.type("06012026")
    for _ in range(8):
        if page.evaluate("document.activeElement.id") == "start":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-state=checked]")
    with page.expect_download() as coming:
        page.keyboard.press("Shift+Tab")
        while page.evaluate("document.activeElement.dataset.form") != "json":
            page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
    assert coming.value.suggested_filename == "shokai-check.json"


def test_a_file_that_is_dropped_is_taken(page: Page) -> None:
    page.evaluate(
        """() => {
          const carried = new DataTransfer();
          carried.items.add(new File(["1,4"], "S00054321_4_20260601_001.csv"));
          document.getElementById("drop").dispatchEvent(
            new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: carried }));
        }"""
    )
    assert (page.input_value("#plan"), page.input_value("#kind")) == ("00054321", "deletion")
    page.click("#start")
    page.wait_for_selector("body[data-state=checked]")
    assert "F02" in page.inner_text("#result")
