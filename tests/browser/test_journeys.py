"""A merchant at work in the admin: installing, orders by the hundred, one order, vendors."""

from __future__ import annotations

import csv
import re
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from orderflow.models import Merchant, Vendor
from stores import bulkhead
from tests.browser.admin import Admin
from tests.browser.devices import PHONE, OpenPage
from tests.browser.look import assert_accessible
from tests.browser.street import Street
from tests.house import HARBOUR
from tests.webapp.shop_floor import Floor, orders_in

REFUSED = r"status of (401|409|422)"


@pytest.fixture
def floor(street: Street) -> Floor:
    return Floor(street.house)


def says(admin: Admin, message: str) -> None:
    expect(admin.toast.last).to_contain_text(message)


def heading(admin: Admin, name: str) -> None:
    expect(admin.frame.get_by_role("heading", level=1)).to_have_text(name)


# -- installing, and staying signed in -------------------------------------------------------------


def test_the_app_is_installed_and_opens_at_home_without_a_cookie(
    street: Street, page: OpenPage
) -> None:
    """The browser blocks the cookies of framed sites, and there are none to block."""
    street.house.shop(HARBOUR)
    phone = page(PHONE)
    phone.goto(f"http://{HARBOUR}:{street.shops_port}/admin/apps")
    phone.get_by_role("link", name="Install Sluice").click()
    phone.get_by_role("button", name="Install").click()
    admin = street.admin(phone)
    heading(admin, "Home")
    expect(admin.frame.get_by_role("heading", name="First steps")).to_be_visible()
    assert_accessible(phone)
    with street.house.look() as session:
        merchant = street.house.one(session, Merchant, shop=HARBOUR)
        assert merchant.access.secrets["access_token"]
    admin.frame.get_by_role("button", name="Dismiss").click()
    says(admin, "List dismissed")
    assert phone.context.cookies() == []


@pytest.mark.may_complain(REFUSED)
def test_an_id_token_that_ran_out_is_renewed_and_nobody_sees_it(
    street: Street, floor: Floor, page: OpenPage
) -> None:
    admin = street.admin(page()).open("/vendors/new")
    shop, given = floor.harbour, []
    fresh = shop.id_token

    def first_one_ran_out(app: Any, user: int = 1, **claims: Any) -> str:
        given.append(app)
        past = {"exp": int(time.time()) - 60} if len(given) == 1 else {}
        return fresh(app, user, **claims, **past)

    shop.id_token = first_one_ran_out  # type: ignore[method-assign]
    with admin.page.expect_response(lambda answer: answer.status == 401):
        admin.frame.get_by_label("Name", exact=True).fill("Delta")
        admin.press("Save")
    says(admin, "Vendor added")
    heading(admin, "Delta")
    assert len(given) == 2
    with street.house.look() as session:
        assert session.query(Vendor).filter_by(name="Delta").count() == 1


# -- orders ----------------------------------------------------------------------------------------


def shown(admin: Admin) -> list[str]:
    return admin.frame.locator("td.lead").all_inner_texts()


def test_orders_are_searched_filtered_paged_and_downloaded(
    street: Street, floor: Floor, page: OpenPage, tmp_path: Path
) -> None:
    sold = floor.sells((floor.lamp, 1), paid=False)
    names = [*orders_in(floor, 120, first=5001), sold.name]
    admin = street.admin(page()).open("/orders")
    first = shown(admin)
    turn_page(admin, "Next page")
    second = shown(admin)
    turn_page(admin, "Next page")
    third = shown(admin)
    assert len(first) == len(second) == 50
    assert sorted([*first, *second, *third]) == sorted(names)
    turn_page(admin, "Previous page")
    assert shown(admin) == second
    turn_page(admin, "Previous page")
    assert shown(admin) == first
    expect(admin.frame.get_by_role("link", name="Previous page")).to_have_count(0)

    admin.frame.get_by_label("Order number, SKU or vendor").fill("#5007")
    admin.frame.get_by_label("Order number, SKU or vendor").press("Enter")
    expect(admin.frame.locator("td.lead")).to_have_text(["#5007"])
    admin.frame.get_by_label("Reason").select_option("not_paid")
    admin.frame.get_by_role("button", name="Search").click()
    admin.frame.get_by_role("link", name="Search without the filters").click()
    expect(admin.frame.locator("td.lead")).to_have_text(["#5007"])
    admin.frame.get_by_role("link", name="Show all").click()
    admin.is_at("/orders")
    admin.frame.get_by_label("Reason").select_option("not_paid")
    admin.frame.get_by_role("button", name="Search").click()
    expect(admin.frame.locator("td.lead")).to_have_text([sold.name])
    with admin.page.expect_download() as download:
        admin.frame.get_by_role("link", name="Download as CSV").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    assert (path.name, [row["Order"] for row in rows]) == ("orders.csv", [sold.name])


