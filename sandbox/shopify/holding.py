"""Fulfilment orders that are put on hold and let go again (Shopify 2026-10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.shopify import fulfilment_bodies as told
from sandbox.shopify.fulfilment import FulfillmentOrder, Hold

if TYPE_CHECKING:
    from sandbox.shopify.lifecycle import Lifecycle


def hold(life: Lifecycle, fulfillment_order: FulfillmentOrder, reason: str = "OTHER") -> None:
    """Each hold is told of; that the fulfilment order is on hold now, only with the first."""
    first, made = not fulfillment_order.holds, Hold(next(life.shop.world.ids), reason)
    fulfillment_order.holds.append(made)
    fulfillment_order.status = "ON_HOLD"
    about = {"fulfillment_holds/added": told.hold_changed(fulfillment_order, made)}
    if first:
        body = told.placed_on_hold(fulfillment_order, made)
        about["fulfillment_orders/placed_on_hold"] = body
    _announce(life, fulfillment_order, about)


def release(life: Lifecycle, fulfillment_order: FulfillmentOrder) -> None:
    """All holds at once: each is told of, the fulfilment order once."""
    gone = fulfillment_order.holds
    fulfillment_order.holds, fulfillment_order.status = [], "OPEN"
    for each in gone:
        about = {"fulfillment_holds/released": told.hold_changed(fulfillment_order, each)}
        life.tell(fulfillment_order.order, *about, about=about)
    body = told.hold_released(fulfillment_order)
    _announce(life, fulfillment_order, {"fulfillment_orders/hold_released": body})


def _announce(
    life: Lifecycle, fulfillment_order: FulfillmentOrder, about: Mapping[str, dict[str, Any]]
) -> None:
    say = life.announce if life.shop.holds_update_orders else life.tell
    say(fulfillment_order.order, *about, about=about)
