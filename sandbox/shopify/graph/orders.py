"""Orders, lines, addresses, taxes and discounts, as GraphQL shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.shopify.editing import obstacles
from sandbox.shopify.graph.base import Args, Fields, Resolver, attr, constant, money
from sandbox.shopify.graph.pages import page
from sandbox.shopify.ids import gid, stamp
from sandbox.shopify.metafields import namespace_of
from sandbox.shopify.money import rounded
from sandbox.shopify.order import Line, Order, TaxLine


def order_money(amount: Callable[[Order], Decimal]) -> Resolver:
    return lambda order, info, args: money(amount(order), order.currency)


def line_money(amount: Callable[[Any], Decimal]) -> Resolver:
    return lambda line, info, args: money(amount(line), _currency(info))


def at(name: str) -> Resolver:
    def moment(source: Any, info: GraphQLResolveInfo, args: Args) -> str | None:
        value: datetime | None = getattr(source, name)
        return stamp(value) if value else None

    return moment


def pairs(name: str) -> Resolver:
    return lambda source, info, args: [
        {"key": key, "value": value} for key, value in getattr(source, name)
    ]


def taxes(lines: Iterable[TaxLine], currency: str) -> list[dict[str, Any]]:
    return [
        {
            "title": each.title,
            "rate": float(each.rate),
            "ratePercentage": float(each.rate * 100),
            "channelLiable": None,
            "priceSet": money(each.price, currency),
        }
        for each in lines
    ]


def discounts(source: Any, info: GraphQLResolveInfo, args: Args) -> list[dict[str, Any]]:
    if not source.discount:
        return []
    application = {
        "index": 0,
        "allocationMethod": "ACROSS",
        "targetSelection": "ALL",
        "targetType": "LINE_ITEM",
    }
    amount = money(source.discount, _currency(info))
    return [{"allocatedAmountSet": amount, "discountApplication": application}]


@dataclass(frozen=True)
class Address:
    """Kept in the webhook's shape; a class of its own, so that protected fields are guarded."""

    kept: dict[str, Any]


def address(name: str) -> Resolver:
    def find(order: Order, info: GraphQLResolveInfo, args: Args) -> Address | None:
        kept = getattr(order, name)
        return Address(kept) if kept else None

    return find


def address_field(key: str) -> Resolver:
    return lambda source, info, args: source.kept.get(key)


def order_app(order: Order, info: GraphQLResolveInfo, args: Args) -> dict[str, Any] | None:
    return {"id": order.app.gid, "name": order.app.name} if order.app else None


def metafield(order: Order, info: GraphQLResolveInfo, args: Args) -> dict[str, Any] | None:
    namespace = namespace_of(args.get("namespace"), info.context.app)
    value = order.metafields.get((namespace, args["key"]))
    return value and {"namespace": namespace, "key": args["key"], "value": value}  # type: ignore[return-value]


def risk(order: Order, info: GraphQLResolveInfo, args: Args) -> dict[str, Any]:
    advice = {"HIGH": "CANCEL", "MEDIUM": "INVESTIGATE", "LOW": "ACCEPT"}
    assessed: list[dict[str, Any]] = (
        [{"riskLevel": order.risk, "provider": None, "facts": []}] if order.risk else []
    )
    return {"recommendation": advice.get(order.risk, "NONE"), "assessments": assessed}


def first_of(name: str) -> Resolver:
    """A plain list, cut at ``first``."""
    return lambda order, info, args: getattr(order, name)[: args.get("first")]


def discounted_total(line: Line, info: GraphQLResolveInfo, args: Args) -> dict[str, Any]:
    """Codes count only when asked for."""
    coded = args.get("withCodeDiscounts")
    return money(line.discounted_total if coded else line.original_total, _currency(info))


def discounted_unit(line: Line, info: GraphQLResolveInfo, args: Args) -> dict[str, Any]:
    return money(rounded(line.discounted_unit, _currency(info)), _currency(info))


def _currency(info: GraphQLResolveInfo) -> str:
    return str(info.context.shop.currency)