def turn_page(admin: Admin, link: str) -> None:
    before = shown(admin)
    admin.frame.get_by_role("link", name=link).click()
    expect(admin.frame.locator("td.lead").first).not_to_have_text(before[0])


def test_many_orders_are_pushed_at_once_after_a_question(
    street: Street, floor: Floor, page: OpenPage
) -> None:
    street.house.set(delay_minutes=60)
    for _ in range(3):
        floor.buys((floor.lamp, 1))
    floor.buys((floor.mug, 1), paid=False)
    street.house.turn()
    admin = street.admin(page()).open("/orders")
    admin.frame.get_by_label("All on this page").check()
    admin.frame.get_by_role("button", name="Continue").click()
    asked = admin.frame.get_by_role("status")
    expect(asked).to_be_focused()
    expect(asked).to_contain_text("3")
    assert floor.alfa.orders == {}
    asked.get_by_role("button").first.click()
    says(admin, "3 orders: Released")
    street.house.turn()
    assert (len(floor.alfa.orders), len(floor.bravo.orders)) == (3, 0)


def test_one_order_is_let_go_early_forbidden_allowed_again_and_shipped_for_the_vendor(
    street: Street, floor: Floor, page: OpenPage
) -> None:
    street.house.set(delay_minutes=60)
    floor.buys((floor.lamp, 1), (floor.mug, 2))
    street.house.turn()
    admin = street.admin(page()).open(floor.order_path())
    alfa, bravo = part(admin, "Alfa"), part(admin, "Bravo")

    alfa.get_by_text("Do not push", exact=True).first.click()
    alfa.get_by_role("textbox", name="Why").fill("They are away")
    alfa.get_by_role("button", name="Do not push").click()
    expect(alfa).to_contain_text("They are away")
    bravo.get_by_role("button", name="Push now").click()
    expect(bravo.get_by_role("button", name="Push now")).to_have_count(0)
    street.house.turn()
    assert (len(floor.alfa.orders), len(floor.bravo.orders)) == (0, 1)

    admin.open(floor.order_path())
    alfa.get_by_role("button", name="Allow the push again").click()
    expect(alfa.get_by_role("button", name="Push now")).to_be_visible()
    alfa.get_by_role("button", name="Push now").click()
    expect(alfa.get_by_role("button", name="Push now")).to_have_count(0)
    street.house.turn()
    assert len(floor.alfa.orders) == 1

    bravo.get_by_role("link", name="Mark as fulfilled").click()
    heading(admin, f"Fulfil {floor.house.orders()[0].name} for the vendor")
    admin.frame.get_by_label("Carrier").fill("Canada Post")
    admin.frame.get_by_label("Tracking numbers").fill("CP 1")
    admin.frame.get_by_role("button", name="Mark as shipped").click()
    says(admin, "Shipped; the shop is being told")
    street.house.turn()
    (told,) = floor.harbour.fulfillments.values()
    assert [each.number for each in told.tracking] == ["CP1"]


def part(admin: Admin, vendor: str) -> Any:
    return admin.frame.get_by_role("region", name=vendor)


# -- vendors ---------------------------------------------------------------------------------------


