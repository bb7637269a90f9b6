"""What the shop made of a write, compared with what it was asked."""

from __future__ import annotations

from collections.abc import Iterator

from stores import differences
from stores.base import Amendment, ComposedOrder, Difference, LineEdits, What
from stores.money import Gross, tax_sum
from stores.shopify.addresses import address_of
from stores.shopify.answers import Bag, CreatedOrder, WrittenOrder
from stores.shopify.standing import amount


def created(order: ComposedOrder, made: CreatedOrder) -> Iterator[Difference]:
    """Currency, pieces, tax, total and delivery address."""
    currency = order.currency
    yield from differences.of_currency(currency, made.currency_code)
    wanted = sum(line.quantity for line in order.lines)
    if made.current_subtotal_line_items_quantity is not None:
        yield from differences.of_pieces(wanted, made.current_subtotal_line_items_quantity)
    taxes = tax_sum([*(line.tax for line in order.lines), order.shipping_tax])
    yield from _of(What.TAX, Gross(taxes), made.current_total_tax_set, currency)
    yield from _of(What.TOTAL, order.total, made.current_total_price_set, currency)
    yield from differences.of_address(order.shipping_address, address_of(made.shipping_address))


def amended(was: Bag, made: WrittenOrder, amendment: Amendment) -> Iterator[Difference]:
    """A new address makes the shop reckon the taxes of an order anew of which nothing has left
    (orderUpdate, from Shopify 2026-10 on), which moves what the order costs."""
    currency = made.currency_code
    if amendment.shipping_address is not None:
        address = address_of(made.shipping_address)
        yield from differences.of_address(amendment.shipping_address, address)
    if currency:
        before = Gross(amount(was, currency))
        yield from _of(What.TOTAL, before, made.current_total_price_set, currency)


def pieces(made: WrittenOrder | None, asked: int) -> Iterator[Difference]:
    """Of all items together, after an edit."""
    if made is not None and made.current_subtotal_line_items_quantity is not None:
        yield from differences.of_pieces(asked, made.current_subtotal_line_items_quantity)


def edited(total: Bag | None, edits: LineEdits, coins: int) -> Iterator[Difference]:
    """What the order costs after an edit. The shop takes off its total what is refunded with pieces
    only. It prorates the tax of lines whose pieces change in its own way: that is a few ``coins``
    at most, and no more than a rounding."""
    if total is None or edits.total is None:
        return
    asked = Gross(edits.total + edits.given_back)
    got = Gross(amount(total, edits.currency))
    if asked != got:
        wanted, there = (differences.told(each, edits.currency) for each in (asked, got))
        rounding = abs(asked - got) <= coins
        yield Difference(What.TOTAL, wanted, there, rounding=rounding)


def _of(what: What, asked: Gross, bag: Bag | None, currency: str) -> Iterator[Difference]:
    if bag is not None:
        got = Gross(amount(bag, currency))
        yield from differences.of_amounts(what, asked, got, currency, items=1)
