"""A store's news, however many and however odd: each order is read, and no store asked in vain."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from orderflow.access import store_health
from orderflow.intake import repeats
from orderflow.models import StoreAccess, StoreCall, Webhook
from sandbox.shopify.bodies import order_body
from tests.house import ALFA, BRAVO, HARBOUR, House
from tests.river.stage import PLATFORMS, Stage, VendorSide, creates
from tests.river.test_webhooks import post
from workers import paging


def calls(stage: Stage, operation: str) -> int:
    with stage.house.look() as session:
        found = select(func.count()).where(StoreCall.operation == operation)
        return session.scalar(found) or 0


def says(stage: Stage, **changed: Any) -> TestResponse:
    """Alfa's shop tells of its only order, with these fields changed."""
    (order,) = stage.alfa.orders.values()
    body = json.loads(json.dumps(dict(order_body(order, ALFA, stage.alfa.id))))
    return post(stage.house, body | changed, shop=ALFA, topic="orders/updated")


@pytest.fixture
def heard(stage: Stage) -> Stage:
    """An order stands in Alfa's shop, and all news of it so far are old."""
    stage.sells_on((stage.lamp, 1))
    stage.house.world.deliveries.drop = 1.0
    stage.house.let_pass(3600, step=600)
    return stage


def test_the_same_news_cost_one_read_a_minute(heard: Stage) -> None:
    before = calls(heard, "read_order")
    for _ in range(50):
        says(heard, updated_at="2026-11-28T12:00:00Z")
        heard.house.turn()
    assert calls(heard, "read_order") - before == 1
    heard.house.later(repeats.REST)
    assert calls(heard, "read_order") - before == 2


def test_news_that_differ_only_in_their_time_cost_few_reads_a_minute(heard: Stage) -> None:
    """They may tell of what stands elsewhere, or of our own reading."""
    before = calls(heard, "read_order")
    for second in range(50):
        says(heard, updated_at=f"2026-11-28T12:00:{second:02}Z")
        heard.house.turn()
    assert calls(heard, "read_order") - before == 1 + repeats.TOUCHED
    heard.house.later(repeats.REST)
    assert calls(heard, "read_order") - before == 2 + repeats.TOUCHED


def test_when_the_news_end_the_order_is_asked_for_no_more(heard: Stage) -> None:
    says(heard)
    heard.house.turn()
    says(heard, updated_at="2026-11-28T12:00:00Z")
    heard.house.let_pass(3600, step=60)
    before = calls(heard, "read_order")
    heard.house.let_pass(3600, step=600)
    assert calls(heard, "read_order") == before
    assert not heard.house.messages("heard")


def test_news_that_say_something_else_are_read_at_once(heard: Stage) -> None:
    before = calls(heard, "read_order")
    for note in ("a", "b", "c"):
        for _ in range(5):
            says(heard, note=note, updated_at="2026-11-28T12:00:00Z")
            heard.house.turn()
    assert calls(heard, "read_order") - before == 3


def test_news_that_always_differ_are_read_twenty_times_a_minute_at_most(heard: Stage) -> None:
    before = calls(heard, "read_order")
    for number in range(60):
        says(heard, note=f"visit {number}")
        heard.house.turn()
    assert calls(heard, "read_order") - before == repeats.DIFFERENT


def test_a_change_within_a_storm_of_equal_news_goes_home_at_once(heard: Stage) -> None:
    (theirs,) = heard.alfa.orders.values()
    (order,) = heard.harbour.orders.values()
    for second in range(30):
        says(heard, updated_at=f"2026-11-28T12:00:{second:02}Z")
    heard.house.turn()
    heard.house.clock.advance(2)
    heard.people.vendor.ships(ALFA, theirs, number="1Z")
    says(heard)
    heard.house.turn()
    assert len(order.fulfillments) == 1


def test_a_store_that_fires_whenever_it_is_read_is_asked_seldom(stage: Stage) -> None:
    stage.sells_on((stage.mug, 1))
    stage.house.world.liar(BRAVO).tell("reading_fires_updates")
    before = calls(stage, "read_order")
    stage.house.let_pass(1800, step=30)
    assert calls(stage, "read_order") - before <= 15


def test_many_equal_news_of_one_store_are_a_storm(heard: Stage) -> None:
    for number in range(repeats.STORM + 10):
        says(heard, updated_at=f"2026-11-28T12:{number // 60:02}:{number % 60:02}Z")
    heard.house.turn(rounds=100)
    with heard.house.look() as session:
        (access,) = session.scalars(select(StoreAccess).where(StoreAccess.address == ALFA))
        assert repeats.is_storm(session, access.id, heard.house.clock())
        assert store_health.is_noisy(access, heard.house.clock())
    heard.house.clock.advance(61)
    with heard.house.look() as session:
        assert not repeats.is_storm(session, access.id, heard.house.clock())


def test_a_busy_store_that_tells_of_each_order_twice_is_no_storm(heard: Stage) -> None:
    with heard.house.look() as session:
        (access,) = session.scalars(select(StoreAccess).where(StoreAccess.address == ALFA))
        for number in range(4 * repeats.STORM):
            words = repeats.SAME if number % 3 else ""
            row = Webhook(access_id=access.id, delivery_id=f"busy-{number}", topic="order.updated")
            row.received_at, row.words = heard.house.clock(), words
            session.add(row)
        session.flush()
        assert not repeats.is_storm(session, access.id, heard.house.clock())


