"""A vendor's way in a real browser: from the invitation to goods that the buyer sees shipped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from orderflow import clock
from orderflow.access import register
from orderflow.models import Connection
from sandbox.shopify.order import Order
from sandbox.woocommerce import WooStore
from stores import http
from stores.base import Variant
from tests.browser.devices import PHONE, OpenPage
from tests.browser.look import assert_accessible
from tests.browser.portal import accept, invite
from tests.browser.street import Street, open_street
from tests.house import HARBOUR

MAIL = "orders@charlie.example.com"
SITE, SHOP = "charlie.example.com", "charlie.myshopify.com"
LISTING = "https://apps.example.com/sluice"

pytestmark = pytest.mark.may_complain("Cross-Origin-Opener-Policy")  # there is no TLS here


@pytest.fixture
def listing() -> str:
    """Where the app is listed; empty: nowhere."""
    return ""


@pytest.fixture
def language() -> str:
    return "en"


@pytest.fixture
def street(tmp_path: Path, listing: str) -> Iterator[Street]:
    """The stores too are found over HTTP, by our calls as by the browser."""
    with open_street(tmp_path, **({"app_listing_url": listing} if listing else {})) as opened:
        http.use_gateway(f"http://127.0.0.1:{opened.shops_port}")
        opened.house.merchant()
        yield opened


@pytest.fixture
def link(street: Street, language: str) -> str:
    """In the mail that invites *Charlie*, of whom nothing is known but the address."""
    house = street.house
    house.vendor("Charlie")
    return invite(house, "Charlie", MAIL, language)


def comes_in(page: Page, link: str) -> None:
    accept(page, link)
    expect(page.get_by_role("navigation")).to_be_visible()


def sells(street: Street, theirs: Variant) -> Order:
    """The merchant maps and switches on what was connected; a customer buys."""
    house = street.house
    harbour = house.world.shops[HARBOUR]
    mug = harbour.sells("MUG", "Mug", "12.50", vendor="Charlie")
    with house.unit() as session:
        connection = house.one(session, Connection)
        platform = connection.access.platform
        register.activate_add_on(
            session, connection.merchant, platform, active=True, now=clock.now()
        )
        register.map_variant(session, connection, str(mug.id), theirs, clock.now())
    order = house.people.customer.buys(HARBOUR, [(mug, 2)])
    house.turn()
    return order


def ships(street: Street, host: str, vendors_order: int) -> None:
    street.house.people.vendor.ships(host, vendors_order, number="CH-1", company="UPS")
    street.house.turn()


def reaches_the_buyer(order: Order) -> bool:
    (fulfilment,) = order.fulfillments
    return [each.number for each in fulfilment.tracking] == ["CH-1"]


def sees_it_shipped(page: Page, order: Order) -> None:
    """In the portal, in the queue of what has shipped."""
    page.get_by_role("link", name="Orders", exact=True).click()
    page.get_by_label("Queues").get_by_role("link", name="Shipped").click()
    page.get_by_role("link", name=order.name).click()
    expect(page.get_by_role("main")).to_contain_text("CH-1")
    expect(page.get_by_role("main")).to_contain_text("seen in your store")


def go_to_connect(page: Page, platform: str) -> None:
    page.get_by_role("link", name="Your stores").click()
    page.get_by_role("main").get_by_role("link", name=platform).click()
    assert_accessible(page)


def test_a_site_is_connected_and_what_is_shipped_there_reaches_the_buyer(
    street: Street, page: OpenPage, link: str
) -> None:
    site = WooStore(
        street.house.world,
        SITE,
        name="Charlie",
        cron="prompt",
        lax=True,
        plugins=("advanced-shipment-tracking",),
    )
    mug = site.add_product("C-MUG", "Mug", "9.00", stock=50)
    phone = page(PHONE)
    comes_in(phone, link)
    go_to_connect(phone, "WooCommerce")
    phone.get_by_label("Address of your store").fill(f"https://{SITE}/wp-admin/")
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_role("link", name=f"Go to https://{SITE}").click()
    phone.locator("input[name=username]").fill("admin")
    phone.locator("input[name=password]").fill("password")
    phone.get_by_role("button").click()
    phone.get_by_role("link", name="Approve").click()
    expect(phone.get_by_role("status").first).to_contain_text("Your store is connected.")
    assert_accessible(phone)
    order = sells(street, Variant(str(mug.id), str(mug.id), "C-MUG", "Mug"))
    (theirs,) = site.orders.values()
    ships(street, SITE, theirs.id)
    assert reaches_the_buyer(order)
    sees_it_shipped(phone, order)


def test_a_shop_is_connected_by_its_address(street: Street, page: OpenPage, link: str) -> None:
    shop = street.house.shop(SHOP)
    lamp = shop.sells("C-LAMP", "Lamp", "20.00")
    desk = page()
    comes_in(desk, link)
    go_to_connect(desk, "Shopify")
    desk.get_by_label("Address of your store").fill(SHOP)
    desk.get_by_role("button", name="Continue").click()
    desk.get_by_role("link", name=f"Go to {SHOP}").click()
    desk.locator("#allow").click()
    expect(desk.get_by_role("status").first).to_contain_text("Your store is connected.")
    order = sells(street, Variant(str(lamp.id), str(lamp.product.id), "C-LAMP", "Lamp"))
    (theirs,) = shop.orders.values()
    ships(street, SHOP, theirs.id)
    assert reaches_the_buyer(order)
    sees_it_shipped(desk, order)


@pytest.mark.parametrize("listing", [LISTING])
def test_a_shop_is_paired_by_a_code_that_is_typed_in_the_app(
    street: Street, page: OpenPage, link: str, listing: str
) -> None:
    shop = street.house.shop(SHOP)
    shop.install(street.house.sluice, expiring=True)
    lamp = shop.sells("C-LAMP", "Lamp", "20.00")
    desk = page()
    comes_in(desk, link)
    go_to_connect(desk, "Shopify")
    desk.get_by_role("button", name="Get a code").click()
    code = desk.locator("#code").inner_text()
    admin = street.admin(page(), SHOP).open()
    expect(admin.frame.get_by_label("Code")).to_be_visible()
    assert_accessible(admin.page)
    admin.frame.get_by_label("Code").fill(code)
    admin.frame.get_by_label("Code").press("Enter")
    admin.frame.get_by_role("button", name="Connect").click()
    expect(admin.frame.get_by_role("heading", level=1)).to_have_text("This shop is connected")
    desk.get_by_role("link", name="I have typed it").click()
    expect(desk.get_by_text(SHOP)).to_be_visible()
    order = sells(street, Variant(str(lamp.id), str(lamp.product.id), "C-LAMP", "Lamp"))
    (theirs,) = shop.orders.values()
    ships(street, SHOP, theirs.id)
    assert reaches_the_buyer(order)


@pytest.mark.parametrize("language", ["fr"])
def test_without_a_store_a_vendor_ships_by_hand_on_a_phone_in_french(
    street: Street, page: OpenPage, link: str, language: str
) -> None:
    house = street.house
    vase = house.world.shops[HARBOUR].sells("VASE", "Vase", "18.00", vendor="Charlie")
    phone = page(PHONE, locale="fr-FR")
    comes_in(phone, link)
    order = house.people.customer.buys(HARBOUR, [(vase, 2)])
    house.turn()
    phone.get_by_role("link", name="Commandes", exact=True).click()
    phone.get_by_role("link", name=order.name).click()
    assert_accessible(phone)
    phone.get_by_role("link", name="Expédier 2 pièces").click()
    phone.get_by_label("Numéros de suivi").fill("CH-1")
    phone.get_by_role("button", name="C’est expédié").click()
    expect(phone.get_by_role("status").first).to_be_visible()
    house.turn()
    assert reaches_the_buyer(order)
