"""Local pickup, local delivery and orders without an address: held, told, and sent when wished."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orderflow import clock
from orderflow.models import Merchant, Vendor
from orderflow.rules import settings
from orderflow.rules.judge import BURST
from tests.house import HARBOUR
from tests.river.stage import Stage
from tests.river.test_webhooks import post

ODD = Path(__file__).parent.parent / "bodies" / "shopify" / "odd"
FREE = {"shopMoney": {"amount": "0.00", "currencyCode": "USD"}}
HELD = [("PICK_UP", "pickup_held"), ("LOCAL", "local_held")]


@pytest.mark.parametrize(("delivery", "code"), HELD)
def test_what_no_carrier_brings_is_held_with_its_method(
    stage: Stage, delivery: str, code: str
) -> None:
    stage.sells_on((stage.lamp, 1), (stage.mug, 2), delivery=delivery)
    assert stage.states() == {"Alfa": "held", "Bravo": "held"}
    assert stage.obstacles() == {code}
    assert not stage.alfa.orders


def test_a_pickup_as_shopify_tells_it_is_held(stage: Stage) -> None:
    body: dict[str, Any] = json.loads((ODD / "local_pickup.json").read_bytes())
    body["line_items"][0] |= {"variant_id": stage.lamp.id, "product_id": stage.lamp.product.id}
    assert post(stage.house, body).status_code == 200
    stage.house.turn()
    assert stage.states() == {"Alfa": "held"}
    assert stage.obstacles() == {"pickup_held"}
    body |= {"shipping_lines": [], "updated_at": "2026-11-28T09:10:00-05:00"}
    assert post(stage.house, body, topic="orders/updated").status_code == 200
    stage.house.turn()
    assert "no_address" in stage.obstacles() or "pickup_held" in stage.obstacles()
    assert stage.states() == {"Alfa": "held"}


@pytest.mark.parametrize(
    ("delivery", "word"), [("PICK_UP", "Local pickup"), ("LOCAL", "Local delivery")]
)
def test_a_merchant_may_let_them_go_and_the_vendor_is_told_the_method(
    stage: Stage, delivery: str, word: str
) -> None:
    stage.house.set(hold_local_delivery=False)
    stage.sells_on((stage.lamp, 1), delivery=delivery)
    assert stage.states() == {"Alfa": "pushed"}
    (order,) = stage.alfa.orders.values()
    assert dict(order.attributes)["Delivery method"].startswith(word)


def test_one_vendor_may_get_them(stage: Stage) -> None:
    with stage.house.unit() as session:
        merchant = stage.house.one(session, Merchant, shop=HARBOUR)
        alfa = stage.house.one(session, Vendor, name="Alfa")
        values: dict[str, settings.Value | None] = {"hold_local_delivery": False}
        settings.change(session, merchant, values, by="me", now=clock.now(), vendor=alfa)
    stage.sells_on((stage.lamp, 1), (stage.mug, 1), delivery="PICK_UP")
    assert stage.states() == {"Alfa": "pushed", "Bravo": "held"}


def test_an_order_without_an_address_is_held_until_it_has_one(stage: Stage) -> None:
    order = stage.sells_on((stage.lamp, 1), address={})
    assert stage.states() == {"Alfa": "held"}
    assert stage.obstacles() == {"no_address"}
    stage.house.clock.advance(60)
    stage.people.merchant.changes(HARBOUR, order.name, shipping_address=ADDRESS)
    stage.house.turn()
    assert stage.states() == {"Alfa": "pushed"}


ADDRESS = {"address1": "1 Main St", "city": "Ottawa", "zip": "K1A 0A1", "country_code": "CA"}


def test_what_needs_no_shipping_needs_no_address(stage: Stage) -> None:
    card = stage.harbour.sells("CARD", "Gift card", "25.00", vendor="Alfa", requires_shipping=False)
    stage.sells_on((card, 1), address={})
    assert stage.states() == {"Alfa": "skipped"}
    assert "no_address" not in stage.obstacles()


def test_a_later_body_that_tells_no_method_takes_back_none(stage: Stage) -> None:
    """Fulfilment orders told it; bodies of webhooks do not."""
    named = [{"title": "Bike courier", "code": "bike", "priceSet": FREE}]
    order = stage.sells_unheard((stage.lamp, 1), delivery="LOCAL", shippingLines=named)
    assert stage.obstacles() == {"local_held"}
    stage.house.world.deliveries.drop = 0.0
    stage.house.clock.advance(60)
    stage.people.merchant.changes(HARBOUR, order.name, note="Ring twice")
    stage.house.turn()
    assert stage.states() == {"Alfa": "held"}
    assert stage.obstacles() == {"local_held"}
    assert stage.house.orders()[0].snapshot["note"] == "Ring twice"


def test_an_edit_leaves_the_method_in_the_vendors_order(stage: Stage) -> None:
    stage.house.set(hold_local_delivery=False)
    order = stage.sells_on((stage.lamp, 1), delivery="LOCAL")
    stage.people.merchant.changes(HARBOUR, order, note="Ring twice")
    stage.house.turn()
    stage.house.later(BURST)
    (there,) = stage.alfa.orders.values()
    assert there.note == "Ring twice"
    assert dict(there.attributes)["Delivery method"].startswith("Local delivery")
