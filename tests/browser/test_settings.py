"""The settings, switched in the page by a person; what is saved changes what a store receives."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from orderflow import clock
from orderflow.models import Merchant
from orderflow.rules import options, settings
from sandbox.shopify.order import Order
from tests.browser.admin import Admin
from tests.browser.devices import OpenPage
from tests.browser.street import Street
from tests.house import HARBOUR, House
from tests.river.stage import Stage

ORDERS = "/settings/vendor-shop-sync/order-sync"
BUYER = "/settings/vendor-shop-sync/privacy"
REFUSED = r"status of (409|422)"


@pytest.fixture
def stage(street: Street) -> Stage:
    return Stage(street.house)


@pytest.fixture
def admin(stage: Stage, street: Street, page: OpenPage) -> Admin:
    return street.admin(page()).open(ORDERS)


def field(admin: Admin, name: str) -> Locator:
    return admin.frame.get_by_label(options.OPTIONS[name].label, exact=True)


def change(admin: Admin, name: str) -> Any:
    """Switch the field to something else; what then should be saved."""
    at = field(admin, name)
    if settings.kind(name) == "switch":
        at.set_checked(not at.is_checked())
        return at.is_checked()
    if settings.kind(name) == "choice":
        other = next(str(each) for each in settings.choices(name) if str(each) != at.input_value())
        at.select_option(other)
        return settings.parse(name, other)
    at.fill("7")
    return 7


def saved(house: House, name: str) -> Any:
    with house.look() as session:
        merchant = house.one(session, Merchant, shop=HARBOUR)
        return getattr(settings.effective(session, merchant.id).values, name)


def save(admin: Admin) -> None:
    admin.press("Save")
    expect(admin.toast.last).to_contain_text("Settings saved")
    expect(admin.bar).to_be_hidden()


def test_each_setting_is_switched_and_saved_through_the_save_bar(
    street: Street, admin: Admin
) -> None:
    for name in options.of_tab(options.ORDERS):
        expect(admin.bar).to_be_hidden()
        wanted = change(admin, name)
        expect(admin.bar).to_be_visible()
        assert saved(street.house, name) != wanted, "nothing holds before Save"
        save(admin)
        assert saved(street.house, name) == wanted
    assert admin.page.context.cookies() == []


def test_what_is_discarded_is_as_it_was_and_nothing_is_said_of_it(
    street: Street, admin: Admin
) -> None:
    change(admin, "order_sync")
    expect(admin.frame.locator("#order_sync-effect")).to_contain_text("No held order")
    admin.press("Discard")
    admin.page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    expect(field(admin, "order_sync")).to_be_checked()
    expect(admin.frame.locator("#order_sync-effect")).to_be_empty()
    expect(admin.bar).to_be_hidden()
    assert saved(street.house, "order_sync") is True


def test_who_leaves_with_unsaved_changes_is_asked(street: Street, admin: Admin) -> None:
    change(admin, "fraud_hold")
    admin.follow("Vendors")
    admin.press("Stay")
    expect(field(admin, "fraud_hold")).to_be_checked()
    admin.frame.get_by_role("link", name="Privacy", exact=True).click()
    admin.press("Leave page")
    expect(field(admin, "replace_customer")).to_be_checked()
    expect(admin.bar).to_be_hidden()
    assert saved(street.house, "fraud_hold") is False


@pytest.mark.may_complain(REFUSED)
def test_after_an_error_everything_typed_is_still_there_and_still_unsaved(
    street: Street, admin: Admin
) -> None:
    change(admin, "fraud_hold")
    field(admin, "delay_minutes").fill("soon")
    admin.press("Save")
    expect(admin.frame.get_by_role("alert").first).to_have_text(
        "Write a whole number from 0 to 1440."
    )
    expect(field(admin, "delay_minutes")).to_be_focused()
    expect(field(admin, "delay_minutes")).to_have_value("soon")
    expect(field(admin, "fraud_hold")).to_be_checked()
    expect(admin.bar).to_be_visible()
    expect(admin.toast).to_have_count(0)
    admin.follow("Vendors")
    admin.press("Stay")
    field(admin, "delay_minutes").fill("5")
    save(admin)
    assert (saved(street.house, "delay_minutes"), saved(street.house, "fraud_hold")) == (5, True)


@pytest.mark.may_complain(REFUSED)
def test_after_an_error_discard_leads_back_to_what_is_saved(admin: Admin) -> None:
    change(admin, "fraud_hold")
    field(admin, "delay_minutes").fill("soon")
    admin.press("Save")
    expect(field(admin, "delay_minutes")).to_be_focused()
    admin.press("Discard")
    admin.page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    expect(field(admin, "delay_minutes")).to_have_value("0")
    expect(field(admin, "fraud_hold")).not_to_be_checked()
    expect(admin.frame.get_by_role("alert")).to_have_count(0)
    expect(admin.bar).to_be_hidden()


@pytest.mark.may_complain(REFUSED)
def test_the_second_of_two_people_is_told_and_loses_nothing(street: Street, admin: Admin) -> None:
    house = street.house
    change(admin, "fraud_hold")
    with house.unit() as session:
        harbour = house.one(session, Merchant, shop=HARBOUR)
        settings.change(session, harbour, {"delay_minutes": 9}, by="2", now=clock.now())
    admin.press("Save")
    told = admin.frame.get_by_role("alert")
    expect(told).to_contain_text("Staff member 2 changed “Wait before pushing” from 0 to 9.")
    expect(told).to_be_focused()
    expect(field(admin, "delay_minutes")).to_have_value("9")
    expect(field(admin, "fraud_hold")).to_be_checked()
    expect(admin.bar).to_be_visible()
    assert saved(house, "fraud_hold") is False
    save(admin)
    assert (saved(house, "fraud_hold"), saved(house, "delay_minutes")) == (True, 9)


@pytest.mark.may_complain(REFUSED)
def test_a_switch_that_releases_12_orders_asks_tells_12_and_releases_12_once(
    street: Street, stage: Stage, admin: Admin
) -> None:
    change(admin, "order_sync")
    save(admin)
    for _ in range(12):
        stage.buys((stage.lamp, 1))
    street.house.turn()
    assert stage.alfa.orders == {}
    change(admin, "order_sync")
    effect = admin.frame.locator("#order_sync-effect")
    expect(effect).to_contain_text("12 held orders would be pushed.")
    admin.press("Save")
    asked = admin.frame.get_by_role("alert")
    expect(asked).to_contain_text("12 held orders would be pushed.")
    expect(asked).to_be_focused()
    expect(admin.bar).to_be_visible()
    with admin.page.expect_response(lambda answer: answer.status == 409):
        field(admin, "delay_minutes").press("Enter")  # is no answer
    expect(asked).to_be_focused()
    assert saved(street.house, "order_sync") is False
    asked.get_by_role("button", name="Save and push them").click()
    expect(admin.toast.last).to_contain_text("Settings saved")
    expect(admin.bar).to_be_hidden()
    street.house.turn()
    assert len(stage.alfa.orders) == 12
    street.house.turn()
    assert len(stage.alfa.orders) == 12


@pytest.mark.may_complain(REFUSED)
def test_each_rule_that_is_switched_changes_what_the_store_receives(
    street: Street, stage: Stage, admin: Admin
) -> None:
    chair = stage.harbour.sells("CHAIR", "Chair", "80.00", vendor="Alfa")
    stage.sells_on((stage.mug, 1), paid=False)
    stage.sells_on((chair, 1), email="robin@example.com")
    assert (len(stage.bravo.orders), len(stage.alfa.orders)) == (0, 0)

    release(admin, "only_if_paid", street)
    assert len(stage.bravo.orders) == 1
    release(admin, "unsynced_products", street)
    (custom,) = stage.alfa.orders.values()
    assert [line.title for line in custom.lines] == ["Chair"]
    assert buyer(custom) != "Robin"

    admin.frame.get_by_role("link", name="Privacy", exact=True).click()
    change(admin, "replace_customer")
    save(admin)
    stage.sells_on((stage.lamp, 1), email="robin@example.com")
    *_, shared = stage.alfa.orders.values()
    assert (shared.email, buyer(shared)) == ("robin@example.com", "Robin")


def release(admin: Admin, name: str, street: Street) -> None:
    """Switch it, agree to what is pushed then, and let the workers do it."""
    change(admin, name)
    admin.press("Save")
    admin.frame.get_by_role("button", name="Save and push them").click()
    expect(admin.bar).to_be_hidden()
    street.house.turn()


def buyer(order: Order) -> Any:
    return (order.shipping_address or {}).get("first_name")
