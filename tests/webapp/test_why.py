"""*Why was this not pushed?* answers for any number, also for one that nobody knows."""

from __future__ import annotations

from html import unescape

import pytest

from tests.house import ALFA, STRANGER
from tests.webapp.door import Door
from tests.webapp.shop_floor import Floor


def ask(floor: Floor, number: str, door: Door | None = None) -> str:
    page = (door or floor.door).get("/why", query_string={"number": number})
    assert page.status_code == 200
    return unescape(page.text)


def test_without_a_number_it_asks_for_one(floor: Floor) -> None:
    assert "Write the number of an order" in unescape(floor.door.get("/why").text)


@pytest.mark.parametrize("number", ["#1001", "1001", " 1001 "])
def test_every_check_is_told_with_its_link(floor: Floor, number: str) -> None:
    floor.house.set(order_sync=False)
    floor.sells((floor.lamp, 1), paid=False)
    page = ask(floor, number)
    assert "Order sync is off." in page
    assert 'href="/settings/vendor-shop-sync/order-sync#order_sync"' in page
    assert "only paid orders are pushed" in page
    assert "Vendor Store Sync is on for this vendor." in page


def test_items_without_a_product_are_named(floor: Floor) -> None:
    vase = floor.harbour.sells("VASE", "Vase", "9.00", vendor="Alfa")
    floor.sells((floor.lamp, 1), (vase, 1))
    page = ask(floor, "1001")
    assert "<li><bdi>Vase</bdi></li>" in page
    assert "<li><bdi>Lamp</bdi></li>" not in page


def test_it_tells_which_of_the_buyers_fields_are_sent(floor: Floor) -> None:
    floor.sells((floor.lamp, 1))
    page = ask(floor, "1001")
    assert "Replace with yours" in page
    assert "/sent/SL-" in page


def test_missing_tracking_is_explained_by_the_last_poll(floor: Floor) -> None:
    floor.sells((floor.lamp, 1))
    floor.house.later(200)
    page = ask(floor, "1001")
    assert "last asked <time" in page
    assert "The vendor's store has not told of any parcel." in page
    (theirs,) = floor.alfa.orders
    floor.people.vendor.ships(ALFA, theirs, number="1Z999")
    floor.house.later(200)
    assert "Your shop was told" in ask(floor, "1001")


def test_an_unknown_number_is_told_what_to_do(floor: Floor) -> None:
    page = ask(floor, "<b>999</b>")
    assert "No order <b>999</b> is known here" in page
    assert "Only orders placed since the app was installed" in page
    raw = floor.door.get("/why", query_string={"number": "<b>999</b>"}).text
    assert "<b>999</b>" not in raw


def test_a_strangers_order_is_unknown(floor: Floor) -> None:
    floor.sells((floor.lamp, 1))
    stranger = Door(floor.house, floor.house.merchant(STRANGER))
    assert "No order 1001 is known here" in ask(floor, "1001", stranger)
