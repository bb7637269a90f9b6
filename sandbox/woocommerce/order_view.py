"""An order as REST v3 shows it; the same JSON is a webhook's payload."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.woocommerce import status, totals, tracking_plugins, versions
from sandbox.woocommerce.answers import links
from sandbox.woocommerce.models import JSON, Item, Meta, MetaList, Order, Refund
from sandbox.woocommerce.php import money, number

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore

SYMBOLS = {
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "JPY": "¥",
    "CAD": "$",
    "AUD": "$",
    "NZD": "$",
    "CHF": "CHF",
    "KWD": "د.ك",
    "BHD": ".د.ب",
    "SEK": "kr",
    "NOK": "kr",
    "DKK": "kr.",
    "PLN": "zł",
    "INR": "₹",
    "KRW": "₩",
}
ALL_METHODS = "GET POST PUT PATCH DELETE"


def meta_view(meta: MetaList) -> list[JSON]:
    return [{"id": each.id, "key": each.key, "value": each.value} for each in meta]


def _item_meta(meta: MetaList) -> list[JSON]:
    return [_shown_meta(each) for each in meta]


def _shown_meta(entry: Meta) -> JSON:
    return {
        "id": entry.id,
        "key": entry.key,
        "value": entry.value,
        "display_key": entry.label or entry.key,
        "display_value": entry.value,
    }


def order_view(store: WooStore, order: Order, dp: int | None = None) -> JSON:
    """``dp`` is the number of decimals asked for; the store's own when None."""
    places = store.decimals if dp is None else dp
    return {
        "id": order.id,
        "parent_id": 0,
        "status": order.status,
        "currency": order.currency,
        "version": store.version,
        "prices_include_tax": store.prices_include_tax,
        "date_created": store.site_time(order.created),
        "date_modified": store.site_time(order.modified),
        **_amounts(store, order, places),
        "customer_id": order.customer_id,
        "order_key": order.key,
        "billing": order.billing.copy(),
        "shipping": order.shipping.copy(),
        "payment_method": order.payment_method,
        "payment_method_title": order.payment_method_title,
        "transaction_id": order.transaction_id,
        "customer_ip_address": "",
        "customer_user_agent": "",
        "created_via": order.created_via,
        "customer_note": order.customer_note,
        "date_completed": store.site_time(order.completed),
        "date_paid": store.site_time(order.paid),
        "cart_hash": "",
        "number": str(order.id),
        "meta_data": meta_view(order.meta),
        **_items(store, order, places),
        **_state(store, order),
        **tracking_plugins.extra_fields(store, order),
        "_links": _links(store, order),
    }


def _amounts(store: WooStore, order: Order, dp: int) -> JSON:
    cart_tax = totals.tax_of(store, order, "line", "fee")
    shipping_tax = totals.tax_of(store, order, "shipping")
    return {
        "discount_total": money(totals.discount_of(store, order), dp),
        "discount_tax": money(Decimal(0), dp),
        "shipping_total": money(totals.shipping_of(store, order), dp),
        "shipping_tax": money(shipping_tax, dp),
        "cart_tax": money(cart_tax, dp),
        "total": money(totals.total_of(store, order), dp),
        "total_tax": money(cart_tax + shipping_tax, dp),
    }


def _items(store: WooStore, order: Order, dp: int) -> JSON:
    return {
        "line_items": [line_view(store, each, dp) for each in order.of("line")],
        "tax_lines": [_tax_line(store, order, each, dp) for each in order.of("tax")],
        "shipping_lines": [_shipping_line(store, each, dp) for each in order.of("shipping")],
        "fee_lines": [_fee_line(store, each, dp) for each in order.of("fee")],
        "coupon_lines": [],
        "refunds": [_refund(store, each, dp) for each in reversed(order.refunds)],
    }


def _refund(store: WooStore, each: Refund, dp: int) -> JSON:
    total = f"-{money(each.amount, dp)}"
    shown = {"id": each.id, "reason": each.reason, "total": total}
    if store.at_least(*versions.REFUND_TAX):
        shown["total_tax"] = money(sum((item.tax for item in each.items), Decimal(0)), dp)
    return shown


