"""Mutations of order editing, and the calculated order that they answer with."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import wraps
from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.shopify import editing
from sandbox.shopify.editing import CalculatedLine, CalculatedShipping, EditSession
from sandbox.shopify.fulfilment import Refusal
from sandbox.shopify.graph.base import (
    Args,
    Call,
    Fields,
    Resolver,
    attr,
    constant,
    money,
    user_errors,
)
from sandbox.shopify.graph.pages import page
from sandbox.shopify.graph.writes import find_order
from sandbox.shopify.ids import number_of
from sandbox.shopify.order import Order

Staged = tuple[EditSession, CalculatedLine | CalculatedShipping | None]


def of_line(value: Callable[[CalculatedLine], Any]) -> Resolver:
    return lambda each, info, args: value(each)


FIELDS: Fields = {
    "CalculatedOrder": {
        "id": attr("gid"),
        "committed": attr("committed"),
        "originalOrder": attr("order"),
        "lineItems": lambda edit, info, args: page(edit.lines, args),
        "addedLineItems": lambda edit, info, args: page(edit.added, args),
        "subtotalLineItemsQuantity": lambda edit, info, args: sum(
            each.staged for each in (*edit.lines, *edit.added)
        ),
    },
    "CalculatedShippingLine": {
        "id": attr("gid"),
        "title": lambda each, info, args: each.line.title,
        "price": lambda each, info, args: money(each.line.price, info.context.shop.currency),
        "stagedStatus": constant("ADDED"),
    },
    "OrderEditSession": {"id": attr("session_gid")},
    "CalculatedLineItem": {
        "id": attr("gid"),
        "title": of_line(lambda each: each.line.title),
        "variantTitle": of_line(lambda each: each.line.variant_title or None),
        "sku": of_line(lambda each: each.line.sku or None),
        "variant": of_line(lambda each: each.line.variant),
        "quantity": attr("staged"),
        "editableQuantity": attr("editable"),
        "editableQuantityBeforeChanges": of_line(lambda each: each.before - each.line.fulfilled),
        "restockable": of_line(lambda each: each.line.variant is not None),
        "restocking": attr("restocking"),
        "customAttributes": of_line(
            lambda each: [{"key": key, "value": value} for key, value in each.line.properties]
        ),
        "editableSubtotalSet": lambda each, info, args: money(
            each.editable_subtotal(info.context.shop.currency), info.context.shop.currency
        ),
        "originalUnitPriceSet": lambda each, info, args: money(
            each.line.price, info.context.shop.currency
        ),
    },
}


def staged(mutate: Callable[[Call, Args], Staged]) -> Resolver:
    """The payload of all steps before the commit: the edit so far, and the line it touched."""

    @wraps(mutate)
    def guarded(_: Any, info: GraphQLResolveInfo, args: Args) -> dict[str, Any]:
        errors: list[dict[str, Any]] = []
        edit, line = None, None
        try:
            edit, line = mutate(info.context, args)
        except Refusal as refusal:
            errors = [{"field": refusal.field, "message": refusal.message}]
        return {
            "calculatedOrder": edit,
            "orderEditSession": edit,
            "calculatedLineItem": line,
            "calculatedShippingLine": line,
            "userErrors": errors,
        }

    return guarded


@staged
def begin(call: Call, args: Args) -> Staged:
    return editing.begin(call.shop, find_order(call, args["id"])), None


@staged
def set_quantity(call: Call, args: Args) -> Staged:
    edit = editing.find(call.shop, args["id"])
    restock = bool(args.get("restock"))
    wanted = editing.set_quantity(edit, args["lineItemId"], args["quantity"], restock=restock)
    return edit, wanted


@staged
def add_variant(call: Call, args: Args) -> Staged:
    edit = editing.find(call.shop, args["id"])
    variant = call.shop.variants.get(number_of(args["variantId"], "ProductVariant"))
    duplicates = bool(args.get("allowDuplicates"))
    added = editing.add_variant(call.shop, edit, variant, args["quantity"], duplicates=duplicates)
    return edit, added


@staged
def add_custom_item(call: Call, args: Args) -> Staged:
    edit = editing.find(call.shop, args["id"])
    added = editing.add_custom(
        call.shop,
        edit,
        args["title"],
        _price(call, args["price"], "price"),
        args["quantity"],
        requires_shipping=bool(args.get("requiresShipping")),
        taxable=args.get("taxable") is not False,
    )
    return edit, added


@staged
def add_discount(call: Call, args: Args) -> Staged:
    edit, given = editing.find(call.shop, args["id"]), args["discount"]
    if given.get("percentValue") is None:
        raise Refusal("Give a percentage.", ["discount", "percentValue"])
    percent = Decimal(repr(given["percentValue"]))
    return edit, editing.add_discount(edit, args["lineItemId"], percent)


@staged
def add_shipping_line(call: Call, args: Args) -> Staged:
    edit, given = editing.find(call.shop, args["id"]), args["shippingLine"]
    price = _price(call, given["price"], "shippingLine", "price")
    return edit, editing.add_shipping(call.shop, edit, given["title"], price)


def _price(call: Call, given: Args, *path: str) -> Decimal:
    if given["currencyCode"] != call.shop.currency:
        raise Refusal("Currency must be the shop's currency.", list(path))
    return Decimal(str(given["amount"]))


def commit(source: Any, info: GraphQLResolveInfo, args: Args) -> Any:
    return {"successMessages": [], **_commit(source, info, args)}


@user_errors("order")
def _commit(_: Any, info: GraphQLResolveInfo, args: Args) -> Order:
    call: Call = info.context
    edit = editing.find(call.shop, args["id"])
    return editing.commit(call.shop, call.app, edit, args.get("staffNote") or "")


MUTATIONS: dict[str, Resolver] = {
    "orderEditBegin": begin,
    "orderEditSetQuantity": set_quantity,
    "orderEditAddVariant": add_variant,
    "orderEditAddCustomItem": add_custom_item,
    "orderEditAddLineItemDiscount": add_discount,
    "orderEditAddShippingLine": add_shipping_line,
    "orderEditCommit": commit,
}
