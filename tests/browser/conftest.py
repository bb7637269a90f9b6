"""A Chromium for the tests of this folder, and pages in it that may not complain.

    def test_a_page(page: OpenPage) -> None:
        desk, phone = page(), page(PHONE, locale="fr-FR")  # each with cookies of its own

What the console calls an error, an uncaught exception, and a request that failed make the test
fail at its end, unless it is marked: ``@pytest.mark.may_complain("a pattern", …)``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

from tests.browser.chrome import launched
from tests.browser.devices import DESK, Device, OpenPage
from tests.browser.street import Street, open_street

PATIENCE = 20_000
"""Milliseconds that an expectation has on a busy machine."""
ABORTED = "net::ERR_ABORTED"  # the page was left meanwhile


def pytest_configure(config: pytest.Config) -> None:
    line = "may_complain(*patterns): complaints of the page that match do not fail the test"
    config.addinivalue_line("markers", line)
    expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Not for the session: while it lives, ``asyncio.run`` cannot be called in this process."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with launched(playwright) as started:
        yield started


@pytest.fixture
def complaints(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Everything that the test's pages complained of so far."""
    heard: list[str] = []
    yield heard
    marker = request.node.get_closest_marker("may_complain")
    allowed = marker.args if marker else ()
    assert_quiet(heard, *allowed)


def assert_quiet(heard: list[str], *allowed: str) -> None:
    unexpected = [each for each in heard if not any(re.search(one, each) for one in allowed)]
    assert not unexpected, "the page complained:\n  " + "\n  ".join(unexpected)


@pytest.fixture
def page(browser: Browser, complaints: list[str]) -> Iterator[OpenPage]:
    contexts: list[BrowserContext] = []

    def open_page(device: Device = DESK, **options: Any) -> Page:
        context = browser.new_context(**{**device, **options})
        contexts.append(context)
        listen(context, complaints)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    """The whole house, open to the browser."""
    with open_street(tmp_path) as opened:
        yield opened


def listen(context: BrowserContext, heard: list[str]) -> None:
    """An answer of 400 and above is an error of the console too."""

    def console(line: ConsoleMessage) -> None:
        place = line.location["url"]
        if line.type == "error" and not place.endswith("/favicon.ico"):  # asked for unasked
            heard.append(f"{line.text} ({place})")

    def failed(request: Request) -> None:
        if request.failure != ABORTED:
            heard.append(f"{request.method} {request.url}: {request.failure}")

    context.on("console", console)
    context.on("weberror", lambda thrown: heard.append(f"uncaught: {thrown.error}"))
    context.on("requestfailed", failed)