def test_repeats_to_the_byte_are_a_storm_once_a_minute() -> None:
    repeated, start = repeats.Repeated(), datetime(2026, 11, 28, tzinfo=UTC)
    told = [repeated.once_more(7, start + timedelta(milliseconds=n)) for n in range(200)]
    assert [number for number, storm in enumerate(told) if storm] == [repeats.STORM]
    slow = [repeated.once_more(8, start + timedelta(seconds=2 * n)) for n in range(200)]
    assert not any(slow)
    later = [
        repeated.once_more(7, start + timedelta(seconds=90, milliseconds=n)) for n in range(99)
    ]
    assert later.count(True) == 1


# -- lists of changes ------------------------------------------------------------------------------

ENDLESS = {
    "shopify": ("endless_cursor", "updated_at:"),
    "woocommerce": ("endless_pages", "/orders"),
}
"""Which lie makes a list endless, and what only a request for the list of changes holds."""


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_list_without_end_is_left_and_its_orders_are_read_one_by_one(
    stage: Stage, platform: str
) -> None:
    side = stage.side(platform)
    order = stage.sells_unheard((side.item, 1))
    stage.house.clock.advance(5)
    (theirs,) = side.orders()
    stage.people.vendor.ships(
        side.host, theirs if platform == "shopify" else theirs.id, number="1Z"
    )
    lie, match = ENDLESS[platform]
    stage.house.world.liar(side.host).tell(lie, match=match)
    before = calls(stage, "fetch_changes")
    stage.house.let_pass(900, step=30)
    assert calls(stage, "fetch_changes") - before <= 40
    assert len(order.fulfillments) == 1
    assert [m.parked_at for m in stage.house.messages("poll")] == [None, None]


def test_a_long_list_is_read_to_its_end() -> None:
    """Each page tells of something newer than the last: there is nothing endless about it."""
    pages = paging.Pages()
    for number in range(100):
        pages = pages.after([datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number)], more=True)
        assert pages.pause() <= 2
    assert pages.after([], more=False) == paging.Pages()


def test_a_marketplaces_list_without_end_is_left(stage: Stage) -> None:
    stage.sells_unheard((stage.mug, 1))
    stage.house.world.liar(HARBOUR).tell("endless_cursor", match="updated_at:")
    before = calls(stage, "orders_since")
    stage.house.let_pass(1800, step=30)
    assert calls(stage, "orders_since") - before <= 40
    stage.house.world.liar(HARBOUR).stop()
    stage.house.let_pass(1800, step=300)
    stage.sells_unheard((stage.mug, 1))
    assert len(stage.bravo.orders) == 2


def test_what_is_bought_while_an_endless_list_is_left_alone_is_found_afterwards(
    stage: Stage,
) -> None:
    stage.house.world.deliveries.drop = 1.0
    stage.house.world.liar(HARBOUR).tell("endless_cursor", match="updated_at:")
    stage.house.let_pass(1800, step=30)
    stage.house.world.liar(HARBOUR).stop()
    stage.buys((stage.mug, 1))
    stage.house.let_pass(5 * 3600, step=900)
    assert len(stage.house.orders()) == 1


def test_what_is_bought_before_the_first_answer_of_a_new_shop_is_found(house: House) -> None:
    shop = house.merchant()
    mug = shop.sells("MUG", "Mug", "12.50", vendor="Bravo")
    house.world.deliveries.drop = 1.0
    house.world.faults.add("html", HARBOUR, times=10**6)
    house.turn()
    house.people.customer.buys(HARBOUR, [(mug, 1)])
    house.let_pass(1800, step=60)
    house.world.faults.clear()
    house.let_pass(7200, step=900)
    assert len(house.orders()) == 1


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_parcel_that_left_before_the_first_list_of_a_store_could_be_read_is_told(
    stage: Stage, platform: str
) -> None:
    side, house = stage.side(platform), stage.house
    with house.unit() as session:
        session.execute(update(StoreAccess).values(cursor="", polled_at=None))
    house.world.deliveries.drop = 1.0
    order = stage.sells_unheard((side.item, 1))
    house.world.faults.add("html", side.host, times=10**6)
    (theirs,) = side.orders()
    stage.people.vendor.ships(side.host, theirs.id, number="1Z1")
    house.let_pass(1800, step=60)
    house.world.faults.clear()
    house.let_pass(7200, step=300)
    assert [each.status for each in order.fulfillments] == ["SUCCESS"]


# -- stores that read and do not write -------------------------------------------------------------


def posts(stage: Stage, host: str) -> int:
    return sum(fault.host == host for fault in stage.faults.fired)


def test_a_store_that_lets_us_read_only_is_not_sent_the_same_order_again_and_again(
    stage: Stage, side: VendorSide
) -> None:
    stage.faults.add("unauthorized", side.host, creates, times=999)
    stage.sells_on((side.item, 1))
    stage.house.let_pass(33 * 60, step=30)
    assert 1 <= posts(stage, side.host) <= 6
    stage.faults.clear()
    stage.house.let_pass(5 * 3600, step=600)
    assert len(side.live()) == 1
