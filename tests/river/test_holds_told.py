"""A hold, its release and a new risk are acted on as soon as the shop tells of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stores import fulfilment_order_in, webhooks
from tests.house import ALFA, HARBOUR
from tests.river.stage import Stage
from tests.river.test_webhooks import post


@pytest.fixture
def careful(stage: Stage) -> Stage:
    """A merchant who holds risky orders, in a shop whose holds change no order's own time."""
    stage.house.set(fraud_hold=True)
    stage.harbour.holds_update_orders = False
    return stage


def test_a_released_order_goes_at_once(careful: Stage) -> None:
    order = careful.buys((careful.lamp, 1))
    careful.people.merchant.holds(HARBOUR, order)
    careful.house.turn()
    assert careful.obstacles() == {"on_hold"}
    careful.house.clock.advance(1)
    careful.people.merchant.releases(HARBOUR, order)
    careful.house.turn()
    assert careful.states() == {"Alfa": "pushed"}


def test_a_hold_that_comes_before_the_push_stops_it(careful: Stage) -> None:
    order = careful.sells_on((careful.lamp, 1), paid=False)
    careful.people.merchant.holds(HARBOUR, order)
    careful.house.turn()
    assert "on_hold" in careful.obstacles()


def test_a_risk_that_is_judged_high_holds_the_order_at_once(careful: Stage) -> None:
    order = careful.buys((careful.lamp, 1))
    careful.people.merchant.assesses(HARBOUR, order, "PENDING")
    careful.house.turn()
    assert careful.obstacles() == {"risk_pending"}
    careful.people.merchant.assesses(HARBOUR, order, "LOW")
    careful.house.turn()
    assert careful.states() == {"Alfa": "pushed"}


def test_a_parcel_that_waits_for_a_release_goes_home_with_it(careful: Stage) -> None:
    order = careful.sells_on((careful.lamp, 1))
    careful.people.merchant.holds(HARBOUR, order)
    careful.house.turn()
    careful.people.vendor.ships(ALFA, careful.only(careful.alfa.orders), number="1Z")
    careful.house.turn()
    assert not order.fulfillments
    careful.people.merchant.releases(HARBOUR, order)
    careful.house.turn()
    assert [parcel.tracking[0].number for parcel in order.fulfillments] == ["1Z"]


GID = "gid://shopify/FulfillmentOrder/"
BODIES: list[tuple[dict[str, Any] | list[int] | None, str]] = [
    ({"fulfillment_order": {"id": f"{GID}12", "status": "open"}}, "12"),
    ({"original_fulfillment_order": {"id": f"{GID}13"}}, "13"),
    ({"fulfillment_order_merges": {"fulfillment_order": {"id": f"{GID}14"}}}, "14"),
    ({"fulfillment_order": {"id": 15}}, "15"),
    ({"fulfillment_order": {"id": "gid://shopify/FulfillmentOrder/x' OR 1"}}, ""),
    ({"fulfillment_order": None}, ""),
    ({"fulfillment_order": [1]}, ""),
    ({}, ""),
    ([1], ""),
]


@pytest.mark.parametrize(("body", "number"), BODIES)
def test_a_body_names_its_fulfilment_order_or_none(body: Any, number: str) -> None:
    assert fulfilment_order_in("shopify", json.dumps(body).encode()) == number
    assert fulfilment_order_in("woocommerce", json.dumps(body).encode()) == ""


@pytest.mark.parametrize(
    "topic",
    ["fulfillment_orders/moved", "fulfillment_orders/split", "fulfillment_holds/released"],
)
def test_news_of_an_unknown_fulfilment_order_does_nothing(stage: Stage, topic: str) -> None:
    stage.sells_on((stage.lamp, 1))
    body = {"fulfillment_order": {"id": f"{GID}987654"}}
    assert webhooks("shopify").kind_of(topic) == "order"
    assert post(stage.house, body, topic=topic).status_code == 200
    stage.house.turn()
    assert stage.states() == {"Alfa": "pushed"}
    assert not stage.house.messages("whose")
