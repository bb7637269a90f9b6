"""The merchant reads every time by the clock of the shop, as the shop names it."""

from __future__ import annotations

import re

from orderflow import clock
from orderflow.access import register, store_access
from orderflow.models import Merchant
from stores.base import Identity, StoreSetup
from tests.house import HARBOUR
from tests.webapp.shop_floor import Floor

TIME = re.compile(r"<time [^>]*>")


def says(floor: Floor, timezone: str) -> None:
    """The shop told who it is, as it does when it is installed and when it has changed."""
    with floor.house.unit() as session:
        merchant = floor.house.one(session, Merchant, shop=HARBOUR)
        identity = Identity("1", "Harbour", HARBOUR, "USD", timezone=timezone)
        register.introduce(session, merchant.access_id, identity, clock.now())


def test_times_are_told_by_the_clock_of_the_shop(floor: Floor) -> None:
    floor.sells((floor.mug, 1))
    assert " UTC</time>" in floor.door.get(floor.order_path()).text
    says(floor, "Asia/Tokyo")
    for path in (floor.order_path(), "/log", "/orders", "/history", "/why?number=%231001"):
        page = floor.door.get(path).text
        assert TIME.search(page), path
        assert "UTC" not in page, path
        assert "data-local" not in page, path
        assert page.count("(Asia/Tokyo)") == len(TIME.findall(page)), path


def test_a_clock_that_nobody_knows_leaves_the_one_before(floor: Floor) -> None:
    floor.sells((floor.mug, 1))
    says(floor, "Asia/Tokyo")
    says(floor, "Nowhere/City")
    with floor.house.unit() as session:
        merchant = floor.house.one(session, Merchant, shop=HARBOUR)
        store_access.keep_setup(session, merchant.access_id, StoreSetup(), clock.now())
    assert "(Asia/Tokyo)" in floor.door.get(floor.order_path()).text
