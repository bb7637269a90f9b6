"""Refunds of a vendor's order: recorded only, since the payment was made elsewhere. Nothing here is
idempotent, so our key stands in the refund's reason and is looked for first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from stores import boundary, differences
from stores.base import Refund, Refunded, StoreRefused, What
from stores.money import Gross, tax_sum, to_text
from stores.texts import _
from stores.woocommerce import answers
from stores.woocommerce.answers import Item, Order
from stores.woocommerce.client import Client, not_understood
from stores.woocommerce.compose import SHIPPING, TAX
from stores.woocommerce.standing import (
    NONE,
    Returned,
    content,
    must_stand,
    refunds,
    returned,
    to_amount,
)


def refund_order(client: Client, order_id: str, refund: Refund) -> Refunded:
    order = must_stand(client, order_id)
    before = refunds(client, order, fresh=True)
    for made in before:
        if made.reason.endswith(f"[{refund.key}]"):
            return _refunded(made, order, refund.amount)
    standing = content(order, {}, ())
    amount = refund.amount
    if amount is None:
        amount = Gross(standing.total - standing.refunded)
    lines = list(_lines(order, returned(order, before), refund))
    if not (amount or lines):
        raise StoreRefused(_("There is nothing left to refund in this store."))
    answer = client.post(
        f"orders/{order.id}/refunds",
        {
            "amount": to_text(amount, order.currency),
            "reason": f"{refund.reason} [{refund.key}]".strip(),
            "line_items": lines,
            "api_refund": False,
            "api_restock": refund.restock,
        },
    )
    try:
        made = boundary.read(answers.Refund, answer)
    except boundary.Unreadable:
        raise not_understood(writing=True) from None
    return _refunded(made, order, amount)


def _refunded(made: answers.Refund, order: Order, asked: Gross | None) -> Refunded:
    """As the store tells it, compared with what was ``asked``; None: that is not known."""
    back = Gross(to_amount(made.amount, order))
    differs = (
        ()
        if asked is None
        else differences.of_amounts(
            What.REFUND,
            asked,
            back,
            order.currency,
            decimals=differences.decimals_of(made.amount),
            items=1,
        )
    )
    return Refunded(made.id, back, differences=tuple(differs))


def _lines(order: Order, back: Mapping[int, Returned], refund: Refund) -> Iterator[dict[str, Any]]:
    """The items, each with what its pieces cost, and the fee that holds their tax."""
    whole = refund.amount is None
    wanted = dict(refund.lines)
    for item in order.line_items:
        gone = back.get(item.id, NONE)
        here = item.quantity - gone.pieces
        everything = whole and not refund.lines
        pieces = here if everything else min(wanted.get(item.key, 0), here)
        if pieces <= 0:
            continue
        if not everything:
            wanted[item.key] -= pieces
        left = to_amount(item.total, order) - gone.amount
        cost = _cost(refund, item, left, pieces, here)
        share = to_text(cost, order.currency)
        yield {"id": item.id, "quantity": pieces, "refund_total": float(share)}
    if any(wanted.values()):
        raise StoreRefused(_("More pieces are to be refunded than the order has."))
    yield from _fees(order, back, refund)


def _cost(refund: Refund, item: Item, left: int, pieces: int, here: int) -> int:
    """As it was agreed on where that is all of the line's pieces in one item, else in proportion to
    what is ``left`` of the item."""
    if pieces == here and refund.amount is None:
        return left
    agreed = refund.worth.get(item.key)
    if agreed is not None and pieces == refund.lines.get(item.key):
        return min(agreed.net, left)
    return round(Fraction(left * pieces, here))


def _fees(order: Order, back: Mapping[int, Returned], refund: Refund) -> Iterator[dict[str, Any]]:
    """The tax of the pieces; of all that is left, all fees of ours."""
    tax = tax_sum(each.tax for each in refund.worth.values())
    for fee in order.fee_lines:
        left = to_amount(fee.total, order) - back.get(fee.id, NONE).amount
        cost = min(tax, left) if fee.name == TAX else 0
        if refund.amount is None and fee.name in (TAX, SHIPPING):
            cost = left
        if cost > 0:
            yield {"id": fee.id, "refund_total": float(to_text(cost, order.currency))}
