"""*Add-ons*: the gate before a platform, through the page, down to what a store receives."""

from __future__ import annotations

import pytest

from tests.house import HARBOUR, STRANGER, House
from tests.webapp.door import Door
from tests.webapp.shop_floor import Floor

PUSH = "/add-ons/order_push"
PLATFORMS = [("woocommerce", "Bravo"), ("shopify", "Alfa")]


def close(floor: Floor, platform: str) -> None:
    assert floor.door.post(f"{PUSH}/{platform}/deactivate", confirm="yes").status_code == 200


def orders(floor: Floor, vendor: str) -> int:
    return len(floor.alfa.orders if vendor == "Alfa" else floor.bravo.orders)


def test_nothing_is_active_at_a_new_merchants(house: House) -> None:
    page = Door(house, house.merchant()).get("/add-ons").text
    assert page.count("Not active") == 2
    assert page.count("Not available yet") == 3
    assert "Locations for WooCommerce" not in page


@pytest.mark.parametrize(("platform", "vendor"), PLATFORMS)
def test_a_closed_gate_holds_that_platforms_orders_and_no_others(
    floor: Floor, platform: str, vendor: str
) -> None:
    close(floor, platform)
    floor.sells((floor.lamp, 1), (floor.mug, 1))
    other = "Bravo" if vendor == "Alfa" else "Alfa"
    assert floor.states() == {vendor: "held", other: "pushed"}
    assert floor.obstacles(vendor) == {"add_on_inactive"}
    assert orders(floor, vendor) == 0


@pytest.mark.parametrize(("platform", "vendor"), PLATFORMS)
def test_activation_tells_how_many_go_and_sends_each_once(
    floor: Floor, platform: str, vendor: str
) -> None:
    close(floor, platform)
    item = floor.lamp if vendor == "Alfa" else floor.mug
    for _ in range(3):
        floor.sells((item, 1))
    asked = floor.door.post(f"{PUSH}/{platform}/activate")
    assert asked.status_code == 409
    assert "3 held orders would be pushed" in asked.text
    floor.house.turn()
    assert orders(floor, vendor) == 0
    assert floor.door.post(f"{PUSH}/{platform}/activate", confirm="3").status_code == 200
    floor.house.turn()
    floor.door.post(f"{PUSH}/{platform}/activate", confirm="3")
    floor.house.turn()
    assert orders(floor, vendor) == 3


def test_a_number_that_is_old_by_now_is_asked_again(floor: Floor) -> None:
    close(floor, "shopify")
    floor.sells((floor.lamp, 1))
    floor.sells((floor.lamp, 1))
    again = floor.door.post(f"{PUSH}/shopify/activate", confirm="1")
    assert again.status_code == 409
    assert "2 held orders" in again.text


def test_orders_that_something_else_holds_are_not_counted(floor: Floor) -> None:
    close(floor, "shopify")
    floor.sells((floor.lamp, 1), paid=False)
    assert floor.door.post(f"{PUSH}/shopify/activate").status_code == 200


def test_deactivation_asks_and_tells_what_stops(floor: Floor) -> None:
    asked = floor.door.post(f"{PUSH}/shopify/deactivate")
    assert asked.status_code == 409
    assert "No more orders are created in stores on Shopify" in asked.text
    floor.sells((floor.lamp, 1))
    assert floor.states() == {"Alfa": "pushed"}


@pytest.mark.parametrize("path", ["order_push/magento", "inventory/shopify", "tea/shopify"])
def test_what_is_not_on_offer_is_not_found(floor: Floor, path: str) -> None:
    assert floor.door.post(f"/add-ons/{path}/activate").status_code == 404


def test_a_stranger_opens_only_his_own_gate(floor: Floor) -> None:
    close(floor, "shopify")
    floor.house.merchant(STRANGER)
    stranger = Door(floor.house, floor.house.world.shops[STRANGER])
    stranger.post(f"{PUSH}/shopify/activate")
    floor.sells((floor.lamp, 1))
    assert floor.states() == {"Alfa": "held"}
    assert HARBOUR not in stranger.get("/add-ons").text
