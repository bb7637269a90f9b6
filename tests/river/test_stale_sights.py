"""What was seen earlier, or is nonsense, does no harm to what is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

import stores
from orderflow import clock
from orderflow.intake.record import record
from orderflow.mask.told import harmless
from orderflow.models import Merchant, Push, StoreAccess
from orderflow.traffic import push, track
from stores.base import Access, StoreOrder
from stores.shopify import marketplace
from tests.house import ALFA, HARBOUR
from tests.river.stage import Stage, creates


def seen_now(stage: Stage) -> StoreOrder:
    """Alfa's only order, as its store tells it at this moment."""
    with stage.house.look() as session:
        row = stage.house.one(session, StoreAccess, address=ALFA)
        access = Access(row.platform, row.address, row.secrets)
    order = stores.open_store(access).read_order(str(stage.only(stage.alfa.orders)))
    assert order is not None
    return order


def take(stage: Stage, order: StoreOrder) -> None:
    with stage.house.unit() as session:
        access = stage.house.one(session, StoreAccess, address=ALFA)
        track.seen(session, access.id, order, clock.now())


@pytest.mark.parametrize("age", [timedelta(0), timedelta(hours=2)])
def test_a_look_from_before_the_parcel_takes_nothing_back(stage: Stage, age: timedelta) -> None:
    stage.sells_on((stage.lamp, 1))
    stage.house.clock.advance(60)
    stage.people.vendor.ships(ALFA, stage.only(stage.alfa.orders), number="1Z1")
    stage.house.turn()
    now = seen_now(stage)
    take(stage, replace(now, updated_at=now.updated_at - age, parcels=()))
    stage.house.turn()
    assert stage.states() == {"Alfa": "shipped"}
    assert "parcel_withdrawn" not in stage.house.events()


def test_a_look_dated_in_years_to_come_does_not_hide_the_parcel(stage: Stage) -> None:
    stage.sells_on((stage.lamp, 1))
    now = seen_now(stage)
    take(stage, replace(now, updated_at=now.updated_at + timedelta(days=9_000)))
    stage.house.clock.advance(60)
    stage.people.vendor.ships(ALFA, stage.only(stage.alfa.orders), number="1Z1")
    stage.house.turn()
    assert stage.states() == {"Alfa": "shipped"}


@pytest.mark.parametrize("age", [timedelta(0), timedelta(hours=2)])
def test_a_look_from_before_the_vendor_cancelled_brings_nothing_back(
    stage: Stage, age: timedelta
) -> None:
    stage.sells_on((stage.lamp, 1))
    stage.house.clock.advance(60)
    stage.people.vendor.cancels(ALFA, stage.only(stage.alfa.orders))
    stage.house.turn()
    now = seen_now(stage)
    alive = replace(now.placed, live=True)
    take(stage, replace(now, updated_at=now.updated_at - age, placed=alive))
    assert stage.house.pushes()[0].gone_at is not None
    take(stage, replace(now, updated_at=now.updated_at + timedelta(hours=2), placed=alive))
    assert stage.house.pushes()[0].gone_at is None


def test_of_one_second_the_cancelled_order_stays_cancelled(stage: Stage) -> None:
    order = stage.buys((stage.lamp, 1))
    before = marketplace.seen_from_webhook(_told(stage, order))
    stage.people.merchant.cancels(HARBOUR, order)
    stage.house.turn()
    with stage.house.unit() as session:
        merchant = stage.house.one(session, Merchant, shop=HARBOUR)
        known = stage.house.orders()[0].updated_at
        assert record(session, merchant, replace(before, updated_at=known), clock.now()) is False
    stage.house.turn()
    assert stage.house.orders()[0].cancelled_at is not None


def _told(stage: Stage, order: Any) -> bytes:
    deliveries = [each.delivery for each in stage.house.world.deliveries.log]
    queued = list(stage.house.world.deliveries.queue)
    return next(each.body for each in [*queued, *deliveries] if each.topic == "orders/create")


def test_a_push_found_while_another_is_queued_does_not_strand_the_part(stage: Stage) -> None:
    stage.faults.add("lost_answer", match=creates)
    stage.sells_unheard((stage.lamp, 1))
    (one,) = stage.house.pushes()
    with stage.house.unit() as session:
        first = session.get_one(Push, one.id)
        session.add(
            Push(
                merchant_id=first.merchant_id,
                vendor_order_id=first.vendor_order_id,
                connection_id=first.connection_id,
                part=2,
                key="SL-second",
                line_ids=[],
            )
        )
        push.looked(session, first.id, [seen_now(stage).placed], clock.now(), (1,))
    assert stage.states() == {"Alfa": "queued"}


def test_a_create_that_lands_after_its_push_was_stopped_is_cancelled(stage: Stage) -> None:
    stage.house.world.deliveries.drop = 1.0
    stage.faults.add("late", match=creates, seconds=4000)
    order = stage.sells_unheard((stage.lamp, 1))
    stage.faults.add("late", match=creates, seconds=9000)
    stage.people.merchant.cancels(HARBOUR, order)
    stage.house.world.deliveries.drop = 0.0
    stage.house.let_pass(12000, step=300)
    assert [each for each in stage.alfa.orders.values() if each.cancelled_at is None] == []
    assert stage.states() == {"Alfa": "skipped"}


def test_an_unreadable_order_does_not_hide_the_others_from_reconciliation(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = marketplace.ShopifyMarketplace._seen

    def one_is_nonsense(market: Any, node: dict[str, Any]) -> Any:
        if node["name"] == "#1001":
            raise ValueError("0.125 has more digits than the currency")
        return real(market, node)

    monkeypatch.setattr(marketplace.ShopifyMarketplace, "_seen", one_is_nonsense)
    stage.house.world.deliveries.drop = 1.0
    stage.buys((stage.lamp, 1))
    stage.buys((stage.lamp, 1))
    stage.house.hear_of_orders()
    assert [order.name for order in stage.house.orders()] == ["#1002"]
    assert stage.house.messages("fetch") != []


def test_a_refusal_that_quotes_the_buyer_is_kept_without_the_quote(stage: Stage) -> None:
    address = {
        "firstName": "Robin",
        "lastName": "Quoted",
        "address1": "1 Quoted Street",
        "city": "Ottawa",
        "countryCode": "CA",
        "zip": "K1A",
    }
    stage.sells_on((stage.lamp, 1), address=address)
    with stage.house.unit() as session:
        (one,) = stage.house.pushes()
        part = session.get_one(Push, one.id).vendor_order
        said = harmless(session, part, "city: 'Ottawa' of Robin Quoted, 1 quoted street: no")
    assert said == "city: '…' of …, …: no"


def test_of_an_order_that_cannot_be_read_no_words_are_kept(stage: Stage) -> None:
    """Nobody can tell what of them is the buyer's. Other orders' words are not lost with them."""
    stage.sells_on((stage.lamp, 1))
    stage.sells_on((stage.lamp, 1))
    with stage.house.unit() as session:
        first, second = (session.get_one(Push, one.id) for one in stage.house.pushes())
        first.vendor_order.order.snapshot = {"id": "nonsense"}
        session.flush()
        access = first.connection.access_id
        assert harmless(session, first.vendor_order, "Sold out", access) == "…"
        assert harmless(session, second.vendor_order, "Sold out", access) == "Sold out"
