"""A ComposedOrder in the words of ``orderCreate`` (Shopify 2026-10).

The API takes no line discounts, so each line goes with what it really costs; a line whose total
does not divide evenly by its pieces goes as two, one cent apart, under the same line key. It takes
at most 250 items (https://shopify.dev/docs/api/usage/limits): where two for each would be more, the
odd cents of the last lines go together onto one piece, so that the total stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from stores.base import KEY_ATTRIBUTE, Address, ComposedLine, ComposedOrder, StoreRefused
from stores.money import Shown, shown_of_net, to_text
from stores.shopify.ids import gid
from stores.texts import _

LINE_ATTRIBUTE = "_line"
_PROVINCE, _COUNTRY = re.compile(r"[A-Z0-9-]{1,5}"), re.compile(r"[A-Z]{2}")
NAMESPACE, KEY = "$app", "marketplace_ref"
TAG = "sluice"
MOST_ITEMS = 250

OPTIONS = {
    "inventoryBehaviour": "DECREMENT_IGNORING_POLICY",
    "sendReceipt": False,
    "sendFulfillmentReceipt": False,
}


def order_input(order: ComposedOrder) -> dict[str, Any]:
    return _without_blanks(
        {
            "sourceIdentifier": order.key,
            "sourceUrl": order.reference_url,
            "metafields": [{"namespace": NAMESPACE, "key": KEY, "type": "id", "value": order.key}],
            "tags": [TAG, *order.tags][:MOST_ITEMS],
            "customAttributes": _attributes(order),
            "currency": order.currency,
            "lineItems": list(_all_items(order)),
            "shippingLines": _shipping(order),
            "shippingAddress": address_input(order.shipping_address),
            "billingAddress": address_input(order.billing_address),
            "email": order.email,
            "buyerAcceptsMarketing": order.accepts_marketing or None,
            "phone": order.phone,
            "note": order.note,
            "poNumber": order.reference,
            "processedAt": order.placed_at.isoformat(),
            "taxesIncluded": order.taxes_included,
            "test": order.test,
            "financialStatus": "PAID" if order.paid else "PENDING",
            "transactions": _payment(order),
        }
    )


def _attributes(order: ComposedOrder) -> list[dict[str, str]]:
    """Where there are too many, the last one says how many are missing."""
    told = [(KEY_ATTRIBUTE, order.key), *order.attributes]
    if len(told) > MOST_ITEMS:
        kept = told[: MOST_ITEMS - 1]
        told = [*kept, ("Left out", f"{len(told) - len(kept)} more attributes")]
    return [{"key": key, "value": value} for key, value in told]


def _all_items(order: ComposedOrder) -> Iterator[dict[str, Any]]:
    """Raises StoreRefused for more lines than one order may have."""
    uneven = [line for line in order.lines if _price(line, order) % line.quantity]
    if len(order.lines) + bool(uneven) > MOST_ITEMS:
        raise StoreRefused(
            _("Shopify takes at most 250 items in one order. Split this order in your shop.")
        )
    if len(order.lines) + len(uneven) <= MOST_ITEMS:
        yield from (item for line in order.lines for item in _items(line, order))
        return
    room = MOST_ITEMS - len(order.lines) - 1
    together = {line.key for line in uneven[room:]}
    cents = sum(_price(line, order) % line.quantity for line in uneven[room:])
    for line in order.lines:
        if line is uneven[-1]:
            yield from _with_cents(line, order, cents)
        elif line.key in together:
            yield _item(line, order, line.quantity, _price(line, order) // line.quantity, line.tax)
        else:
            yield from _items(line, order)


def _with_cents(line: ComposedLine, order: ComposedOrder, cents: int) -> Iterator[dict[str, Any]]:
    """One piece of ``line`` carries ``cents`` of others too."""
    unit, others = _price(line, order) // line.quantity, line.quantity - 1
    tax = line.tax * others // line.quantity
    yield _item(line, order, others, unit, tax)
    yield _item(line, order, 1, unit + cents, line.tax - tax)


def _price(line: ComposedLine, order: ComposedOrder) -> Shown:
    """What all pieces of ``line`` cost together, as the shop's prices are told."""
    return shown_of_net(line.total, line.tax, included=order.taxes_included)


def _items(line: ComposedLine, order: ComposedOrder) -> Iterator[dict[str, Any]]:
    """One item, or two where the price of a piece would have to be split cents."""
    each, dearer = divmod(_price(line, order), line.quantity)
    cheaper = line.quantity - dearer
    tax = line.tax * cheaper // line.quantity
    yield _item(line, order, cheaper, each, tax)
    if dearer:
        yield _item(line, order, dearer, each + 1, line.tax - tax)


def _item(
    line: ComposedLine, order: ComposedOrder, pieces: int, unit: int, tax: int
) -> dict[str, Any]:
    net = unit * pieces - (tax if order.taxes_included else 0)
    return _without_blanks(
        {
            "variantId": line.variant_id and gid("ProductVariant", line.variant_id),
            "title": line.title,
            "variantTitle": line.variant_title,
            "sku": line.sku,
            "quantity": pieces,
            "priceSet": _money(unit, order.currency),
            "requiresShipping": line.requires_shipping,
            "taxable": tax > 0,
            "taxLines": _tax(tax, net, order.currency),
            "properties": [{"name": LINE_ATTRIBUTE, "value": line.key}],
        }
    )


def _shipping(order: ComposedOrder) -> list[dict[str, Any]]:
    if not (order.shipping or order.shipping_title):
        return []
    included = order.taxes_included
    price = shown_of_net(order.shipping, order.shipping_tax, included=included)
    line = {
        "title": order.shipping_title or "Shipping",
        "priceSet": _money(price, order.currency),
        "taxLines": _tax(order.shipping_tax, order.shipping, order.currency),
    }
    return [_without_blanks(line)]


def _payment(order: ComposedOrder) -> list[dict[str, Any]]:
    """The merchant was paid elsewhere; how is nobody's business here."""
    if not order.paid or not order.total:
        return []
    return [
        {
            "kind": "SALE",
            "status": "SUCCESS",
            "gateway": "marketplace",
            "amountSet": _money(order.total, order.currency),
            "test": order.test,
        }
    ]


def _tax(tax: int, net: int, currency: str) -> list[dict[str, Any]]:
    """Shopify wants a rate beside the amount; ours is what the amounts say."""
    if not tax:
        return []
    rate = (Decimal(tax) / net).quantize(Decimal("0.0001")) if net > 0 else Decimal(0)
    return [{"title": "Tax", "rate": str(rate), "priceSet": _money(tax, currency)}]


def _money(minor: int, currency: str) -> dict[str, Any]:
    return {"shopMoney": {"amount": to_text(minor, currency), "currencyCode": currency}}


def address_input(address: Address | None) -> dict[str, str]:
    if address is None:
        return {}
    return _without_blanks(
        {
            "firstName": address.first_name,
            "lastName": address.last_name,
            "company": address.company,
            "address1": address.address1,
            "address2": address.address2,
            "city": address.city,
            "zip": address.zip,
            **_region("province", address.province, _PROVINCE),
            **_region("country", address.country, _COUNTRY),
            "phone": address.phone,
        }
    )


def _region(field: str, told: str, code: re.Pattern[str]) -> dict[str, str]:
    """A code in the field for codes; a name, where only that is known, in the one for names."""
    return {f"{field}Code" if code.fullmatch(told) else field: told}


def _without_blanks(fields: dict[str, Any]) -> dict[str, Any]:
    """Without what says nothing; False and 0 say something."""
    return {key: value for key, value in fields.items() if value not in ("", None, [], {})}
