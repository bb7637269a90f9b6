"""GraphQL nodes of an order in the REST shape of webhooks, as far as ``seen`` reads it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from stores.shopify.ids import bare
from stores.shopify.seen import ON_HOLD, RISK

_FULFILMENT = {"PARTIALLY_FULFILLED": "partial", "FULFILLED": "fulfilled"}


def rest_order(
    node: dict[str, Any], lines: Iterable[dict[str, Any]], refunds: Iterable[dict[str, Any]] = ()
) -> dict[str, Any]:
    """``node`` with the fields of the fragment ``Seen``, ``lines`` with those of ``SeenLine``,
    ``refunds`` with those of ``SeenRefunds``."""
    return {
        "id": bare(node),
        "name": node["name"],
        "created_at": node["createdAt"],
        "processed_at": node["processedAt"],
        "updated_at": node["updatedAt"],
        "cancelled_at": node["cancelledAt"],
        "test": node["test"],
        "currency": node["currencyCode"],
        "taxes_included": node["taxesIncluded"],
        "financial_status": (node["displayFinancialStatus"] or "").lower(),
        "fulfillment_status": _FULFILMENT.get(node["displayFulfillmentStatus"]),
        "current_total_price": _amount(node["currentTotalPriceSet"]),
        "note": node["note"],
        "email": node["email"],
        "phone": node["phone"],
        "tags": ",".join(node["tags"]),
        "note_attributes": _attributes(node),
        "shipping_address": _address(node["shippingAddress"]),
        "billing_address": _address(node["billingAddress"]),
        "shipping_lines": [_shipping(line) for line in node["shippingLines"]["nodes"]],
        "line_items": [_line(line) for line in lines],
        "refunds": [_refund(each) for each in refunds],
        "buyer_accepts_marketing": node["customerAcceptsMarketing"],
        RISK: _risk(node["risk"]),
        ON_HOLD: node["displayFulfillmentStatus"] == "ON_HOLD",
    }


def _risk(summary: dict[str, Any]) -> str:
    """The worst of all assessments; a recommendation to cancel counts as high."""
    levels = {each["riskLevel"].lower() for each in summary["assessments"]}
    if summary["recommendation"] == "CANCEL":
        levels.add("high")
    ranked = ("high", "pending", "medium", "low")
    return next((level for level in ranked if level in levels), "none")


def _line(node: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": bare(node),
        "title": node["title"],
        "variant_title": node["variantTitle"],
        "sku": node["sku"],
        "vendor": node["vendor"],
        "quantity": node["quantity"],
        "current_quantity": node["currentQuantity"],
        "fulfillable_quantity": node["unfulfilledQuantity"],
        "requires_shipping": node["requiresShipping"],
        "variant_id": bare(node["variant"]),
        "product_id": bare(node["product"]),
        "price": _amount(node["originalUnitPriceSet"]),
        "discount_allocations": [
            {"amount": _amount(part["allocatedAmountSet"])} for part in node["discountAllocations"]
        ],
        "tax_lines": _taxes(node),
        "properties": _attributes(node),
    }


def _refund(node: dict[str, Any]) -> dict[str, Any]:
    amount = _amount(node["totalRefundedSet"])
    return {
        "id": bare(node),
        "created_at": node["createdAt"],
        "transactions": [{"kind": "refund", "status": "success", "amount": amount}],
        "refund_line_items": [
            {
                "line_item_id": bare(item["lineItem"]),
                "quantity": item["quantity"],
                "restock_type": item["restockType"].lower(),
            }
            for item in node["refundLineItems"]["nodes"]
        ],
    }


def _shipping(node: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": node["title"],
        "discounted_price": _amount(node["discountedPriceSet"]),
        "tax_lines": _taxes(node),
    }


def _taxes(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"price": _amount(tax["priceSet"])} for tax in node["taxLines"]]


def _amount(bag: dict[str, Any]) -> str:
    return str(bag["shopMoney"]["amount"])


def _attributes(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"name": item["key"], "value": item["value"]} for item in node["customAttributes"]]


def _address(node: dict[str, Any] | None) -> dict[str, Any] | None:
    if node is None:
        return None
    return {
        "first_name": node["firstName"],
        "last_name": node["lastName"],
        "company": node["company"],
        "address1": node["address1"],
        "address2": node["address2"],
        "city": node["city"],
        "zip": node["zip"],
        "province_code": node["provinceCode"],
        "country_code": node["countryCodeV2"],
        "phone": node["phone"],
    }
