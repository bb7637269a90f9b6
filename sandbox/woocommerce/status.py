"""What a change of status brings: dates, stock, notes, a refund. Any status may follow any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.woocommerce import mails, stock, totals, versions
from sandbox.woocommerce.models import MetaList, Order, Refund

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore

STATUSES = {
    "pending": "Pending payment",
    "processing": "Processing",
    "on-hold": "On hold",
    "completed": "Completed",
    "cancelled": "Cancelled",
    "refunded": "Refunded",
    "failed": "Failed",
    "checkout-draft": "Draft",
}
UNPAID = ("pending", "on-hold", "failed", "cancelled")
CASH_ON_DELIVERY = "cod"


def needs_processing(store: WooStore, order: Order) -> bool:
    """Lines of products the store does not know do not count, downloads neither."""
    products = (store.products.get(item.stock_id) for item in order.of("line"))
    return any(each and not (each.virtual and each.downloadable) for each in products)


def needs_payment(store: WooStore, order: Order) -> bool:
    return order.status in ("pending", "failed") and totals.total_of(store, order) > 0


def is_editable(order: Order) -> bool:
    return order.status in ("pending", "on-hold", "auto-draft")


def pay(store: WooStore, order: Order) -> None:
    """``set_paid``: to processing, or completed when nothing needs a hand (or it is "cod")."""
    if order.status not in UNPAID:
        return
    order.paid = order.paid or store.now()
    before = order.status
    done = order.payment_method == CASH_ON_DELIVERY or not needs_processing(store, order)
    order.status = "completed" if done else "processing"
    store.add_note(order, "Payment complete.")
    _arrived(store, order)
    mails.status_changed(store, order, before)


def move(store: WooStore, order: Order, status: str) -> None:
    if order.status == status:
        return
    before = order.status
    names = {**store.statuses, "trash": "Trash"}
    store.add_note(order, f"Order status changed from {names[order.status]} to {names[status]}.")
    order.status = status
    _arrived(store, order)
    mails.status_changed(store, order, before)


def _arrived(store: WooStore, order: Order) -> None:
    if order.status in ("processing", "completed"):
        order.paid = order.paid or store.now()
        if "fulfillments" in store.plugins:
            order.meta.put("_auto_fulfill_processed", "1")
    if order.status == "completed":
        order.completed = store.now()
    if order.status == "refunded" and totals.remaining(store, order) > 0:
        record_refund(store, order, "Order fully refunded.")
    stock.follow_status(store, order)


def record_refund(store: WooStore, order: Order, reason: str) -> Refund:
    """A refund of all that is left, without lines and without stock."""
    refund = Refund(
        id=store.ids.take("post"),
        order_id=order.id,
        amount=totals.remaining(store, order),
        reason=reason,
        created=store.now(),
        meta=MetaList(store.ids),
    )
    if store.at_least(*versions.REFUND_KIND):
        refund.meta.put("_refund_type", "full")
    order.refunds.append(refund)
    return refund
