"""Refunds of a vendor's order: recorded only, since the payment was made elsewhere. Nothing here is
idempotent, so our key stands in the refund's reason and is looked for first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stores import boundary
from stores.base import Refund, Refunded, StoreRefused
from stores.money import to_minor, to_text
from stores.texts import _
from stores.woocommerce import answers
from stores.woocommerce.answers import Order
from stores.woocommerce.client import Client, not_understood
from stores.woocommerce.standing import NONE, Returned, content, must_stand, refunds, returned


def refund_order(client: Client, order_id: str, refund: Refund) -> Refunded:
    order = must_stand(client, order_id)
    currency = order.currency
    for made in refunds(client, order):
        if made.reason.endswith(f"[{refund.key}]"):
            return Refunded(made.id, to_minor(made.amount, currency))
    standing = content(order, {}, ())
    left = standing.total - standing.refunded
    amount = left if refund.amount is None else refund.amount
    lines = list(_lines(order, returned(client, order), refund))
    if not (amount or lines):
        raise StoreRefused(_("There is nothing left to refund in this store."))
    answer = client.post(
        f"orders/{order.id}/refunds",
        {
            "amount": to_text(amount, currency),
            "reason": f"{refund.reason} [{refund.key}]".strip(),
            "line_items": lines,
            "api_refund": False,
            "api_restock": refund.restock,
        },
    )
    try:
        return Refunded(boundary.read(answers.Refund, answer).id, amount)
    except boundary.Unreadable:
        raise not_understood(writing=True) from None


def _lines(order: Order, back: Mapping[int, Returned], refund: Refund) -> Iterator[dict[str, Any]]:
    whole = refund.amount is None and not refund.lines
    wanted = dict(refund.lines)
    for item in order.line_items:
        gone = back.get(item.id, NONE)
        here = item.quantity - gone.pieces
        pieces = here if whole else min(wanted.get(item.key, 0), here)
        if pieces <= 0:
            continue
        if not whole:
            wanted[item.key] -= pieces
        left = to_minor(item.total, order.currency) - gone.amount
        share = to_text(left * pieces // here, order.currency)
        yield {"id": item.id, "quantity": pieces, "refund_total": float(share)}
    if any(wanted.values()):
        raise StoreRefused(_("More pieces are to be refunded than the order has."))
