"""Taxes and totals of an order. Amounts in requests are net, whatever the store's prices are."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from sandbox.woocommerce.models import ZERO, Item, MetaList, Order, Product, sum_of
from sandbox.woocommerce.php import rounded, rounded_tax

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore

RATE_ID = 1
SIX_PLACES = Decimal("0.000001")


def net_price(store: WooStore, product: Product, quantity: int) -> Decimal:
    """What a new line costs: the store's price without the store's own tax; never below 0."""
    gross = store.price_of(product) * max(quantity, 0)
    if store.prices_include_tax and store.tax_rate:
        return (gross / (1 + store.tax_rate / 100)).quantize(SIX_PLACES, ROUND_HALF_UP)
    return gross


def calculate(store: WooStore, order: Order) -> None:
    """Recompute every item's tax from the address; *_tax in a request is never read."""
    rate = store.tax_rate if store.tax_rate and _in_tax_zone(store, order) else ZERO
    standard = any(not each.tax_class for each in order.of("line"))
    for item in order.of("line", "shipping", "fee"):
        untaxed = item.tax_class != "" or item.tax_status == "none"
        if item.kind == "shipping" and not standard:
            untaxed = True  # shipping bears the tax class of the lines
        item.taxed = bool(rate) and not untaxed
        item.tax = item.total * rate / 100 if item.taxed else ZERO
        item.subtotal_tax = item.subtotal * rate / 100 if item.taxed else ZERO
    _keep_tax_line(store, order)


def _in_tax_zone(store: WooStore, order: Order) -> bool:
    """Shipping country, else billing country, else the store's own.

    Only the standard rate exists: lines of another tax class bear no tax.
    """
    if store.taxes_everybody:
        return True
    country = order.shipping["country"] or order.billing["country"] or store.country
    return country == store.country


def _keep_tax_line(store: WooStore, order: Order) -> None:
    taxed = any(item.taxed for item in order.items)
    present = bool(order.of("tax"))
    if taxed and not present:
        order.items.append(Item(store.ids.take("item"), "tax", MetaList(store.ids)))
    if present and not taxed:
        order.items = [item for item in order.items if item.kind != "tax"]


def tax_of(store: WooStore, order: Order, *kinds: str) -> Decimal:
    return sum_of(item_tax(store, item.tax) for item in order.of(*kinds))


def item_tax(store: WooStore, amount: Decimal) -> Decimal:
    return rounded_tax(amount, store.decimals, store.prices_include_tax)


def total_of(store: WooStore, order: Order) -> Decimal:
    """Lines and shipping are rounded one by one, fees only in the sum (calculate_totals)."""
    kept = sum_of(rounded(each.total, store.decimals) for each in order.of("line", "shipping"))
    kept += sum_of(each.total for each in order.of("fee"))
    return rounded(kept + tax_of(store, order, "line", "fee", "shipping"), store.decimals)


def shipping_of(store: WooStore, order: Order) -> Decimal:
    return sum_of(rounded(each.total, store.decimals) for each in order.of("shipping"))


def discount_of(store: WooStore, order: Order) -> Decimal:
    return sum_of(
        rounded(item.subtotal, store.decimals) - rounded(item.total, store.decimals)
        for item in order.of("line")
    )


def remaining(store: WooStore, order: Order) -> Decimal:
    """What may still be refunded."""
    return total_of(store, order) - order.refunded