def _state(store: WooStore, order: Order) -> JSON:
    pay = f"{store.home}/checkout/order-pay/{order.id}/?pay_for_order=true&key={order.key}"
    return {
        "payment_url": pay,
        "is_editable": status.is_editable(order),
        "needs_payment": status.needs_payment(store, order),
        "needs_processing": status.needs_processing(store, order),
        "date_created_gmt": store.gmt(order.created),
        "date_modified_gmt": store.gmt(order.modified),
        "date_completed_gmt": store.gmt(order.completed),
        "date_paid_gmt": store.gmt(order.paid),
        "currency_symbol": SYMBOLS.get(order.currency, order.currency),
    }


def _links(store: WooStore, order: Order) -> JSON:
    url = store.url(f"wc/v3/orders/{order.id}")
    templates = {"embeddable": True, "href": f"{url}/actions/email_templates"}
    return {**links(url, ALL_METHODS), "email_templates": [templates]}


def line_view(store: WooStore, item: Item, dp: int) -> JSON:
    product = store.products.get(item.stock_id)
    parent = store.products.get(product.parent_id) if product else None
    plain = product and not parent
    return {
        "id": item.id,
        "name": item.name,
        "product_id": item.product_id,
        "variation_id": item.variation_id,
        "quantity": item.quantity,
        "tax_class": item.tax_class,
        "subtotal": money(item.subtotal, dp),
        "subtotal_tax": _tax(store, item.subtotal_tax, dp),
        "total": money(item.total, dp),
        "total_tax": _tax(store, item.tax, dp),
        "taxes": _taxes(item, money(item.subtotal_tax, dp), dp),
        "meta_data": _item_meta(item.meta),
        "sku": product.sku if product else None,
        "global_unique_id": "" if product else None,
        "price": _price(item),
        "image": {"id": "" if plain else 0, "src": ""},
        "parent_name": parent.name if parent else None,
    }


def _price(item: Item) -> int | float:
    """Unrounded, as PHP divides: 8.99 / 3 is 2.9966666666666666."""
    price = float(item.total) / item.quantity if item.quantity else 0.0
    return int(price) if price.is_integer() else price


def _tax(store: WooStore, amount: Decimal, dp: int) -> str:
    return money(totals.item_tax(store, amount), dp)


def _taxes(item: Item, subtotal: str, dp: int) -> list[JSON]:
    row = {"id": totals.RATE_ID, "total": money(item.tax, dp), "subtotal": subtotal}
    return [row] if item.taxed else []


def _tax_line(store: WooStore, order: Order, item: Item, dp: int) -> JSON:
    """A rate for everybody has no country in its code."""
    country = "" if store.taxes_everybody else f"{store.country}-"
    return {
        "id": item.id,
        "rate_code": f"{country}{store.tax_label}-1",
        "rate_id": totals.RATE_ID,
        "label": store.tax_label,
        "compound": False,
        "tax_total": money(totals.tax_of(store, order, "line", "fee"), dp),
        "shipping_tax_total": money(totals.tax_of(store, order, "shipping"), dp),
        "rate_percent": number(store.tax_rate or Decimal(0)),
        "meta_data": [],
    }


def _shipping_line(store: WooStore, item: Item, dp: int) -> JSON:
    return {
        "id": item.id,
        "method_title": item.name,
        "method_id": item.method_id,
        "instance_id": item.instance_id,
        "total": money(item.total, dp),
        "total_tax": _tax(store, item.tax, dp),
        "taxes": _taxes(item, "", dp),
        "tax_status": item.tax_status,
        "meta_data": _item_meta(item.meta),
    }


def _fee_line(store: WooStore, item: Item, dp: int) -> dict[str, Any]:
    return {
        "id": item.id,
        "name": item.name,
        "tax_class": item.tax_class,
        "tax_status": item.tax_status,
        "amount": "",
        "total": money(item.total, dp),
        "total_tax": _tax(store, item.tax, dp),
        "taxes": _taxes(item, "", dp),
        "meta_data": _item_meta(item.meta),
    }
