"""What people name: shops by domain, orders by name or id, lines by SKU, parcels by id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.shopify.catalogue import Variant
from sandbox.shopify.fulfilment import Fulfillment
from sandbox.shopify.ids import number_of
from sandbox.shopify.order import Line, Order

if TYPE_CHECKING:
    from sandbox.shopify.shop import Shop
    from sandbox.world import World

OrderId = int | str | Order
"""An id, a gid, a name, or the order itself."""
ParcelId = int | str


def find_shop(world: World, domain: str | Shop) -> Shop:
    if not isinstance(domain, str):
        return domain
    if domain not in world.shops:
        raise LookupError(f"no shop {domain!r}")
    return world.shops[domain]


def find_order(shop: Shop, order: OrderId) -> Order:
    if isinstance(order, Order):
        return order
    text = str(order)
    number = number_of(text, "Order") or (int(text) if text.isdecimal() else 0)
    found = shop.orders.get(number)
    found = found or next((each for each in shop.orders.values() if each.name == text), None)
    if found is None:
        raise LookupError(f"no order {order!r} in {shop.domain}")
    return found


def find_line(order: Order, key: str) -> Line:
    """By line id, gid or SKU."""
    for line in order.lines:
        if str(key) in (str(line.id), line.gid, line.sku):
            return line
    raise LookupError(f"no line {key!r} in {order.name}")


def find_variant(shop: Shop, what: Variant | str) -> Variant:
    if isinstance(what, Variant):
        return what
    for variant in shop.variants.values():
        if what in (variant.sku, variant.gid):
            return variant
    raise LookupError(f"{shop.domain} does not sell {what!r}")


def find_parcel(order: Order, parcel: ParcelId | None) -> Fulfillment:
    if not order.fulfillments:
        raise LookupError(f"nothing of {order.name} has shipped")
    if parcel is None:
        return order.fulfillments[-1]
    for each in order.fulfillments:
        if str(parcel) in (str(each.id), each.gid):
            return each
    raise LookupError(f"no parcel {parcel!r} in {order.name}")