ORDER: dict[str, Resolver] = {
    "id": attr("gid"),
    "legacyResourceId": lambda order, info, args: str(order.id),
    "name": attr("name"),
    "number": attr("number"),
    "createdAt": at("created_at"),
    "updatedAt": at("updated_at"),
    "processedAt": at("processed_at"),
    "cancelledAt": at("cancelled_at"),
    "closedAt": at("closed_at"),
    "closed": lambda order, info, args: order.closed_at is not None,
    "cancelReason": attr("cancel_reason"),
    "confirmed": constant(True),
    "productNetwork": constant(False),
    "test": attr("test"),
    "edited": attr("edited"),
    "note": attr("note"),
    "tags": attr("tags"),
    "email": attr("email"),
    "phone": attr("phone"),
    "poNumber": attr("po_number"),
    "customAttributes": pairs("attributes"),
    "sourceIdentifier": attr("source_identifier"),
    "sourceName": attr("source_name"),
    "registeredSourceUrl": attr("source_url"),
    "app": order_app,
    "merchantEditable": lambda order, info, args: not obstacles(order),
    "merchantEditableErrors": lambda order, info, args: obstacles(order),
    "displayFinancialStatus": attr("financial_status"),
    "customerAcceptsMarketing": attr("accepts_marketing"),
    "risk": risk,
    "displayFulfillmentStatus": attr("fulfillment_status"),
    "fullyPaid": lambda order, info, args: order.financial_status == "PAID",
    "canMarkAsPaid": lambda order, info, args: order.financial_status == "PENDING",
    "currencyCode": attr("currency"),
    "presentmentCurrencyCode": attr("currency"),
    "taxesIncluded": attr("taxes_included"),
    "taxLines": lambda order, info, args: taxes(order.tax_lines, order.currency),
    "discountCodes": lambda order, info, args: [each.code for each in order.discount_codes],
    "discountCode": lambda order, info, args: (
        order.discount_codes[0].code if order.discount_codes else None
    ),
    "totalPriceSet": order_money(lambda order: order.price),
    "originalTotalPriceSet": order_money(lambda order: order.price),
    "subtotalPriceSet": order_money(lambda order: order.subtotal),
    "totalDiscountsSet": order_money(lambda order: order.discounts),
    "totalTaxSet": order_money(lambda order: order.tax),
    "totalShippingPriceSet": order_money(lambda order: order.shipping),
    "totalOutstandingSet": order_money(lambda order: order.outstanding),
    "currentShippingPriceSet": order_money(lambda order: order.shipping),
    "currentSubtotalLineItemsQuantity": lambda order, info, args: sum(
        line.current_quantity for line in order.lines
    ),
    "currentTotalPriceSet": order_money(lambda order: order.current_price),
    "currentSubtotalPriceSet": order_money(lambda order: order.current_subtotal),
    "currentTotalDiscountsSet": order_money(lambda order: order.current_discounts),
    "currentTotalTaxSet": order_money(lambda order: order.current_tax),
    "totalRefundedSet": order_money(
        lambda order: sum((each.amount for each in order.refunds), Decimal(0))
    ),
    "shippingAddress": address("shipping_address"),
    "billingAddress": address("billing_address"),
    "displayAddress": address("shipping_address"),
    "shippingLines": lambda order, info, args: page(order.shipping_lines, args),
    "shippingLine": lambda order, info, args: next(iter(order.shipping_lines), None),
    "lineItems": lambda order, info, args: page(order.lines, args),
    "fulfillmentOrders": lambda order, info, args: page(order.fulfillment_orders, args),
    "fulfillments": first_of("fulfillments"),
    "refunds": first_of("refunds"),
    "transactions": first_of("transactions"),
    "metafield": metafield,
    "statusPageUrl": lambda order, info, args: (
        f"https://{info.context.shop.domain}/orders/{order.token}"
    ),
}
LINE: dict[str, Resolver] = {
    "id": attr("gid"),
    "title": attr("title"),
    "name": attr("name"),
    "variantTitle": lambda line, info, args: line.variant_title or None,
    "sku": lambda line, info, args: line.sku or None,
    "vendor": attr("vendor"),
    "quantity": attr("quantity"),
    "currentQuantity": attr("current_quantity"),
    "unfulfilledQuantity": attr("unfulfilled"),
    "refundableQuantity": attr("current_quantity"),
    "requiresShipping": attr("requires_shipping"),
    "taxable": attr("taxable"),
    "isGiftCard": attr("gift_card"),
    "merchantEditable": lambda line, info, args: line.unfulfilled > 0,
    "variant": attr("variant"),
    "product": attr("product"),
    "customAttributes": pairs("properties"),
    "taxLines": lambda line, info, args: taxes(
        line.tax_lines[: args.get("first")], info.context.shop.currency
    ),
    "discountAllocations": discounts,
    "originalUnitPriceSet": line_money(lambda line: line.price),
    "originalTotalSet": line_money(lambda line: line.original_total),
    "discountedTotalSet": discounted_total,
    "discountedUnitPriceSet": line_money(lambda line: line.price),
    "discountedUnitPriceAfterAllDiscountsSet": discounted_unit,
    "priceAfterAllDiscountsBeforeTaxesSet": line_money(lambda line: line.discounted_total),
    "totalDiscountSet": line_money(lambda line: Decimal(0)),
}
"""All discounts come from codes; fields that leave codes out show the original price."""

SHIPPING_LINE: dict[str, Resolver] = {
    "id": lambda each, info, args: gid("ShippingLine", each.id),
    "title": attr("title"),
    "code": lambda each, info, args: each.code or each.title,
    "source": lambda each, info, args: each.source or None,
    "isRemoved": constant(False),
    "custom": constant(True),
    "originalPriceSet": line_money(lambda each: each.price),
    "discountedPriceSet": line_money(lambda each: each.price - each.discount),
    "currentDiscountedPriceSet": line_money(lambda each: each.price - each.discount),
    "discountAllocations": discounts,
    "taxLines": lambda each, info, args: taxes(each.tax_lines, _currency(info)),
}
ADDRESS_KEYS = {
    "firstName": "first_name",
    "lastName": "last_name",
    "company": "company",
    "address1": "address1",
    "address2": "address2",
    "city": "city",
    "zip": "zip",
    "phone": "phone",
    "provinceCode": "province_code",
    "province": "province",
    "countryCodeV2": "country_code",
    "countryCode": "country_code",
    "country": "country",
    "name": "name",
}
"""GraphQL's name -> the webhook's name, in which addresses are kept."""
FIELDS: Fields = {
    "Order": ORDER,
    "LineItem": LINE,
    "ShippingLine": SHIPPING_LINE,
    "MailingAddress": {name: address_field(key) for name, key in ADDRESS_KEYS.items()},
}


def stored_address(given: dict[str, Any] | None) -> dict[str, Any] | None:
    """A MailingAddressInput in the shape of the webhook bodies."""
    if given is None:
        return None
    country = given.get("countryCode") or given.get("country")
    province = given.get("provinceCode") or given.get("province")
    plain = ("address1", "address2", "city", "zip", "phone", "company")
    first, last = given.get("firstName"), given.get("lastName")
    return {
        "first_name": first,
        "last_name": last,
        "name": " ".join(filter(None, (first, last))),
        **{key: given.get(key) for key in plain},
        "province": province,
        "province_code": province,
        "country": country,
        "country_code": country,
        "latitude": None,
        "longitude": None,
    }
