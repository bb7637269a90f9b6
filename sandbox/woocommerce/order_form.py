"""A create or update of an order: the request's fields, then items, coupons, status, payment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.woocommerce import status, totals
from sandbox.woocommerce.answers import RestError
from sandbox.woocommerce.meta import write_meta
from sandbox.woocommerce.models import JSON, MetaList, Order
from sandbox.woocommerce.order_items import check_items, write_items
from sandbox.woocommerce.php import leading_int, text_of, truth

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore

LENGTHS = {"transaction_id": 100, "created_via": 100, "customer_note": 65_535}
"""Longer values are cut without an error (database columns, 10.5.0)."""
LONGEST_EMAIL = 320
PLAIN = ("currency", "payment_method", "payment_method_title", "transaction_id", "customer_note")
RECALCULATING = ("billing", "shipping", "line_items", "shipping_lines", "fee_lines", "coupon_lines")
KEY_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def create(store: WooStore, body: JSON) -> Order:
    order = Order(
        id=0,
        key=f"wc_order_{''.join(store.world.random.choices(KEY_LETTERS, k=13))}",
        created=store.now(),
        currency=store.currency,
        meta=MetaList(store.ids),
    )
    if store.at_least(9, 9) and body.get("created_via"):
        order.created_via = body["created_via"][: LENGTHS["created_via"]]
    _write_fields(store, order, body)
    order.id = store.ids.take("post")
    store.orders[order.id] = order
    totals.calculate(store, order)
    _refuse_coupons(order, body)
    _settle(store, order, body, new=True)
    return order


def update(store: WooStore, order: Order, body: JSON) -> None:
    """Even an empty body moves ``date_modified``."""
    _write_fields(store, order, body)
    if any(body.get(name) is not None for name in RECALCULATING):
        totals.calculate(store, order)
    _refuse_coupons(order, body)
    _settle(store, order, body, new=False)


def _write_fields(store: WooStore, order: Order, body: JSON) -> None:
    _check_customer(body)
    check_items(store, order, body)
    for name in PLAIN:
        if body.get(name) is not None:
            setattr(order, name, body[name][: LENGTHS.get(name)])
    _write_address(order.billing, body.get("billing"))
    _write_address(order.shipping, body.get("shipping"))
    write_items(store, order, body)
    write_meta(order.meta, body.get("meta_data"))


def _check_customer(body: JSON) -> None:
    """This store has no customer accounts: every id but 0 is unknown."""
    if leading_int(body.get("customer_id")):
        raise RestError("woocommerce_rest_invalid_customer_id", "Customer ID is invalid.")


def _write_address(address: dict[str, str], posted: JSON | None) -> None:
    """Only the fields that were sent change; an e-mail that does not fit becomes empty."""
    for name, value in (posted or {}).items():
        if name in address:
            text = text_of(value)
            address[name] = "" if name == "email" and len(text) > LONGEST_EMAIL else text


def _refuse_coupons(order: Order, body: JSON) -> None:
    """No coupon exists here. The order that was to get it stays behind as a draft."""
    for coupon in body.get("coupon_lines") or []:
        code = text_of(coupon.get("code")).lower()
        message = f"Coupon &quot;{code}&quot; cannot be applied because it does not exist."
        if order.stock_reduced or order.status != "pending":
            raise RestError("woocommerce_rest_invalid_coupon", message)
        order.status = "checkout-draft"
        raise RestError("woocommerce_rest_invalid_coupon", message, new_draft_order_id=order.id)


def _settle(store: WooStore, order: Order, body: JSON, *, new: bool) -> None:
    was_trashed = order.status == "trash"
    if body.get("status"):
        status.move(store, order, body["status"])
    if truth(body.get("set_paid")) and (new or status.needs_payment(store, order)):
        status.pay(store, order)
    order.modified = store.now()
    if new:
        store.emit("order.created", order.id)
    if not was_trashed:
        store.emit("order.updated", order.id)
