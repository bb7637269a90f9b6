"""Which pieces of which fulfilment orders people mean when they name pieces of an order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sandbox.finding import find_line
from sandbox.shopify.fulfilment import Fulfillment, FulfillmentOrder, FulfillmentOrderLine, Tracking
from sandbox.shopify.order import Line, Order

if TYPE_CHECKING:
    from sandbox.shopify.shop import Shop

Pieces = Mapping[str, int] | None


def open_pieces(
    order: Order, lines: Pieces
) -> list[tuple[FulfillmentOrder, dict[FulfillmentOrderLine, int]]]:
    """Of each open fulfilment order what is named; None: all that remains."""
    left = None if lines is None else {find_line(order, key): n for key, n in lines.items()}
    found = []
    for each in [each for each in order.fulfillment_orders if each.status == "OPEN"]:
        named = _take(each, left)
        if named:
            found.append((each, {one: named[one.gid] for one in each.lines if one.gid in named}))
    return found


def ship(shop: Shop, order: Order, lines: Pieces, tracking: list[Tracking]) -> list[Fulfillment]:
    left = None if lines is None else {find_line(order, key): n for key, n in lines.items()}
    parcels: dict[tuple[int, str], list[tuple[FulfillmentOrder, dict[str, int]]]] = {}
    for each in order.fulfillment_orders:
        pieces = _take(each, left) if "CREATE_FULFILLMENT" in each.actions else {}
        if pieces:
            place = (each.location.id, each.delivery)
            parcels.setdefault(place, []).append((each, pieces))
    if not parcels or (left and any(left.values())):
        raise LookupError(f"not that much of {order.name} is left to ship")
    return [shop.lifecycle.fulfil(wanted, tracking) for wanted in parcels.values()]


def _take(fulfillment_order: FulfillmentOrder, left: dict[Line, int] | None) -> dict[str, int]:
    """Pieces of this fulfilment order that go into the parcel; counts ``left`` down."""
    taken = {}
    for each in fulfillment_order.lines:
        wanted = each.remaining if left is None else min(left.get(each.line, 0), each.remaining)
        if wanted:
            taken[each.gid] = wanted
        if left and wanted:
            left[each.line] -= wanted
    return taken
