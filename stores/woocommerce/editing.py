"""Changing an order's lines (WooCommerce 10.5). The store moves the stock of a paid order with the
quantities and leaves all totals as they were, so each line goes with its own, and the fees that
hold shipping and tax with them. A line without id would be added at every PUT: what stands is read
first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from stores import differences, sentences
from stores.base import (
    ComposedLine,
    Difference,
    EditedLines,
    LineEdits,
    Parcel,
    StoreRefused,
    What,
)
from stores.money import Gross, Net, Tax, to_text
from stores.texts import _
from stores.woocommerce.answers import Order, Refund
from stores.woocommerce.client import Client
from stores.woocommerce.compose import SHIPPING, TAX, amounts, fee, line_item
from stores.woocommerce.standing import (
    GONE,
    NONE,
    Returned,
    content,
    names_ours,
    returned,
    to_amount,
    understood,
)

PUT_BACK = _("The store put the goods that were taken off back into stock.")
NOT_MOVED = _(
    "This version of WooCommerce moves no stock when items are edited: the stock of what was added "
    "or taken off has to be adjusted there by hand."
)


def with_stock_told(told: EditedLines, moves: bool) -> EditedLines:
    """``moves``: whether the store's version moves stock with an edit (from 9.4 on)."""
    if moves:
        return told
    return replace(told, notes=(*(each for each in told.notes if each != PUT_BACK), NOT_MOVED))


def edit_lines(
    client: Client,
    order: Order,
    made: Sequence[Refund],
    parcels: tuple[Parcel, ...],
    edits: LineEdits,
) -> EditedLines:
    """``made`` are the refunds of the order."""
    back = returned(order, made)
    if order.status in (*GONE, "completed", "refunded"):
        raise StoreRefused(sentences.STATUS_STAYS % {"status": order.status})
    if order.line_items and not names_ours(order):
        raise StoreRefused(_("No item of the order is known to be ours; change it by hand."))
    _must_not_have_left(order, back, parcels, edits)
    lines = [posted for line in edits.lines for posted in _line(order, back, line, edits)]
    fees = list(_fees(order, back, edits))
    edited = order
    if lines or fees:
        wanted = {"line_items": lines, "fee_lines": fees}
        # By POST at once: repeated, a line without id would be added twice.
        edited = understood(client.post(f"orders/{order.id}", wanted), writing=True)
    differs = tuple(_differences(edited, made, edits))
    told = EditedLines(tuple(_notes(order, edited, edits)), differences=differs)
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
            raise StoreRefused(
                sentences.SHIPPED_STAYS % {"count": before.shipped, "title": line.title}
            )


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


def _fee(
    order: Order, back: Mapping[int, Returned], name: str, wanted: Net | Tax
) -> Iterator[dict[str, Any]]:
    """What was refunded of a fee stays in it, as with items."""
    standing = [each for each in order.fee_lines if each.name == name]
    if not standing:
        if wanted:
            yield fee(name, wanted, order.currency)
        return
    whole = wanted + back.get(standing[0].id, NONE).amount
    if to_amount(standing[0].total, order) != whole:
        yield {"id": standing[0].id, "total": to_text(whole, order.currency)}


def _fees(order: Order, back: Mapping[int, Returned], edits: LineEdits) -> Iterator[dict[str, Any]]:
    """A price of shipping that the vendor has made another keeps its tax too."""
    tax, freight = edits.tax, edits.freight
    if freight is not None and _freight(order, edits) in (freight.was, freight.now):
        yield from _fee(order, back, SHIPPING, freight.now)
    elif freight is not None:
        tax = Tax(tax + freight.was_tax - freight.now_tax)
    yield from _fee(order, back, TAX, tax)


def _freight(order: Order, edits: LineEdits) -> int:
    """What shipping costs there, without its tax."""
    fees = [each.total for each in order.fee_lines if each.name == SHIPPING]
    return to_amount(fees[0], order) if fees else 0


def _differences(edited: Order, made: Sequence[Refund], edits: LineEdits) -> Iterator[Difference]:
    """Of pieces, and of what the order is worth. What the vendor has added to it or refunded is
    their own: pieces that the vendor refunded stay in their item beside those that were asked for.
    """
    there, back = _pieces(edited), returned(edited, made)
    for item in edited.line_items:
        there[item.key] -= back.get(item.id, NONE).pieces
    for line in edits.lines:
        yield from differences.of_quantity(line.title, line.quantity, there[line.key])
    if edits.total is None:
        return
    amounts = [edited.total, *(each.total for each in edited.line_items)]
    ours = to_amount(edited.total, edited) - sum(_of_the_vendors_own(edited))
    ours -= sum(to_amount(each.amount, edited) for each in made if each.is_ours)
    ours -= _beside_what_was_asked(edited, made, edits)
    yield from differences.of_amounts(
        What.TOTAL,
        edits.total,
        Gross(ours),
        edits.currency,
        decimals=differences.decimals_of(*amounts),
        items=len(amounts) + len(edited.fee_lines),
    )


def _beside_what_was_asked(edited: Order, made: Sequence[Refund], edits: LineEdits) -> int:
    """What the vendor refunded of the lines and fees that the edit has written: it was added to
    what was asked for them."""
    back = returned(edited, [each for each in made if not each.is_ours])
    keys = {line.key for line in edits.lines}
    written = [item.id for item in edited.line_items if item.key in keys]
    for fee_ in edited.fee_lines:
        gone = back.get(fee_.id, NONE).amount
        is_freight = fee_.name == SHIPPING and edits.freight is not None
        asked = edits.freight.now + gone if edits.freight is not None else None
        if fee_.name == TAX or (is_freight and to_amount(fee_.total, edited) == asked):
            written.append(fee_.id)
    return sum(back.get(number, NONE).amount for number in written)


def _of_the_vendors_own(order: Order) -> Iterator[int]:
    for item in order.line_items:
        if not item.key:
            yield to_amount(item.total + item.total_tax, order)
    for fee_ in order.fee_lines:
        if fee_.name not in (TAX, SHIPPING):
            yield to_amount(fee_.total + fee_.total_tax, order)
    for line in order.shipping_lines:
        yield to_amount(line.total + line.total_tax, order)


def _notes(order: Order, edited: Order, edits: LineEdits) -> Iterator[str]:
    before, after = _pieces(order), _pieces(edited)
    if not edits.restock and any(after[key] < pieces for key, pieces in before.items()):
        yield PUT_BACK
    mapped = {item.key: item.product_id for item in edited.line_items}
    for line in edits.lines:
        if line.variant_id and mapped.get(line.key) == 0:
            yield sentences.PRODUCT_GONE % {"title": line.title}


def _pieces(order: Order) -> defaultdict[str, int]:
    found: defaultdict[str, int] = defaultdict(int)
    for item in order.line_items:
        found[item.key] += item.quantity
    return found
