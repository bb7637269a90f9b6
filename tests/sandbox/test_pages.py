"""The sandbox's own pages tell people what stands in a store, in words."""

from __future__ import annotations

from typing import Any

from werkzeug.test import Client

from sandbox.people import People
from sandbox.shopify import Shop
from sandbox.world import World
from tests.sandbox.woo_cast import HOST, Scene

PLUGIN = "advanced-shipment-tracking"


def page(world: World, path: str) -> str:
    return Client(world).get(path, base_url="http://127.0.0.1:8900").text


def test_an_address_is_told_once(world: World, people: People, shop: Shop) -> None:
    lamp = shop.sells("LAMP", title="Lamp", price="30.00")
    names = {"firstName": "Robin", "lastName": "Example"}
    place = {"city": "Ottawa", "provinceCode": "ON", "zip": "K1A 0A1", "countryCode": "CA"}
    where = {**names, "address1": "1 Sample Street", **place}
    people.customer.buys(shop, [(lamp, 1)], address=where)
    told = "<p>Robin Example, 1 Sample Street, Ottawa ON K1A 0A1, CA<p>"
    assert told in page(world, f"/shops/{shop.domain}")


def test_a_sites_address_is_told_in_the_same_way() -> None:
    scene = Scene()
    names = {"first_name": "Robin", "last_name": "Example"}
    place = {"city": "Ottawa", "state": "ON", "postcode": "K1A 0A1", "country": "CA"}
    where = {**names, "address_1": "1 Sample Street", **place}
    scene.create(shipping=where)
    told = "<p>Robin Example, 1 Sample Street, Ottawa ON K1A 0A1, CA<p>"
    assert told in page(scene.world, f"/sites/{HOST}")


def test_one_piece_is_not_many(world: World, people: People, shop: Shop) -> None:
    lamp = shop.sells("LAMP", title="Lamp", price="30.00")
    for quantity in (1, 2):
        order = people.customer.buys(shop, [(lamp, quantity)])
        people.vendor.ships(shop.domain, order.id, number="1Z1", company="UPS")
    shown = page(world, f"/shops/{shop.domain}")
    assert "success, 1 piece. UPS 1Z1" in shown
    assert "success, 2 pieces. UPS 1Z1" in shown


def test_neither_a_missing_sku_nor_a_plugins_books_are_shown() -> None:
    scene = Scene(plugins=[PLUGIN])
    custom: dict[str, Any] = {"name": "A gift", "sku": "NOWHERE", "quantity": 1}
    order = scene.create(line_items=[custom], meta_data=[{"key": "Order", "value": "#7"}])
    scene.store.ship(order["id"], None, "JD1", "DHL Express", "")
    shown = page(scene.world, f"/sites/{HOST}")
    assert "<li>1 × A gift<" in shown
    assert "<li>Order: #7<" in shown
    assert "shipped. DHL Express JD1" in shown
    assert "tracking_provider" not in shown
