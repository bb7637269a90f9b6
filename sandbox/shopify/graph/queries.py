"""Look-ups and searches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from sandbox.shopify.fulfilment import Fulfillment, FulfillmentOrder, Refusal
from sandbox.shopify.graph.base import Args, Call, Resolver, bad_request
from sandbox.shopify.graph.catalogue import product_doc, variant_doc
from sandbox.shopify.graph.pages import Page, page
from sandbox.shopify.ids import kind_of, number_of
from sandbox.shopify.order import Order
from sandbox.shopify.search import BadSearch, matches, parse

ORDER_KEYS = {"CREATED_AT": "created_at", "UPDATED_AT": "updated_at", "ID": "id"}


def order(_: Any, info: GraphQLResolveInfo, args: Args) -> Order | None:
    call: Call = info.context
    found = call.shop.orders.get(number_of(args["id"], "Order"))
    return call.shop.visible(found, call.scopes)


def order_by_identifier(_: Any, info: GraphQLResolveInfo, args: Args) -> Order | None:
    call: Call = info.context
    identifier = args["identifier"]
    if identifier.get("id"):
        return order(None, info, {"id": identifier["id"]})
    if not identifier.get("customId"):
        raise bad_request("One of id or customId is required")
    try:
        found = call.shop.metafields.order_by(call.app, identifier["customId"])
    except Refusal as refusal:
        raise bad_request(refusal.message, "NOT_FOUND") from refusal
    return call.shop.visible(found, call.scopes)


def orders(_: Any, info: GraphQLResolveInfo, args: Args) -> Page:
    """What the search index knows: an order may match by what it was a moment ago."""
    call: Call = info.context
    try:
        docs = call.shop.index.find(args.get("query") or "")
    except BadSearch as error:
        raise bad_request(str(error)) from error
    name = ORDER_KEYS.get(args.get("sortKey") or "", "processed_at")
    keys = {doc["id"]: (_plain(doc[name]), doc["id"]) for doc in docs}
    seen = [call.shop.visible(call.shop.orders.get(each), call.scopes) for each in keys]
    return page([each for each in seen if each], args, key=lambda each: keys[each.id])


def _plain(value: Any) -> Any:
    return value if isinstance(value, int) else value.isoformat()


def searched(items: str, doc: Callable[[Any], dict[str, Any]]) -> Resolver:
    """A search over everything the shop has of a kind."""

    def search(_: Any, info: GraphQLResolveInfo, args: Args) -> Page:
        found = list(getattr(info.context.shop, items).values())
        try:
            wanted = parse(args.get("query") or "")
            hits = [each for each in found if matches(doc(each), wanted)]
        except BadSearch as error:
            raise bad_request(str(error)) from error
        return page(hits, args, key=lambda each: each.id)

    return search


def by_id(kind: str, items: str) -> Resolver:
    def find(_: Any, info: GraphQLResolveInfo, args: Args) -> Any:
        return getattr(info.context.shop, items).get(number_of(args["id"], kind))

    return find


def with_order(kind: str, items: str) -> Resolver:
    """The same for what belongs to an order and is as old as it."""

    def find(_: Any, info: GraphQLResolveInfo, args: Args) -> Any:
        call: Call = info.context
        found: Fulfillment | FulfillmentOrder | None
        found = getattr(call.shop, items).get(number_of(args["id"], kind))
        visible = found and call.shop.visible(found.order, call.scopes)
        return found if visible else None

    return find


def location(_: Any, info: GraphQLResolveInfo, args: Args) -> Any:
    call: Call = info.context
    if not args.get("id"):
        return call.shop.default_location
    return call.shop.locations.get(number_of(args["id"], "Location"))


def job(_: Any, info: GraphQLResolveInfo, args: Args) -> Any:
    return info.context.shop.jobs.get(args["id"].rpartition("/")[2])


BY_KIND: dict[str, Resolver] = {
    "Order": order,
    "Product": by_id("Product", "products"),
    "ProductVariant": by_id("ProductVariant", "variants"),
    "Location": by_id("Location", "locations"),
    "FulfillmentOrder": with_order("FulfillmentOrder", "fulfillment_orders"),
    "Fulfillment": with_order("Fulfillment", "fulfillments"),
    "CalculatedOrder": by_id("CalculatedOrder", "edits"),
}


def node(_: Any, info: GraphQLResolveInfo, args: Args) -> Any:
    kind = kind_of(args["id"])
    if kind not in BY_KIND:
        raise GraphQLError(f"node of kind {kind!r} is not in the sandbox")
    return BY_KIND[kind](None, info, args)


def nodes(_: Any, info: GraphQLResolveInfo, args: Args) -> list[Any]:
    return [node(None, info, {"id": each}) for each in args["ids"]]


FIELDS: dict[str, Resolver] = {
    "order": order,
    "orders": orders,
    "orderByIdentifier": order_by_identifier,
    "fulfillmentOrder": BY_KIND["FulfillmentOrder"],
    "fulfillment": BY_KIND["Fulfillment"],
    "product": BY_KIND["Product"],
    "products": searched("products", product_doc),
    "productVariant": BY_KIND["ProductVariant"],
    "productVariants": searched("variants", variant_doc),
    "location": location,
    "locations": lambda _, info, args: page(list(info.context.shop.locations.values()), args),
    "job": job,
    "node": node,
    "nodes": nodes,
}
