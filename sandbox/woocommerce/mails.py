"""Notes that tell of the mails a store sent (seen on 10.9.2, not on 10.5.0). No mail is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.woocommerce.models import Order

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore

NOTED_SINCE = (10, 6)
TO_VENDOR = "New order"
BY_STATUS = {
    "processing": "Processing order",
    "on-hold": "Order on-hold",
    "completed": "Completed order",
    "failed": "Failed order",
}
"""To the buyer. Only the first of these statuses tells the vendor of a new order too."""


def status_changed(store: WooStore, order: Order, before: str) -> None:
    name = BY_STATUS.get(order.status)
    if name is None:
        return
    if before in ("pending", "failed") and order.status != "failed":
        _note(store, order, TO_VENDOR)
    if order.billing["email"]:
        _note(store, order, name)


def refunded(store: WooStore, order: Order) -> None:
    if order.billing["email"]:
        _note(store, order, "Refunded order")


def _note(store: WooStore, order: Order, name: str) -> None:
    if store.at_least(*NOTED_SINCE):
        store.add_note(order, f'Email "{name}" sent.')
