"""Fulfilment orders that change after their order was placed: moved, split, merged (Shopify
2026-10). Whoever kept the ids of before holds some that are closed, or have fewer pieces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sandbox.shopify import fulfilment_bodies as told
from sandbox.shopify.catalogue import Location
from sandbox.shopify.fulfilment import FulfillmentOrder, FulfillmentOrderLine, Refusal
from sandbox.shopify.order import Line, Order

if TYPE_CHECKING:
    from sandbox.shopify.lifecycle import Lifecycle

Pieces = Mapping[FulfillmentOrderLine, int]


def move(
    life: Lifecycle, fulfillment_order: FulfillmentOrder, to: Location, pieces: Pieces
) -> None:
    """Whole, it goes as it is. In part, or where some of it has left, or where the location has
    another open one of the order, the pieces go as a new one."""
    if "MOVE" not in fulfillment_order.actions:
        raise Refusal("Fulfillment order cannot be moved.", ["id"])
    order = fulfillment_order.order
    whole = all(each.total == pieces.get(each, 0) for each in fulfillment_order.lines)
    shared = any(each.location is to and each.actions for each in order.fulfillment_orders)
    if whole and not shared:
        source = fulfillment_order.location
        fulfillment_order.location, fulfillment_order.updated_at = to, life.shop.now()
        made = fulfillment_order
    else:
        source = fulfillment_order.location
        made = _take_out(life, fulfillment_order, to, pieces)
    about = {"fulfillment_orders/moved": told.moved(fulfillment_order, made, source, pieces)}
    life.announce(order, *about, about=about)


def split(life: Lifecycle, fulfillment_order: FulfillmentOrder, pieces: Pieces) -> None:
    """The pieces go into a new one at the same location."""
    if "SPLIT" not in fulfillment_order.actions:
        raise Refusal("Fulfillment order cannot be split.", ["fulfillmentOrderSplits"])
    if all(each.remaining == pieces.get(each, 0) for each in fulfillment_order.lines):
        raise Refusal("Something must be left to split from.", ["fulfillmentOrderSplits"])
    made = _take_out(life, fulfillment_order, fulfillment_order.location, pieces)
    about = {"fulfillment_orders/split": told.split(fulfillment_order, made, pieces)}
    life.announce(fulfillment_order.order, *about, about=about)


def _take_out(
    life: Lifecycle, fulfillment_order: FulfillmentOrder, to: Location, pieces: Pieces
) -> FulfillmentOrder:
    order = fulfillment_order.order
    for each, count in pieces.items():
        each.remaining -= count
        each.total -= count
    fulfillment_order.settle(life.shop.now())
    taken = [(each.line, count) for each, count in pieces.items()]
    made = life.fulfillment_order(order, to, taken)
    order.fulfillment_orders.append(made)
    return made


def merge(life: Lifecycle, order: Order) -> None:
    """All open ones of a location and delivery method become a new one; they close."""
    at: dict[tuple[Location, str], list[FulfillmentOrder]] = defaultdict(list)
    for each in order.fulfillment_orders:
        if each.status == "OPEN":
            at[each.location, each.delivery].append(each)
    for (location, _), several in at.items():
        if len(several) > 1:
            left: dict[Line, int] = defaultdict(int)
            for one in [line for each in several for line in each.lines]:
                left[one.line] += one.remaining
                one.remaining = 0
            for each in several:
                each.settle(life.shop.now())
            made = life.fulfillment_order(order, location, left.items())
            order.fulfillment_orders.append(made)
            about = {"fulfillment_orders/merged": told.merged(made, several)}
            life.tell(order, *about, about=about)
    life.announce(order)
