"""Refunds of a vendor's order. The idempotency key guards a call that is repeated as it was; what
an earlier call has already changed is known again by our key in the refund's note."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stores.base import OutcomeUnknown, Refund, Refunded, StoreBusy, StoreRefused, What
from stores.differences import of_amounts
from stores.money import Gross, to_text
from stores.shopify import documents_after
from stores.shopify.answers import MadeRefund, RefundPayload
from stores.shopify.client import Client
from stores.shopify.ids import gid
from stores.shopify.standing import GONE, LineKeys, amount, standing
from stores.shopify.vendor_answers import RefundableOrder, StandingLine
from stores.texts import _

_PAYMENTS = ("SALE", "CAPTURE")


def refund_order(client: Client, order_id: str, refund: Refund) -> Refunded:
    order = _refundable(client, order_id)
    if before := _made_before(order, refund):
        return before
    node, lines = standing(client, order_id)
    items = list(_items(LineKeys(node), lines, refund))
    money, transactions = _money(order, refund, coins=len(lines))
    if not items and not money:
        raise StoreRefused(_("There is nothing left to refund in this store."))
    try:
        made = client.mutate(
            documents_after.REFUND,
            RefundPayload,
            input={
                "orderId": order.id,
                "note": _note(refund),
                "refundLineItems": items,
                "transactions": transactions,
            },
            key=f"{order_id}-{refund.key}",
        ).refund
    except StoreRefused as refused:
        return _explained(client, order_id, refund, refused)
    if made is None:
        raise OutcomeUnknown(_("Shopify did not name the refund it created."))
    return _refunded(made, order, refund, money)


def _refundable(client: Client, order_id: str) -> RefundableOrder:
    number = gid("Order", order_id)
    order = client.find(documents_after.REFUNDABLE, "order", RefundableOrder, id=number)
    if order is None:
        raise StoreRefused(GONE)
    return order


def _note(refund: Refund) -> str:
    return f"{refund.reason} [{refund.key}]".strip()


def _made_before(order: RefundableOrder, refund: Refund) -> Refunded | None:
    for made in order.refunds:
        if made.note.endswith(f"[{refund.key}]"):
            return _refunded(made, order, refund, None)
    return None


def _refunded(
    made: MadeRefund, order: RefundableOrder, refund: Refund, asked: Gross | None
) -> Refunded:
    """As the shop tells it, compared with what it was ``asked``; None: that is not known."""
    back = Gross(amount(made.total_refunded_set, order.currency_code))
    wanted = back if asked is None else asked
    differs = of_amounts(What.REFUND, wanted, back, order.currency_code, items=1)
    unpaid = _("The store never saw the payment, so no money went back.")
    return Refunded(made.number, back, () if back else (unpaid,), tuple(differs))


def _explained(client: Client, order_id: str, refund: Refund, refused: StoreRefused) -> Refunded:
    """A call with this key is under way or is over: its refund stands, or soon will."""
    if before := _made_before(_refundable(client, order_id), refund):
        return before
    if "idempotency" in refused.words.lower():
        raise StoreBusy(refused.words, 60) from refused
    raise refused


def _items(
    keys: LineKeys, lines: Sequence[StandingLine], refund: Refund
) -> Iterator[dict[str, Any]]:
    """Pieces that are still there go first, as cancelled; then those that left, as returned."""
    wanted = _wanted(keys, lines, refund)
    for away in (False, True):
        for line in lines:
            key = keys.of(line)
            left = line.unfulfilled_quantity
            here = line.current_quantity - left if away else left
            pieces = min(wanted.get(key, 0), here)
            if pieces > 0:
                wanted[key] -= pieces
                yield {
                    "lineItemId": line.id,
                    "quantity": pieces,
                    "restockType": _restock(refund, away=away),
                }
    if any(wanted.values()):
        raise StoreRefused(_("More pieces are to be refunded than the order has."))


def _wanted(keys: LineKeys, lines: Sequence[StandingLine], refund: Refund) -> dict[str, int]:
    if refund.lines or refund.amount is not None:
        return dict(refund.lines)
    everything: dict[str, int] = {}
    for line in lines:
        key = keys.of(line)
        everything[key] = everything.get(key, 0) + line.current_quantity
    return everything


def _restock(refund: Refund, *, away: bool) -> str:
    if not refund.restock:
        return "NO_RESTOCK"
    return "RETURN" if away else "CANCEL"


def _money(
    order: RefundableOrder, refund: Refund, *, coins: int
) -> tuple[Gross, list[dict[str, Any]]]:
    """What goes back and by which payments. Where nothing was ever paid here, nothing does; what an
    edit has added to a paid order is owed still, and pieces that go are set off against it. The
    shop prorates taxes in its own way, so a few ``coins`` are no debt."""
    left = _left(order)
    if not left:
        return Gross(0), []
    paid = sum(left.values())
    owed = amount(order.current_total_price_set, order.currency_code) - paid
    owed = owed if owed > coins else 0
    money = Gross(paid)
    if refund.amount is not None:
        money = Gross(max(refund.amount - owed, 0)) if refund.lines else refund.amount
    return money, list(_transactions(order, left, money))


def _left(order: RefundableOrder) -> Mapping[str, int]:
    """What of each payment has not gone back yet, by its id."""
    currency = order.currency_code
    done = [each for each in order.transactions if each.status == "SUCCESS"]
    left = {each.id: amount(each.amount_set, currency) for each in done if each.kind in _PAYMENTS}
    for each in done:
        parent = each.parent_transaction and each.parent_transaction.id
        if each.kind == "REFUND" and parent in left:
            left[parent] -= amount(each.amount_set, currency)
    return left


def _transactions(
    order: RefundableOrder, left: Mapping[str, int], money: Gross
) -> Iterator[dict[str, Any]]:
    """What is asked beyond all payments goes with the last one, for the store to refuse."""
    gateways = {each.id: each.gateway for each in order.transactions}
    rest: int = money
    for payment in left:
        last = payment == list(left)[-1]
        part = rest if last else min(rest, left[payment])
        rest -= part
        if part:
            yield {
                "orderId": order.id,
                "kind": "REFUND",
                "gateway": gateways[payment],
                "parentId": payment,
                "amount": to_text(part, order.currency_code),
            }
