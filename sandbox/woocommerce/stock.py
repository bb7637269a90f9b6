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
        _give_all_back(store, order)


def _give_all_back(store: WooStore, order: Order) -> None:
    changes = []
    for item in order.of("line"):
        product = store.stocked(item)
        before = product.stock or 0 if product else 0
        give_back(store, item)
        if product and product.stock != before:
            changes.append(_change(store, product, before))
    order.stock_reduced = False
    if changes:
        store.add_note(order, f"Stock levels increased: {', '.join(changes)}")


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
        changes.append(_change(store, product, before))
    order.stock_reduced = True
    if changes:
        store.add_note(order, f"Stock levels reduced: {', '.join(changes)}")


def _change(store: WooStore, product: Product, before: int) -> str:
    name = store.full_name(product)
    if store.at_least(9, 0):
        return f"{name} ({before}&rarr;{product.stock})"
    options = '<span class="description"></span>' if product.parent_id else ""
    return f"{name} ({product.sku}){options} {before}&rarr;{product.stock}"


def give_back(store: WooStore, item: Item) -> None:
    """A "0", left by a refund that gave all back, stays."""
    product, reduced = store.stocked(item), int(item.meta.get(REDUCED, "0"))
    if product and reduced:
        move(store, product, reduced)
        item.meta.drop(REDUCED)


def follows_edits(store: WooStore) -> bool:
    """REST moves stock with line edits since 9.4.3; 8.2.2 and 8.9.5 leave it as it was."""
    return store.at_least(9, 4, 3)


def follow_quantity(store: WooStore, order: Order, item: Item) -> None:
    """A line of an order that holds stock was added or its quantity changed."""
    product = store.stocked(item)
    if not (order.status in TAKING and order.stock_reduced and follows_edits(store)):
        return
    if product is None:
        return
    before = int(item.meta.get(REDUCED, "0"))
    wanted = item.quantity - int(item.meta.get(RESTOCKED, "0"))
    if wanted != before:
        stood = product.stock
        move(store, product, before - wanted)
        item.meta.put(REDUCED, str(wanted))
        text = f"Adjusted stock: {item.name} ({stood}&rarr;{product.stock})"
        store.add_note(order, text).author = "admin"


def restock_refunded(store: WooStore, order: Order, item: Item, quantity: int) -> None:
    """A refund gives pieces back, and a later cancellation no longer does."""
    product, reduced = store.stocked(item), item.meta.get(REDUCED)
    if product and reduced:
        stood = product.stock
        move(store, product, quantity)
        text = f"Item #{product.id} stock increased from {stood} to {product.stock}."
        store.add_note(order, text)
        item.meta.put(REDUCED, str(int(reduced) - quantity))
        item.meta.put(RESTOCKED, str(int(item.meta.get(RESTOCKED, "0")) + quantity))


def move(store: WooStore, product: Product, by: int) -> None:
    product.stock = (product.stock or 0) + by
    store.touch_product(product)
