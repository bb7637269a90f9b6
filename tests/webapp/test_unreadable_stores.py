"""A store that cannot be read is told after five minutes, with the reason and what to do, on Home,
at the vendor and to the vendor, and no longer once it can be read again."""

from __future__ import annotations

import html

import pytest

import stores
from orderflow import clock
from orderflow.access import store_access, store_health
from orderflow.intake import repeats
from orderflow.models import StoreAccess
from sandbox.faults import Kind
from stores import troubles
from stores.errors import Trouble
from tests.house import ALFA, BRAVO, STRANGER
from tests.river.test_news_of_stores import says
from tests.webapp.door import Door
from tests.webapp.shop_floor import Floor


def pages(floor: Floor, vendor: str) -> dict[str, str]:
    paths = {"home": "/", "list": "/vendors", "one": f"/vendors/{floor.vendor(vendor)}"}
    return {name: html.unescape(floor.door.get(path).text) for name, path in paths.items()}


def happened(trouble: Trouble) -> str:
    can = stores.capabilities("shopify")
    return troubles.for_merchant(trouble, can, ALFA, "Alfa", str).happened


def poll(floor: Floor, minutes: float) -> None:
    floor.house.let_pass(minutes * 60, step=60)


WIRE: dict[str, Kind] = {"certificate": "certificate", "broken": "error_before"}


def breaks(floor: Floor, how: str) -> None:
    if how in WIRE:
        floor.faults.add(WIRE[how], BRAVO, times=1000)
    else:
        floor.house.world.liar(BRAVO).tell(how)


def mend(floor: Floor) -> None:
    floor.faults.clear()
    floor.house.world.liar(BRAVO).stop()


@pytest.mark.parametrize(
    ("how", "trouble"),
    [
        ("broken", Trouble.SERVER_ERROR),
        ("certificate", Trouble.CERTIFICATE),
        ("firewall_for_all", Trouble.FIREWALL),
        ("challenge_503", Trouble.FIREWALL),
        ("cached_reads_by_path", Trouble.CACHED),
        ("retry_after_date", Trouble.THROTTLED),
        ("garbage", Trouble.UNREADABLE),
    ],
)
def test_a_store_that_cannot_be_read_is_told_with_what_to_do(
    floor: Floor, how: str, trouble: Trouble
) -> None:
    floor.sells((floor.mug, 1))
    breaks(floor, how)
    poll(floor, 4)
    assert all("Cannot be read" not in page for page in pages(floor, "Bravo").values())
    poll(floor, 8)
    told = pages(floor, "Bravo")
    assert all("Cannot be read" in page for page in told.values())
    can = stores.capabilities("woocommerce")
    said = troubles.for_merchant(trouble, can, f"https://{BRAVO}", "Bravo", str)
    for name in ("home", "one"):
        assert said.happened in told[name]
        assert said.to_do in told[name]
    assert said.words in told["one"]
    assert "Cannot be read" not in pages(floor, "Alfa")["one"]
    mend(floor)
    poll(floor, 70)
    assert all("Cannot be read" not in page for page in pages(floor, "Bravo").values())


def test_an_order_that_can_be_read_is_no_proof_while_the_list_cannot(floor: Floor) -> None:
    def notes(operation: str, trouble: Trouble | None) -> None:
        with floor.house.unit() as session:
            access = floor.house.one(session, StoreAccess, address=ALFA)
            store_health.note(session, access.id, operation, trouble, clock.now())

    notes("fetch_changes", Trouble.ENDLESS)
    floor.house.clock.advance(400)
    notes("read_order", None)
    notes("find_orders", Trouble.THROTTLED)
    assert happened(Trouble.THROTTLED) in pages(floor, "Alfa")["home"]
    notes("fetch_changes", None)
    assert "Cannot be read" not in pages(floor, "Alfa")["home"]
    notes("read_order", Trouble.SERVER_ERROR)
    notes("read_order", Trouble.REFUSED)
    floor.house.clock.advance(400)
    assert happened(Trouble.SERVER_ERROR) in pages(floor, "Alfa")["home"]
    notes("fetch_changes", None)
    assert "Cannot be read" not in pages(floor, "Alfa")["home"]


def test_every_reason_that_a_store_may_give_has_its_sentence() -> None:
    wanted = set(Trouble) - set(store_health.NO_TROUBLE)
    assert set(troubles.OF_A_SITE) == set(troubles.OF_A_PLATFORM) == wanted


@pytest.mark.parametrize("trouble", troubles.OF_A_SITE)
def test_the_merchant_asks_the_vendor_and_only_the_vendor_asks_a_host(trouble: Trouble) -> None:
    """Nobody is sent to a host that a platform's own store does not have."""
    site, platform = stores.capabilities("woocommerce"), stores.capabilities("shopify")
    home = "https://bravo.example.com"
    merchant = troubles.for_merchant(trouble, site, home, "Bravo", str)
    vendor = troubles.for_vendor(trouble, site, home, str)
    assert "Bravo" in merchant.to_do
    assert "your store" not in merchant.to_do
    assert "Bravo" not in vendor.to_do
    for each in (
        troubles.for_merchant(trouble, platform, "alfa.myshopify.com", "Alfa", str),
        troubles.for_vendor(trouble, platform, "alfa.myshopify.com", str),
    ):
        assert "hosts" not in each.to_do
        assert each.words == ""


def test_a_shopify_store_that_does_not_answer_names_no_host(floor: Floor) -> None:
    floor.faults.add("error_before", ALFA, times=1000)
    poll(floor, 12)
    told = pages(floor, "Alfa")["one"]
    assert "Shopify answers with an error of its own." in told
    assert "https://www.shopifystatus.com" in told
    assert "hosts" not in told.split("Good to know")[0]


def test_another_merchants_store_is_not_told(floor: Floor) -> None:
    stranger = Door(floor.house, floor.house.merchant(STRANGER))
    breaks(floor, "firewall_for_all")
    poll(floor, 12)
    assert "Cannot be read" in pages(floor, "Bravo")["home"]
    assert "Cannot be read" not in stranger.get("/").text


def test_a_storm_of_news_is_told_while_it_goes_on(floor: Floor) -> None:
    with floor.house.unit() as session:
        access = floor.house.one(session, StoreAccess, address=ALFA)
        store_access.note_storm(session, access.id, clock.now())
    assert "same news over and over" in pages(floor, "Alfa")["one"]
    assert "same news over and over" not in pages(floor, "Bravo")["one"]
    floor.house.clock.advance(3700)
    assert "same news over and over" not in pages(floor, "Alfa")["one"]


def test_webhooks_that_say_nothing_new_are_told_as_a_storm(floor: Floor) -> None:
    floor.sells((floor.lamp, 1))
    floor.house.world.deliveries.drop = 1.0
    for number in range(repeats.STORM + 10):
        says(floor, updated_at=f"2026-11-28T12:{number // 60:02}:{number % 60:02}Z")
    floor.house.turn(rounds=100)
    assert "same news over and over" in pages(floor, "Alfa")["one"]


def test_orders_that_cannot_be_understood_are_told_by_number(floor: Floor) -> None:
    floor.sells((floor.mug, 1))
    (push,) = floor.house.pushes()
    floor.house.world.liar(BRAVO).tell("dates_garbage")
    poll(floor, 6)
    told = pages(floor, "Bravo")["one"]
    assert "cannot be understood" in told
    assert push.remote_name in told
    mend(floor)
    poll(floor, 70)
    assert "cannot be understood" not in pages(floor, "Bravo")["one"]
