"""Changing an order's lines (WooCommerce 10.5). The store moves the stock of a paid order with the
quantities and leaves all totals as they were, so each line goes with its own, and the fees that
hold shipping and tax with them. A line without id would be added at every PUT: what stands is read
first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from stores.base import ComposedLine, EditedLines, LineEdits, Parcel, StoreRefused
from stores.money import to_minor, to_text
from stores.woocommerce.answers import Order
from stores.woocommerce.client import Client
from stores.woocommerce.compose import SHIPPING, TAX, amounts, fee, line_item
from stores.woocommerce.standing import GONE, NONE, Returned, content, understood

PUT_BACK = "The store put the goods that were taken off back into stock."
NOT_MOVED = (
    "This version of WooCommerce moves no stock when items are edited: adjust the stock of what "
    "was added or taken off by hand."
)


def with_stock_told(told: EditedLines, moves: bool) -> EditedLines:
    """``moves``: whether the store's version moves stock with an edit (from 9.4 on)."""
    if moves:
        return told
    return replace(told, notes=(*(each for each in told.notes if each != PUT_BACK), NOT_MOVED))


def edit_lines(
    client: Client,
    order: Order,
    back: Mapping[int, Returned],
    parcels: tuple[Parcel, ...],
    edits: LineEdits,
) -> EditedLines:
    if order.status in (*GONE, "completed", "refunded"):
        raise StoreRefused(f"The order is {order.status}; its items stay as they are.")
    _must_not_have_left(order, back, parcels, edits)
    lines = [posted for line in edits.lines for posted in _line(order, back, line, edits)]
    fees = list(_fees(order, edits))
    edited = order
    if lines or fees:
        wanted = {"line_items": lines, "fee_lines": fees}
        edited = understood(client.put(f"orders/{order.id}", wanted), writing=True)
    told = EditedLines(tuple(_notes(order, edited, edits)))
    if edits.freight is None:
        return told
    return told.with_shipping(_freight(edited, edits), edits.freight.now, edits.currency)


def _must_not_have_left(
    order: Order, back: Mapping[int, Returned], parcels: tuple[Parcel, ...], edits: LineEdits
) -> None:
    standing = content(order, back, parcels)
    for line in edits.lines:
        before = standing.line(line.key)
        if before and line.quantity < before.shipped:
            raise StoreRefused(f"{before.shipped} of {line.title} have shipped; they stay.")


def _line(
    order: Order, back: Mapping[int, Returned], line: ComposedLine, edits: LineEdits
) -> Iterator[dict[str, Any]]:
    """What to post for one line. Refunded pieces stay in their item beside those still wanted."""
    items = [item for item in order.line_items if item.key == line.key]
    if not items:
        if line.quantity:
            yield line_item(
                line,
                edits.currency,
                taxes_included=edits.taxes_included,
                untaxed=_untaxed(order),
            )
        return
    first, *surplus = items
    gone = back.get(first.id, NONE)
    quantity = line.quantity + gone.pieces
    wanted = amounts(line, edits.currency, taxes_included=edits.taxes_included, more=gone.amount)
    if not quantity:
        yield {"id": first.id, "quantity": 0}
    elif (first.quantity, first.total) != (quantity, Decimal(wanted["total"])):
        yield {"id": first.id, "quantity": quantity, **wanted}
    for item in surplus:
        yield {"id": item.id, "quantity": 0}


def _untaxed(order: Order) -> str:
    """The class of the lines that we made; the order was sent with one that the store has."""
    return next((item.tax_class for item in order.line_items if item.key and item.tax_class), "")


def _fee(order: Order, name: str, wanted: int, currency: str) -> Iterator[dict[str, Any]]:
    standing = [each for each in order.fee_lines if each.name == name]
    if not standing:
        if wanted:
            yield fee(name, wanted, currency)
    elif to_minor(standing[0].total, currency) != wanted:
        yield {"id": standing[0].id, "total": to_text(wanted, currency)}


def _fees(order: Order, edits: LineEdits) -> Iterator[dict[str, Any]]:
    """A price of shipping that the vendor has made another keeps its tax too."""
    tax, freight = edits.tax, edits.freight
    if freight is not None and _freight(order, edits) in (freight.was, freight.now):
        yield from _fee(order, SHIPPING, freight.now, edits.currency)
    elif freight is not None:
        tax += freight.was_tax - freight.now_tax
    yield from _fee(order, TAX, tax, edits.currency)


def _freight(order: Order, edits: LineEdits) -> int:
    """What shipping costs there, without its tax."""
    fees = [each.total for each in order.fee_lines if each.name == SHIPPING]
    return to_minor(fees[0], edits.currency) if fees else 0


def _notes(order: Order, edited: Order, edits: LineEdits) -> Iterator[str]:
    before, after = _pieces(order), _pieces(edited)
    if not edits.restock and any(after[key] < pieces for key, pieces in before.items()):
        yield PUT_BACK
    mapped = {item.key: item.product_id for item in edited.line_items}
    for line in edits.lines:
        if line.variant_id and mapped.get(line.key) == 0:
            yield f"The product of {line.title} no longer exists; its stock is not lowered."


def _pieces(order: Order) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for item in order.line_items:
        found[item.key] += item.quantity
    return found
