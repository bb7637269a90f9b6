"""Webhook bodies: the REST shapes of 2026-07, which deliveries still have on GraphQL-only apps."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.shopify.fulfilment import Fulfillment
from sandbox.shopify.ids import gid
from sandbox.shopify.money import NOTHING, rest_amount, rest_set
from sandbox.shopify.order import (
    DiscountCode,
    Line,
    Order,
    Refund,
    RefundLine,
    ShippingLine,
    TaxLine,
    Transaction,
    total,
)

Body = dict[str, Any]

PERSONAL = frozenset(
    {
        "email",
        "contact_email",
        "phone",
        "order_status_url",
        "first_name",
        "last_name",
        "name",
        "address1",
        "address2",
        "zip",
        "latitude",
        "longitude",
        "customer",
    }
)
NEVER_SET: Body = {
    "browser_ip": None,
    "cart_token": None,
    "checkout_id": None,
    "checkout_token": None,
    "client_details": None,
    "company": None,
    "confirmation_number": None,
    "confirmed": True,
    "current_total_additional_fees_set": None,
    "current_total_duties_set": None,
    "customer": None,
    "customer_locale": None,
    "device_id": None,
    "duties_included": False,
    "estimated_taxes": False,
    "landing_site": None,
    "landing_site_ref": None,
    "location_id": None,
    "merchant_business_entity_id": "MTU0ODM4MDAwOQ",
    "merchant_of_record_app_id": None,
    "original_total_additional_fees_set": None,
    "original_total_duties_set": None,
    "payment_terms": None,
    "referring_site": None,
    "returns": [],
    "tax_exempt": False,
    "total_tip_received": "0.00",
    "total_weight": 0,
    "user_id": None,
}
"""Keys every real body has and the sandbox never fills."""


def when(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def money(amounts: dict[str, Decimal], currency: str) -> Body:
    """``{"total_tax": 1}`` -> total_tax and total_tax_set."""
    body: Body = {}
    for key, amount in amounts.items():
        body[key] = rest_amount(amount, currency)
        body[key + "_set"] = rest_set(amount, currency)
    return body


def order_body(order: Order, domain: str, shop_id: int) -> Body:
    return {
        "id": order.id,
        "admin_graphql_api_id": order.gid,
        **NEVER_SET,
        **_identity(order, domain, shop_id),
        **_status(order),
        **_sums(order),
        **_parts(order),
    }


def _identity(order: Order, domain: str, shop_id: int) -> Body:
    return {
        "app_id": order.app.id if order.app else None,
        "name": order.name,
        "number": order.number - 1000,
        "order_number": order.number,
        "token": order.token,
        "order_status_url": f"https://{domain}/{shop_id}/orders/{order.token}/authenticate?key=x",
        "created_at": when(order.created_at),
        "processed_at": when(order.processed_at),
        "updated_at": when(order.updated_at),
        "email": order.email or "",
        "contact_email": order.email,
        "buyer_accepts_marketing": order.accepts_marketing,
        "phone": order.phone,
        "po_number": order.po_number,
        "note": order.note,
        "note_attributes": _pairs(order.attributes),
        "tags": ", ".join(order.tags),
        "test": order.test,
        "source_name": order.source_name,
        "source_identifier": order.source_identifier,
        "source_url": order.source_url,
        "reference": order.source_identifier,
    }


def _status(order: Order) -> Body:
    shipped = {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial"}
    return {
        "cancelled_at": when(order.cancelled_at),
        "cancel_reason": order.cancel_reason and order.cancel_reason.lower(),
        "closed_at": when(order.closed_at),
        "financial_status": order.financial_status.lower(),
        "fulfillment_status": shipped.get(order.fulfillment_status),
        "payment_gateway_names": ["manual"] if order.financial_status == "PAID" else [],
    }


def _sums(order: Order) -> Body:
    currency = order.currency
    return {
        "currency": currency,
        "presentment_currency": currency,
        "taxes_included": order.taxes_included,
        "total_outstanding": rest_amount(order.outstanding, currency),
        "current_shipping_price_set": rest_set(order.shipping, currency),
        "total_shipping_price_set": rest_set(order.shipping, currency),
        "total_cash_rounding_payment_adjustment_set": rest_set(NOTHING, currency),
        "total_cash_rounding_refund_adjustment_set": rest_set(NOTHING, currency),
        **money(
            {
                "total_line_items_price": order.line_items_price,
                "total_discounts": order.discounts,
                "subtotal_price": order.subtotal,
                "total_tax": order.tax,
                "total_price": order.price,
                "current_subtotal_price": order.current_subtotal,
                "current_total_discounts": order.current_discounts,
                "current_total_tax": order.current_tax,
                "current_total_price": order.current_price,
            },
            currency,
        ),
    }


def _parts(order: Order) -> Body:
    currency = order.currency
    return {
        "billing_address": order.billing_address,
        "shipping_address": order.shipping_address,
        "tax_lines": _taxes(order.tax_lines, currency),
        "discount_codes": [_discount_code(each, currency) for each in order.discount_codes],
        "discount_applications": [_application(each) for each in order.discount_codes],
        "line_items": [line_body(each, currency) for each in order.lines],
        "shipping_lines": [_shipping(each, currency) for each in order.shipping_lines],
        "fulfillments": [fulfillment_body(each) for each in order.fulfillments],
        "refunds": [refund_body(order, each) for each in order.refunds],
    }


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[Body]:
    return [{"name": name, "value": value} for name, value in pairs]


def _discount_code(each: DiscountCode, currency: str) -> Body:
    return {"code": each.code, "amount": rest_amount(each.amount, currency), "type": each.kind}


def _application(each: DiscountCode) -> Body:
    shipping = each.kind == "shipping"
    return {
        "target_type": "shipping_line" if shipping else "line_item",
        "type": "discount_code",
        "value": str(each.value),
        "value_type": "fixed_amount" if each.kind == "fixed_amount" else "percentage",
        "allocation_method": "each" if shipping else "across",
        "target_selection": "all",
        "code": each.code,
    }


def _allocations(discount: Decimal, currency: str) -> list[Body]:
    if not discount:
        return []
    amount = money({"amount": discount}, currency)
    return [{**amount, "discount_application_index": 0}]


def _taxes(taxes: Iterable[TaxLine], currency: str) -> list[Body]:
    return [
        {
            "channel_liable": None,
            **money({"price": each.price}, currency),
            "rate": float(each.rate),
            "title": each.title,
        }
        for each in taxes
    ]


def _shipping(each: ShippingLine, currency: str) -> Body:
    return {
        "id": each.id,
        "carrier_identifier": None,
        "code": each.code or each.title,
        **money({"price": each.price, "discounted_price": each.price - each.discount}, currency),
        "current_discounted_price_set": rest_set(each.price - each.discount, currency),
        "discount_allocations": _allocations(each.discount, currency),
        "is_removed": False,
        "phone": None,
        "requested_fulfillment_service_id": None,
        "source": each.source or None,
        "tax_lines": _taxes(each.tax_lines, currency),
        "title": each.title,
    }


def line_body(line: Line, currency: str) -> Body:
    shipped = "fulfilled" if line.fulfilled and not line.unfulfilled else "partial"
    return {
        "id": line.id,
        "admin_graphql_api_id": line.gid,
        "attributed_staffs": [],
        "current_quantity": line.current_quantity,
        "fulfillable_quantity": line.unfulfilled,
        "fulfillment_service": "manual",
        "fulfillment_status": shipped if line.fulfilled else None,
        "gift_card": line.gift_card,
        "grams": 0,
        "name": line.name,
        **money({"price": line.price, "total_discount": NOTHING}, currency),
        "product_exists": line.product is not None,
        "product_id": line.product.id if line.product else None,
        "properties": _pairs(line.properties),
        "quantity": line.quantity,
        "requires_shipping": line.requires_shipping,
        "sku": line.sku or None,
        "taxable": line.taxable,
        "title": line.title,
        "variant_id": line.variant.id if line.variant else None,
        "variant_inventory_management": "shopify" if line.variant else None,
        "variant_title": line.variant_title or None,
        "vendor": line.vendor,
        "tax_lines": _taxes(line.tax_lines, currency),
        "duties": [],
        "discount_allocations": _allocations(line.discount, currency),
    }


def fulfillment_body(fulfillment: Fulfillment) -> Body:
    order = fulfillment.order
    numbers = [each.number for each in fulfillment.tracking if each.number]
    urls = [each.url for each in fulfillment.tracking if each.url]
    companies = [each.company for each in fulfillment.tracking if each.company]
    return {
        "id": fulfillment.id,
        "admin_graphql_api_id": fulfillment.gid,
        "created_at": when(fulfillment.created_at),
        "location_id": fulfillment.location.id,
        "name": fulfillment.name,
        "order_id": order.id,
        "origin_address": {},
        "receipt": {},
        "service": "manual",
        "shipment_status": fulfillment.events[-1].status.lower() if fulfillment.events else None,
        "status": fulfillment.status.lower(),
        "tracking_company": companies[0] if companies else None,
        "tracking_number": numbers[0] if numbers else None,
        "tracking_numbers": numbers,
        "tracking_url": urls[0] if urls else None,
        "tracking_urls": urls,
        "updated_at": when(fulfillment.updated_at),
        "line_items": [
            {**line_body(each.line, order.currency), "quantity": each.quantity}
            for each in fulfillment.lines
        ],
    }


def refund_body(order: Order, refund: Refund) -> Body:
    """Amounts of refund lines are JSON numbers here, unlike all other money."""
    currency = order.currency
    return {
        "id": refund.id,
        "admin_graphql_api_id": gid("Refund", refund.id),
        "created_at": when(refund.created_at),
        "processed_at": when(refund.created_at),
        "note": refund.note,
        "order_id": order.id,
        "restock": any(each.restocked for each in refund.lines),
        "return": None,
        "total_additional_fees_set": rest_set(NOTHING, currency),
        "total_duties_set": rest_set(NOTHING, currency),
        "user_id": None,
        "order_adjustments": [],
        "transactions": [_transaction(order, each) for each in _of_refund(order, refund)],
        "refund_line_items": [_refund_line(refund, each, currency) for each in refund.lines],
        "refund_shipping_lines": [],
        "duties": [],
        "additional_fees": [],
    }


def _of_refund(order: Order, refund: Refund) -> list[Transaction]:
    return [each for each in order.transactions if each.refund_id == refund.id]


def _transaction(order: Order, each: Transaction) -> Body:
    return {
        "id": each.id,
        "admin_graphql_api_id": each.gid,
        "order_id": order.id,
        "kind": each.kind.lower(),
        "gateway": each.gateway,
        "status": "success",
        "amount": rest_amount(each.amount, order.currency),
        "currency": order.currency,
        "created_at": when(each.created_at),
        "parent_id": each.parent.id if each.parent else None,
        "test": order.test,
    }


def _refund_line(refund: Refund, each: RefundLine, currency: str) -> Body:
    line, quantity = each.line, each.quantity
    subtotal = line.discounted_total * quantity / line.quantity
    tax = total(each.price for each in line.tax_lines) * quantity / line.quantity
    return {
        "id": refund.id,
        "line_item_id": line.id,
        "location_id": line.location.id if each.restocked else None,
        "quantity": quantity,
        "restock_type": each.restock_type.lower(),
        "subtotal": float(rest_amount(subtotal, currency)),
        "subtotal_set": rest_set(subtotal, currency),
        "total_tax": float(rest_amount(tax, currency)),
        "total_tax_set": rest_set(tax, currency),
        "line_item": line_body(line, currency),
    }


def edit_body(
    order: Order, edit_id: int, deltas: dict[int, int], note: str, app_id: int | None
) -> Body:
    """orders/edited carries only what changed: line id -> pieces added or taken away."""
    added = [{"id": key, "delta": delta} for key, delta in deltas.items() if delta > 0]
    removed = [{"id": key, "delta": -delta} for key, delta in deltas.items() if delta < 0]
    return {
        "order_edit": {
            "id": edit_id,
            "app_id": app_id,
            "committed_at": when(order.updated_at),
            "created_at": when(order.updated_at),
            "notify_customer": False,
            "order_id": order.id,
            "staff_note": note,
            "user_id": None,
            "line_items": {"additions": added, "removals": removed},
            "discounts": {"line_item": {"additions": [], "removals": []}},
            "shipping_lines": {"additions": []},
        }
    }


def without_personal_fields(body: Body) -> Body:
    """What an app without approval for protected customer data gets instead."""
    hidden = {key: None if key in PERSONAL else value for key, value in body.items()}
    hidden["name"] = body.get("name")
    for key in ("shipping_address", "billing_address"):
        if body.get(key):
            hidden[key] = {k: None if k in PERSONAL else v for k, v in body[key].items()}
    return hidden
