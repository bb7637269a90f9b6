"""What the store made of a new order, compared with what it was asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from stores import differences, sentences
from stores.base import ComposedOrder, Difference, What
from stores.money import Gross
from stores.woocommerce.answers import Order
from stores.woocommerce.standing import address_of, names_ours, to_amount


def created(order: ComposedOrder, made: Order) -> Iterator[Difference]:
    """Currency, quantities, tax, total and delivery address. No tax is the store's own to add: ours
    stands in a fee."""
    yield from differences.of_currency(order.currency, made.currency)
    there: Counter[str] = Counter()
    for item in made.line_items:
        there[item.key] += item.quantity
    for line in order.lines if names_ours(made) else ():
        yield from differences.of_quantity(line.title, line.quantity, there[line.key])
    amounts = [made.total, *(each.total for each in (*made.line_items, *made.fee_lines))]
    decimals = differences.decimals_of(*amounts)
    added = Gross(to_amount(made.total_tax, made))
    yield from differences.of_amounts(What.TAX, Gross(0), added, order.currency, items=0)
    yield from differences.of_amounts(
        What.TOTAL,
        order.total,
        Gross(to_amount(made.total, made)),
        order.currency,
        decimals=decimals,
        items=len(amounts),
    )
    yield from differences.of_address(order.shipping_address, address_of(made.shipping))


def missing_products(order: ComposedOrder, made: Order) -> tuple[str, ...]:
    """A product that is gone makes a line without product, and no error."""
    if not names_ours(made):
        return ()
    mapped = {item.key for item in made.line_items if item.product_id}
    gone = [line.title for line in order.lines if line.variant_id and line.key not in mapped]
    return tuple(sentences.PRODUCT_GONE % {"title": title} for title in gone)
