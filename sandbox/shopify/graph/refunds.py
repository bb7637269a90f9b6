"""Refunds, and the money behind them. ``refundCreate`` demands ``@idempotent(key:)``."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.shopify.fulfilment import Refusal
from sandbox.shopify.graph.base import Args, Call, Fields, Resolver, attr, constant, user_errors
from sandbox.shopify.graph.base import money as bag
from sandbox.shopify.graph.inventory import idempotent
from sandbox.shopify.graph.orders import at
from sandbox.shopify.graph.pages import page
from sandbox.shopify.graph.writes import find_order
from sandbox.shopify.order import Line, Order, Refund, RefundLine, Transaction

FIELDS: Fields = {
    "Refund": {
        "id": attr("gid"),
        "createdAt": at("created_at"),
        "note": attr("note"),
        "totalRefundedSet": lambda refund, info, args: bag(
            refund.amount, info.context.shop.currency
        ),
        "refundLineItems": lambda refund, info, args: page(refund.lines, args),
    },
    "RefundLineItem": {
        "lineItem": attr("line"),
        "quantity": attr("quantity"),
        "restockType": attr("restock_type"),
        "restocked": attr("restocked"),
    },
    "OrderTransaction": {
        "id": attr("gid"),
        "kind": attr("kind"),
        "status": constant("SUCCESS"),
        "gateway": attr("gateway"),
        "paymentId": attr("payment_id"),
        "createdAt": at("created_at"),
        "amountSet": lambda each, info, args: bag(each.amount, info.context.shop.currency),
        "parentTransaction": attr("parent"),
    },
}


@user_errors("refund")
@idempotent
def refund_create(_: Any, info: GraphQLResolveInfo, args: Args) -> Refund:
    call: Call = info.context
    given = args["input"]
    order = find_order(call, given["orderId"], "orderId")
    lines = [_line(order, each) for each in given.get("refundLineItems") or ()]
    paid = given.get("transactions") or ()
    if not lines and not paid:
        raise Refusal("Refund must have a line item, shipping or a transaction", ["input"])
    parents = [_parent(order, each) for each in paid]
    return call.shop.lifecycle.refund(
        order,
        lines,
        money=sum((Decimal(str(each["amount"])) for each in paid), Decimal(0)),
        note=given.get("note") or "",
        parent=parents[0] if parents else None,
    )


def _line(order: Order, given: dict[str, Any]) -> RefundLine:
    line = next((each for each in order.lines if each.gid == given["lineItemId"]), None)
    if line is None:
        raise Refusal("Line item does not exist", ["refundLineItems", "lineItemId"])
    kind = given.get("restockType") or "NO_RESTOCK"
    if kind == "LEGACY_RESTOCK":
        raise Refusal("Restock type is not accepted", ["refundLineItems", "restockType"])
    _must_fit(line, given["quantity"], kind)
    return RefundLine(line, given["quantity"], kind)


def _must_fit(line: Line, quantity: int, kind: str) -> None:
    at_hand = {"CANCEL": line.unfulfilled, "RETURN": line.fulfilled}.get(kind, quantity)
    if quantity > at_hand:
        words = f"Cannot {kind.lower()} {quantity} of a line item that has {at_hand}"
        raise Refusal(words, ["refundLineItems", "quantity"])


def _parent(order: Order, given: dict[str, Any]) -> Transaction:
    parent = next(
        (each for each in order.transactions if each.gid == (given.get("parentId") or "")), None
    )
    if given["kind"] != "REFUND":
        raise Refusal("Transactions must be refunds", ["transactions", "kind"])
    if parent is None or parent.kind != "SALE":
        raise Refusal("Parent transaction does not exist", ["transactions", "parentId"])
    return parent


MUTATIONS: dict[str, Resolver] = {"refundCreate": refund_create}
