"""When an order takes stock and when it gives it back. Nothing is ever refused for lack of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.woocommerce.models import Item, Order, Product

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore

TAKING = ("processing", "on-hold", "completed")
GIVING_BACK = ("cancelled", "pending")
REDUCED, RESTOCKED = "_reduced_stock", "_restock_refunded_items"


def follow_status(store: WooStore, order: Order) -> None:
    if order.status in TAKING and not order.stock_reduced:
        _take(store, order)
    elif order.status in GIVING_BACK and order.stock_reduced:
        for item in order.of("line"):
            give_back(store, item)
        order.stock_reduced = False


def _take(store: WooStore, order: Order) -> None:
    changes = []
    for item in order.of("line"):
        product = store.stocked(item)
        if product is None:
            continue
        before = product.stock or 0
        item.meta.put(REDUCED, str(item.quantity))
        product.sales += item.quantity
        move(store, product, -item.quantity)
        changes.append(f"{item.name} ({before}&rarr;{product.stock})")
    order.stock_reduced = True
    if changes:
        store.add_note(order, f"Stock levels reduced: {', '.join(changes)}")


def give_back(store: WooStore, item: Item) -> None:
    product, reduced = store.stocked(item), item.meta.get(REDUCED)
    if product and reduced:
        move(store, product, int(reduced))
    item.meta.drop(REDUCED)


def follow_quantity(store: WooStore, order: Order, item: Item) -> None:
    """A line of an order that holds stock was added or its quantity changed."""
    product = store.stocked(item)
    if order.status not in TAKING or not order.stock_reduced or product is None:
        return
    before = int(item.meta.get(REDUCED, "0"))
    wanted = item.quantity - int(item.meta.get(RESTOCKED, "0"))
    if wanted != before:
        move(store, product, before - wanted)
        item.meta.put(REDUCED, str(wanted))


def restock_refunded(store: WooStore, item: Item, quantity: int) -> None:
    """A refund gives pieces back, and a later cancellation no longer does."""
    product, reduced = store.stocked(item), item.meta.get(REDUCED)
    if product and reduced:
        move(store, product, quantity)
        item.meta.put(REDUCED, str(int(reduced) - quantity))
        item.meta.put(RESTOCKED, str(int(item.meta.get(RESTOCKED, "0")) + quantity))


def move(store: WooStore, product: Product, by: int) -> None:
    product.stock = (product.stock or 0) + by
    store.touch_product(product)
