"""A ComposedOrder in the words of ``POST /orders`` (WooCommerce REST v3, recorded on 10.5).

The store computes tax by its own tables and will not be told an amount. So that the order's total
is to the cent what the marketplace says, lines go net in a class without tax (``setup``); tax and
the price of shipping, which some stores tax whatever the goods are, go as untaxed fees beside a
shipping line that names the method. Line totals are text, for all pieces, never with a comma
("3,50" becomes 350.00).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from stores.base import Address, ComposedLine, ComposedOrder
from stores.money import Net, tax_sum, to_text
from stores.woocommerce.answers import KEY, LINE

TAX, SHIPPING = "Tax", "Shipping"
"""Names of the fees."""
_REFERENCE, _LINK = "Marketplace order", "Marketplace link"
OUR_META = frozenset((KEY, _REFERENCE, _LINK))


def order_body(order: ComposedOrder, untaxed: str) -> dict[str, Any]:
    """``untaxed``: the slug of the store's class without tax. The status is told instead of
    ``set_paid``, which would complete an order whose lines are all without product.
    ``created_via`` can be searched by from 9.9; before, it is ignored. The admin shows an unknown
    way of payment by its id ("Payment via …") but for ``other``; the title stands in the list."""
    return {
        "created_via": order.key,
        "payment_method": "other",
        "payment_method_title": f"Marketplace {order.reference}",
        "status": "processing" if order.paid else "pending",
        "currency": order.currency,
        "customer_note": order.note,
        "billing": _billing(order),
        "shipping": address_fields(order.shipping_address),
        "line_items": [
            line_item(line, order.currency, taxes_included=order.taxes_included, untaxed=untaxed)
            for line in order.lines
        ],
        "shipping_lines": _shipping(order),
        "fee_lines": _fees(order),
        "meta_data": _meta(order),
    }


def line_item(
    line: ComposedLine, currency: str, *, taxes_included: bool, untaxed: str
) -> dict[str, Any]:
    """``untaxed`` empty: the store has no class without tax, and its own tables decide."""
    return {
        **_product(line),
        "name": _title(line),
        "quantity": line.quantity,
        **({"tax_class": untaxed} if untaxed else {}),
        **amounts(line, currency, taxes_included=taxes_included),
        "meta_data": _line_meta(line),
    }


def amounts(
    line: ComposedLine, currency: str, *, taxes_included: bool, more: int = 0
) -> dict[str, str]:
    """For all pieces together, without tax. ``more`` is for refunded pieces that stay with them."""
    return {
        "subtotal": to_text(_undiscounted(line, taxes_included=taxes_included) + more, currency),
        "total": to_text(line.total + more, currency),
    }


def _undiscounted(line: ComposedLine, *, taxes_included: bool) -> Net:
    """Without tax and before discount, so that the store shows the discount. Where the price of a
    piece holds tax, the tax is the same part of it as after the discount."""
    full = line.unit_price * line.quantity
    if taxes_included and line.gross > 0:
        full = round(Fraction(full * line.total, line.gross))
    return Net(max(line.total, full))


def _product(line: ComposedLine) -> dict[str, Any]:
    """A line without product needs a SKU, and one that no product of the store can have: a known
    SKU would win and lower that product's stock."""
    if not line.variant_id:
        return {"sku": f"sluice-{line.key}"}
    if line.product_id in ("", line.variant_id):
        return {"product_id": int(line.variant_id)}
    return {"product_id": int(line.product_id), "variation_id": int(line.variant_id)}


def _title(line: ComposedLine) -> str:
    return " · ".join(part for part in (line.title, line.variant_title) if part)


def _line_meta(line: ComposedLine) -> list[dict[str, Any]]:
    """The key goes as a list: the store's admin shows an item's meta whatever its name begins with,
    but leaves out values that are no text or number (``WC_Order_Item::get_formatted_meta_data``).
    The answer shows no SKU for a line without product, so it is kept beside the key, for people.
    """
    kept: list[dict[str, Any]] = [{"key": LINE, "value": [line.key]}]
    if line.sku and not line.variant_id:
        kept.append({"key": "SKU", "value": line.sku})
    return kept


def _shipping(order: ComposedOrder) -> list[dict[str, str]]:
    if not (order.shipping or order.shipping_title):
        return []
    title = order.shipping_title or "Shipping"
    return [{"method_id": "sluice", "method_title": title, "total": to_text(0, order.currency)}]


def _fees(order: ComposedOrder) -> list[dict[str, str]]:
    tax = tax_sum([*(line.tax for line in order.lines), order.shipping_tax])
    return [
        fee(name, amount, order.currency)
        for name, amount in ((SHIPPING, order.shipping), (TAX, tax))
        if amount
    ]


def fee(name: str, amount: int, currency: str) -> dict[str, str]:
    return {"name": name, "total": to_text(amount, currency), "tax_status": "none"}


def _meta(order: ComposedOrder) -> list[dict[str, str]]:
    told = {**dict(order.attributes), KEY: order.key, _REFERENCE: order.reference}
    if order.reference_url:
        told[_LINK] = order.reference_url
    return [{"key": key, "value": value} for key, value in told.items() if value]


def _billing(order: ComposedOrder) -> dict[str, str]:
    """An empty e-mail is refused, a missing one is not."""
    billing = address_fields(order.billing_address)
    if order.email:
        billing["email"] = order.email
    if order.phone:
        billing["phone"] = order.phone
    return billing


def address_fields(address: Address | None) -> dict[str, str]:
    if address is None:
        return {}
    return {
        "first_name": address.first_name,
        "last_name": address.last_name,
        "company": address.company,
        "address_1": address.address1,
        "address_2": address.address2,
        "city": address.city,
        "state": address.province,
        "postcode": address.zip,
        "country": address.country,
        "phone": address.phone,
    }
