"""The system's Chromium, driven by Playwright; its own browsers are never installed."""

import os
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, sync_playwright

EXECUTABLE: Final = os.environ.get("SHOKAI_TEST_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a file of tests; each test opens a context of its own.

    No longer than that: while it runs, it has the thread's event loop, and asynchronous tests have none.
    """
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=EXECUTABLE, args=list(ARGUMENTS))
        yield running
        running.close()
