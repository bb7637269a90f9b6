"""Nothing that we write makes us take anything in: no loops, and calls come to an end (P59)."""

from __future__ import annotations

import json

from sqlalchemy import select

from orderflow.models import MarketplaceOrder, Merchant
from stores.base import KEY_ATTRIBUTE
from tests.house import ALFA, HARBOUR, House
from tests.river.stage import Stage


def test_what_we_created_in_a_merchants_shop_is_no_order_of_that_merchant(house: House) -> None:
    """Alfa sells on Harbour, and is a merchant of the app too, with a vendor of its own."""
    stage = Stage(house)
    alfa = house.merchant(ALFA)
    house.bravo(ALFA, "charlie.example.com")
    house.set(ALFA, unsynced_products=True)
    house.turn()
    order = stage.sells_on((stage.lamp, 1))
    stage.people.merchant.edits(HARBOUR, order, lines={"LAMP": 2})
    stage.people.merchant.changes(HARBOUR, order, note="Ring twice")
    house.let_pass(1200, step=150)
    (theirs,) = alfa.orders.values()
    assert (theirs.note, theirs.lines[0].current_quantity) == ("Ring twice", 2)
    assert [order.merchant_id for order in house.orders()] == [1]
    own = alfa.sells("OWN", "Own", vendor="Bravo")
    house.people.customer.buys(ALFA, [(own, 1)])
    house.turn()
    assert [order.merchant_id for order in house.orders()] == [1, 2]


def test_a_buyer_cannot_hide_an_order_behind_our_key(stage: Stage) -> None:
    stage.sells_on((stage.lamp, 1))
    key = stage.house.pushes()[0].key
    stage.sells_on((stage.lamp, 1), customAttributes=[{"key": KEY_ATTRIBUTE, "value": key}])
    assert len(stage.house.orders()) == 2
    first, second = stage.house.pushes()
    assert first.key != second.key
    assert [o.source_identifier for o in stage.alfa.orders.values()] == [first.key, second.key]


def test_all_calls_and_deliveries_come_to_an_end(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1), (stage.mug, 1))
    stage.people.vendor.ships(ALFA, stage.only(stage.alfa.orders.values()), number="1Z")
    stage.people.vendor.ships("bravo.example.com", stage.only(stage.bravo.orders))
    stage.house.let_pass(1200, step=150)
    assert len(order.fulfillments) == 2
    delivered = len(stage.house.world.deliveries.log)
    events = stage.house.events()
    stage.house.let_pass(7200, step=1200)
    assert len(stage.house.world.deliveries.log) == delivered
    assert stage.house.events() == events
    left = {message.kind for message in stage.house.messages()}
    assert left <= {"poll", "reconcile", "subscribe", "alert", "tidy"}


def test_what_we_write_into_a_vendors_order_comes_back_once(stage: Stage) -> None:
    """Our own edit is read again by its webhook, finds everything agreed, and that is all."""
    order = stage.sells_on((stage.lamp, 2), (stage.mug, 2))
    stage.people.merchant.edits(HARBOUR, order, lines={"LAMP": 1, "MUG": 3})
    stage.people.merchant.changes(HARBOUR, order, note="Ring twice", tags=["late"])
    stage.house.let_pass(600, step=150)
    delivered = len(stage.house.world.deliveries.log)
    events = stage.house.events()
    times = [each.updated_at for each in stage.alfa.orders.values()]
    stage.house.let_pass(7200, step=1200)
    assert len(stage.house.world.deliveries.log) == delivered
    assert stage.house.events() == events
    assert [each.updated_at for each in stage.alfa.orders.values()] == times
    left = {message.kind for message in stage.house.messages()}
    assert left <= {"poll", "reconcile", "subscribe", "alert", "tidy"}


def test_our_own_fulfilments_are_no_news_to_the_vendors_store(stage: Stage) -> None:
    """Reporting fires the marketplace's webhooks, which must not change the vendor's order."""
    stage.sells_on((stage.lamp, 2))
    (theirs,) = stage.alfa.orders.values()
    stage.people.vendor.ships(ALFA, theirs, number="1Z", lines={"LAMP": 1})
    stage.house.turn()
    before = theirs.updated_at
    stage.house.let_pass(1200, step=150)
    assert theirs.updated_at == before
    assert len(stage.alfa.orders) == 1


def test_the_facts_behind_a_decision_name_nobody(stage: Stage) -> None:
    stage.sells_on((stage.lamp, 1), email="canary@example.com", note="canary")
    (part,) = stage.house.parts()
    assert "canary" not in json.dumps([part.facts, part.decision])
    with stage.house.look() as session:
        assert session.scalars(select(Merchant.shop)).all() == [HARBOUR]
        assert session.scalar(select(MarketplaceOrder.snapshot))["email"] == "canary@example.com"
