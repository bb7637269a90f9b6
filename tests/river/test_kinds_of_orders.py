"""Subscriptions, bundles, exchanges, tips, duties, foreign currencies, mixed carts: each is pushed
for what the vendor has to ship, and its money adds up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.river.stage import Stage
from tests.river.test_webhooks import post

KINDS = Path(__file__).parent.parent / "bodies" / "shopify" / "kinds"
WORTH = {
    "subscription_contract": ("35.00", 0),
    "bundle": ("65.00", 0),
    "exchange": ("35.00", 0),
    "tip": ("34.55", 345),
    "duties": ("35.00", 620),
    "presentment_currency": ("38.00", 0),
    "mixed_cart": ("35.00", 0),
}
"""What Alfa's order is worth, and what stays the merchant's own, in cents. Shipping is shared by
what all items cost, a tip among them."""


def hear(stage: Stage, kind: str, **more: Any) -> None:
    body: dict[str, Any] = json.loads((KINDS / f"{kind}.json").read_bytes())
    for line in body["line_items"]:
        if line["variant_id"]:
            line["variant_id"], line["product_id"] = stage.lamp.id, stage.lamp.product.id
    assert post(stage.house, {**body, **more}).status_code == 200
    stage.house.turn()


def test_every_fixture_is_tried() -> None:
    assert {path.stem for path in KINDS.glob("*.json")} == set(WORTH)


@pytest.mark.parametrize("kind", WORTH)
def test_every_kind_of_order_is_pushed_for_what_it_is_worth(stage: Stage, kind: str) -> None:
    hear(stage, kind)
    assert stage.states() == {"Alfa": "pushed"}
    (made,) = stage.alfa.orders.values()
    (order,) = stage.house.orders()
    worth, own = WORTH[kind]
    assert f"{made.price:.2f}" == worth
    assert order.own_share == own
    assert order.own_share + stage.house.part().share == order.total


def test_an_exchange_pushes_the_new_item_alone(stage: Stage) -> None:
    hear(stage, "exchange")
    (made,) = stage.alfa.orders.values()
    assert [line.quantity for line in made.lines] == [1]


def test_a_bundle_pushes_its_parts_at_what_they_cost(stage: Stage) -> None:
    hear(stage, "bundle")
    (made,) = stage.alfa.orders.values()
    assert sorted(str(line.price) for line in made.lines) == ["30.00", "30.00"]


def test_an_order_of_which_nothing_can_be_fulfilled_is_skipped(stage: Stage) -> None:
    """Shopify then shows it as FULFILLMENT_NOT_REQUIRED."""
    stage.sells_unheard((stage.lamp, 1), fulfillable=False)
    assert stage.harbour.orders
    assert stage.states() == {"Alfa": "skipped"}
    assert stage.obstacles() == {"nothing_left_to_ship"}


def test_a_tip_beside_goods_is_the_merchants_own(stage: Stage) -> None:
    tip = stage.harbour.sells("TIP", "Tip", "3.00", vendor="", requires_shipping=False)
    stage.sells_on((stage.lamp, 1), (tip, 1))
    assert stage.states() == {"Alfa": "pushed"}
    assert stage.house.orders()[0].own_share == 300
