"""What failed is told above the page as it stands, and nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from orderflow.read import search
from orderflow.rules import settings
from tests.browser.devices import OpenPage
from tests.browser.street import Street
from tests.river.stage import Stage
from webapp import spreadsheet

ORDERS = "/settings/vendor-shop-sync/order-sync"


def breaks(*_: Any, **__: Any) -> None:
    raise RuntimeError


@pytest.mark.may_complain(
    r"status of (500|502)", "net::ERR_FAILED", "Failed to fetch", "BAD_GATEWAY"
)
def test_what_was_typed_stays_whatever_answers(
    street: Street, page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    Stage(street.house)
    admin = street.admin(page()).open(ORDERS)
    delay = admin.frame.get_by_label("Wait before pushing", exact=True)
    delay.fill("7")
    said = admin.frame.get_by_role("alert")

    with monkeypatch.context() as broken:
        broken.setattr(settings, "change", breaks)
        admin.press("Save")
        expect(said).to_contain_text("tell our support this reference")
        expect(said).to_be_focused()
        expect(delay).to_have_value("7")
        expect(admin.bar).to_be_visible()

    on_the_way: dict[str, Any] = {
        "status": 502,
        "content_type": "text/html",
        "body": "<h1>Bad gateway</h1>",
    }
    ways: list[Callable[[Route], None]] = [
        lambda route: route.fulfill(**on_the_way),
        lambda route: route.abort(),
    ]
    for answer in ways:
        admin.page.route(f"**{ORDERS}*", answer)
        admin.press("Save")
        expect(said).to_contain_text("No answer came")
        expect(delay).to_have_value("7")
        expect(admin.bar).to_be_visible()
        admin.page.unroute(f"**{ORDERS}*")
    admin.press("Save")
    expect(admin.toast.last).to_contain_text("Settings saved")
    expect(said).to_have_count(0)


@pytest.mark.may_complain(r"status of (500|502)", "net::ERR_")
def test_a_download_that_failed_says_so(
    street: Street, page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor = Stage(street.house)
    floor.sells_on((floor.lamp, 1))
    admin = street.admin(page()).open("/orders")
    said, link = admin.frame.get_by_role("alert"), admin.frame.get_by_text("Download as CSV")
    for where, what in ((search, "page"), (spreadsheet, "orders")):
        before = said.all_inner_texts()
        monkeypatch.setattr(where, what, breaks)
        link.click()
        expect(said).to_contain_text("tell our support this reference")
        expect(said).not_to_have_text(before)
    admin.page.route("**/orders.csv*", lambda route: route.abort())
    link.click()
    expect(said).to_contain_text("No answer came")
