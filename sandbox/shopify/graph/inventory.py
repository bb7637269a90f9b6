"""Inventory mutations; they demand ``@idempotent(key:)`` since 2026-04."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from graphql import GraphQLResolveInfo, get_directive_values

from sandbox.shopify.catalogue import Variant
from sandbox.shopify.fulfilment import Refusal
from sandbox.shopify.graph.base import Args, Call, Resolver, bad_request, user_errors
from sandbox.shopify.ids import gid, number_of
from sandbox.shopify.schema import schema


def idempotent(mutate: Resolver) -> Resolver:
    """The first answer to a key is given again; the same key with other input is refused."""

    def once(source: Any, info: GraphQLResolveInfo, args: Args) -> Any:
        call: Call = info.context
        key = _key(info)
        asked = json.dumps(args, sort_keys=True)
        before = call.shop.idempotent.get(key)
        if before and before[0] != asked:
            words = "The same idempotency key was used with different parameters."
            raise Refusal(words, None, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH")
        if before is None:
            before = call.shop.idempotent[key] = (asked, mutate(source, info, args))
        return before[1]

    return once


def _key(info: GraphQLResolveInfo) -> str:
    directive = schema().get_directive("idempotent")
    given = directive and get_directive_values(directive, info.field_nodes[0], info.variable_values)
    key = str(given["key"]).strip() if given else ""
    if not key:
        raise bad_request(
            f"The @idempotent directive is required for the {info.field_name} mutation "
            "but was not provided."
        )
    return f"{info.context.app.client_id}/{info.field_name}/{key}"


def _variant(call: Call, given: dict[str, Any], path: list[str]) -> tuple[Variant, int]:
    item = number_of(given["inventoryItemId"], "InventoryItem")
    variant = next((each for each in call.shop.variants.values() if each.item_id == item), None)
    location = number_of(given["locationId"], "Location")
    if variant is None:
        words = "The specified inventory item could not be found."
        raise Refusal(words, [*path, "inventoryItemId"], "INVALID_INVENTORY_ITEM")
    if location not in call.shop.locations:
        words = "The specified location could not be found."
        raise Refusal(words, [*path, "locationId"], "INVALID_LOCATION")
    return variant, location


def _apply(
    info: GraphQLResolveInfo, args: Args, key: str, quantity: Callable[[int, dict[str, Any]], int]
) -> dict[str, Any]:
    """All changes or none."""
    call: Call = info.context
    planned = []
    for at, given in enumerate(args["input"][key]):
        path = ["input", key, str(at)]
        variant, location = _variant(call, given, path)
        now = variant.stock.get(location, 0)
        expected = given.get("changeFromQuantity")
        if expected is not None and expected != now:
            words = "The changeFromQuantity argument no longer matches the persisted quantity."
            raise Refusal(words, [*path, "changeFromQuantity"], "CHANGE_FROM_QUANTITY_STALE")
        planned.append((variant, location, quantity(now, given)))
    for variant, location, new in planned:
        variant.stock[location] = new
    made = next(call.shop.world.ids)
    return {"id": gid("InventoryAdjustmentGroup", made), "reason": args["input"]["reason"]}


@user_errors("inventoryAdjustmentGroup")
@idempotent
def set_quantities(_: Any, info: GraphQLResolveInfo, args: Args) -> dict[str, Any]:
    return _apply(info, args, "quantities", lambda now, given: int(given["quantity"]))


@user_errors("inventoryAdjustmentGroup")
@idempotent
def adjust_quantities(_: Any, info: GraphQLResolveInfo, args: Args) -> dict[str, Any]:
    return _apply(info, args, "changes", lambda now, given: now + int(given["delta"]))


MUTATIONS: dict[str, Resolver] = {
    "inventorySetQuantities": set_quantities,
    "inventoryAdjustQuantities": adjust_quantities,
}
