"""One resolver for all fields: rights first, then the table of what the sandbox has."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo, get_named_type

from sandbox.shopify.catalogue import Location, Product, Variant
from sandbox.shopify.editing import EditSession
from sandbox.shopify.fulfilment import Fulfillment, FulfillmentOrder
from sandbox.shopify.graph import (
    catalogue,
    fulfilment,
    inventory,
    order_create,
    order_edit,
    orders,
    platform,
    queries,
    refunds,
    writes,
)
from sandbox.shopify.graph.base import Call, Fields, Resolver
from sandbox.shopify.graph.pages import PAGE_FIELDS
from sandbox.shopify.order import Line, Order
from sandbox.shopify.schema import Access, protected_fields, required_access, schema

FIELDS: Fields = {
    **catalogue.FIELDS,
    **fulfilment.FIELDS,
    **order_edit.FIELDS,
    **orders.FIELDS,
    **platform.FIELDS,
    **refunds.FIELDS,
    "QueryRoot": {**queries.FIELDS, **platform.QUERIES},
    "Mutation": {
        **order_create.MUTATIONS,
        **order_edit.MUTATIONS,
        **refunds.MUTATIONS,
        **writes.MUTATIONS,
        **fulfilment.MUTATIONS,
        **inventory.MUTATIONS,
        **platform.MUTATIONS,
    },
}
TYPE_NAMES = {
    Order: "Order",
    Line: "LineItem",
    Product: "Product",
    Variant: "ProductVariant",
    Location: "Location",
    Fulfillment: "Fulfillment",
    FulfillmentOrder: "FulfillmentOrder",
    EditSession: "CalculatedOrder",
}
ACCESS_PAGE = "https://shopify.dev/api/usage/access-scopes"


def resolve_type(value: Any, *_: Any) -> str | None:
    return TYPE_NAMES.get(type(value))


def resolve_field(source: Any, info: GraphQLResolveInfo, **args: Any) -> Any:
    parent, name = info.parent_type.name, info.field_name
    call: Call = info.context
    check_access(parent, name, call.scopes)
    if isinstance(source, dict):
        if name in source:
            return source[name]
        raise absent(parent, name)
    resolver = _resolver(parent, name)
    if resolver is None:
        raise absent(parent, name)
    if (parent, name) in protected_fields() and not call.app.sees_personal_fields:
        return None
    return resolver(source, info, args)


@cache
def _resolver(parent: str, name: str) -> Resolver | None:
    for ending, fields in PAGE_FIELDS.items():
        if parent.endswith(ending):
            return fields.get(name)
    return FIELDS.get(parent, {}).get(name)


def absent(parent: str, name: str) -> GraphQLError:
    words = f"{parent}.{name} is not in the sandbox"
    return GraphQLError(words, extensions={"code": "NOT_IN_THE_SANDBOX"})


@lru_cache(maxsize=4096)
def _refused_access(parent: str, name: str, scopes: frozenset[str]) -> Access | None:
    """The rule that these scopes do not meet."""
    return next((each for each in _rules(parent, name) if scopes.isdisjoint(each.scopes)), None)


def _rules(parent: str, name: str) -> Iterator[Access]:
    rules = required_access()
    own = rules.get((parent, name))
    if own:
        yield own
    returned = get_named_type(schema().type_map[parent].fields[name].type).name  # type: ignore[attr-defined]
    rule = rules.get((returned.removesuffix("Connection"), None))
    if rule:
        yield rule


def check_access(parent: str, name: str, scopes: frozenset[str]) -> None:
    refused = _refused_access(parent, name, scopes)
    if refused is None:
        return
    raise GraphQLError(
        f"Access denied for {name} field. Required access: {refused.words}",
        extensions={
            "code": "ACCESS_DENIED",
            "documentation": ACCESS_PAGE,
            "requiredAccess": refused.words,
        },
    )