@pytest.mark.may_complain(REFUSED)
def test_a_vendor_is_added_invited_and_known_by_another_name(
    street: Street, floor: Floor, page: OpenPage
) -> None:
    admin = street.admin(page()).open("/vendors")
    admin.frame.get_by_role("link", name="Add vendor").click()
    admin.frame.get_by_label("Name", exact=True).fill("alfa")
    admin.frame.get_by_label("E-mail").fill("delta@example.com")
    admin.press("Save")
    expect(admin.frame.get_by_role("alert")).to_contain_text("already means the vendor Alfa")
    expect(admin.frame.get_by_label("Name", exact=True)).to_be_focused()
    expect(admin.bar).to_be_visible()
    expect(admin.toast).to_have_count(0)
    admin.frame.get_by_label("Name", exact=True).fill("Delta")
    admin.press("Save")
    says(admin, "Vendor added")
    expect(admin.bar).to_be_hidden()
    admin.frame.get_by_role("button", name="Invite").click()
    says(admin, "Invitation on its way")
    expect(admin.frame.get_by_label("Link of the invitation")).to_have_value(
        re.compile(rf"^{re.escape(street.house.config.public_url)}/")
    )
    admin.frame.get_by_label("Other names").fill("Delta GmbH")
    admin.press("Save")
    says(admin, "Vendor saved")
    bench = floor.harbour.sells("BENCH", "Bench", "99.00", vendor="delta  gmbh")
    floor.sells((bench, 1))
    assert [each.vendor.name for each in street.house.parts()] == ["Delta"]


# -- by keyboard alone -----------------------------------------------------------------------------


def test_everything_is_reached_by_keyboard_in_the_order_in_which_it_is_read(
    street: Street, floor: Floor, page: OpenPage
) -> None:
    floor.sells((floor.lamp, 1), paid=False)
    admin = street.admin(page()).open("/orders")
    keys = admin.page.keyboard
    admin.frame.get_by_label("Order number, SKU or vendor").focus()
    keys.type("1001")
    keys.press("Enter")
    expect(admin.frame.locator("#main")).to_be_focused()
    assert tabbed(admin, len(LIST)) == list(LIST)
    keys.press("Enter")
    heading(admin, "Order #1001")
    expect(admin.frame.locator("#main")).to_be_focused()
    assert "Do not push" in tabbed(admin, 20, until="Do not push")
    keys.press("Enter")
    assert tabbed(admin, 1) == ["Why"]
    keys.type("They are away")
    keys.press("Enter")
    says(admin, "Will not be pushed")
    admin.open("/settings/vendor-shop-sync/order-sync")
    admin.frame.get_by_role("checkbox", name="Enable order sync").focus()
    keys.press("Space")
    expect(admin.bar).to_be_visible()
    admin.bar.get_by_role("button", name="Discard").focus()
    keys.press("Enter")
    keys.press("Escape")
    expect(admin.page.get_by_role("dialog")).to_be_hidden()
    expect(admin.bar).to_be_visible()


LIST = (
    "Past orders", "Download as CSV", "Order number, SKU or vendor", "Look for",
    "State", "Vendor", "Reason", "Older than", "Search", "Show all",
    "All on this page", "Actions for selected orders", "Continue", "Choose order #1001", "#1001",
)  # fmt: skip
NAME = """() => { const at = document.activeElement;
  return at.ariaLabel || at.labels?.[0]?.innerText.trim() || at.innerText.trim(); }"""


def tabbed(admin: Admin, times: int, until: str = "") -> list[str]:
    """What the keyboard comes by, pressing Tab so often or until it is there."""
    names: list[str] = []
    while len(names) < times and (not until or until not in names):
        admin.page.keyboard.press("Tab")
        names.append(admin.run(NAME))
    return names


# -- a store that is slow --------------------------------------------------------------------------


def test_a_page_whose_store_others_wait_for_fills_in_by_itself(
    street: Street, floor: Floor, page: OpenPage
) -> None:
    item = floor.harbour.sells("CAP", "Cap", "5.00", vendor="Alfa")
    floor.sells((item, 1))
    floor.alfa.sells("CAP", "Casquette", "3.00")
    admin = street.admin(page(PHONE)).open(f"/products/{item.id}")
    bulkhead.limit(per_store=0)
    try:
        admin.frame.get_by_role("button", name="Search").click()
        waiting = admin.frame.get_by_text("This page tries again automatically.")
        expect(waiting).to_be_visible()
    finally:
        bulkhead.limit()
    expect(admin.frame.get_by_role("cell", name="Casquette")).to_be_visible()
    expect(waiting).to_be_hidden()
    assert_accessible(admin.page)
