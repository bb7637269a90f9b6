"""Mutations of an order that stands."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from graphql import GraphQLResolveInfo

from sandbox.shopify.fulfilment import Refusal
from sandbox.shopify.graph.base import Args, Call, Resolver, user_errors
from sandbox.shopify.graph.order_create import EMAIL, clean_tags
from sandbox.shopify.graph.orders import stored_address
from sandbox.shopify.ids import number_of
from sandbox.shopify.lifecycle import Job
from sandbox.shopify.money import taxed
from sandbox.shopify.order import Order, TaxLine

if TYPE_CHECKING:
    from sandbox.shopify.shop import Shop

SIMPLE = {"note": "note", "email": "email", "phone": "phone", "poNumber": "po_number"}


def find_order(call: Call, order_gid: str, path: str = "id") -> Order:
    order = call.shop.orders.get(number_of(order_gid, "Order"))
    visible = call.shop.visible(order, call.scopes)
    if visible is None:
        raise Refusal("Order does not exist", [path], "NOT_FOUND")
    return visible


@user_errors("order")
def order_update(_: Any, info: GraphQLResolveInfo, args: Args) -> Order:
    """Tags and custom attributes are overwritten, metafields added."""
    call: Call = info.context
    given = args["input"]
    order = find_order(call, given["id"])
    _check_update(order, given)
    changes = {name: given[key] for key, name in SIMPLE.items() if key in given}
    if "tags" in given:
        changes["tags"] = clean_tags(given["tags"] or ())
    if "customAttributes" in given:
        pairs = given["customAttributes"] or ()
        changes["attributes"] = [(each["key"], each["value"]) for each in pairs]
    if "shippingAddress" in given:
        changes["shipping_address"] = stored_address(given["shippingAddress"])
    if given.get("metafields"):
        added = call.shop.metafields.read(call.app, given["metafields"])
        changes["metafields"] = {**order.metafields, **added}
    if changes.get("shipping_address"):
        retax(call.shop, order, changes["shipping_address"])
    call.shop.lifecycle.update(order, **changes)
    call.shop.metafields.keep(order)
    return order


def retax(shop: Shop, order: Order, address: dict[str, Any]) -> None:
    """Taxes by the shop's own table for the new address, while nothing of the order has left;
    taxes that an app gave the order are gone then."""
    if shop.tax_rates is None or any(line.fulfilled for line in order.lines):
        return
    country, province = address.get("country_code"), address.get("province_code")
    named = (f"{country}-{province}", str(country), "*")
    title, told = next((shop.tax_rates[each] for each in named if each in shop.tax_rates), ("", ""))
    rate = Decimal(told or 0)

    def taxes(base: Decimal) -> list[TaxLine]:
        price = taxed(base, rate, order.currency, order.taxes_included)
        return [TaxLine(title, rate, price)] if rate else []

    order.order_taxes = []
    for line in order.lines:
        line.tax_lines = taxes(line.discounted_total) if line.taxable else []
    for shipping in order.shipping_lines:
        shipping.tax_lines = taxes(shipping.price - shipping.discount)


def _check_update(order: Order, given: dict[str, Any]) -> None:
    """A cancelled order takes "limited updates to certain fields (like notes and tags)"; which
    others it refuses is not told (2026-10), here it is where the goods go and to whom."""
    if given.get("email") and not EMAIL.fullmatch(given["email"]):
        raise Refusal("Email is invalid", ["email"], "INVALID")
    for field in ("email", "phone", "shippingAddress"):
        if order.cancelled_at and field in given:
            raise Refusal("Cancelled orders can't be changed", [field], "INVALID")


@user_errors("job", "orderCancelUserErrors")
def order_cancel(_: Any, info: GraphQLResolveInfo, args: Args) -> Job:
    call: Call = info.context
    order = find_order(call, args["orderId"], "orderId")
    refund = bool((args.get("refundMethod") or {}).get("originalPaymentMethodsRefund"))
    return call.shop.lifecycle.cancel_later(
        order, args["reason"], restock=args["restock"], refund=refund
    )


@user_errors("order")
def order_mark_as_paid(_: Any, info: GraphQLResolveInfo, args: Args) -> Order:
    call: Call = info.context
    order = find_order(call, args["input"]["id"])
    call.shop.lifecycle.mark_paid(order)
    return order


def _retag(change: Any) -> Resolver:
    @user_errors("node")
    def mutate(_: Any, info: GraphQLResolveInfo, args: Args) -> Order:
        call: Call = info.context
        order = find_order(call, args["id"])
        tags = change(order.tags, clean_tags(args["tags"]))
        if tags != order.tags:
            call.shop.lifecycle.update(order, tags=tags)
        return order

    return mutate


def _without(tags: list[str], gone: list[str]) -> list[str]:
    folded = {each.casefold() for each in gone}
    return [each for each in tags if each.casefold() not in folded]


MUTATIONS: dict[str, Resolver] = {
    "orderUpdate": order_update,
    "orderCancel": order_cancel,
    "orderMarkAsPaid": order_mark_as_paid,
    "tagsAdd": _retag(lambda tags, more: clean_tags([*tags, *more])),
    "tagsRemove": _retag(_without),
}
