"""Fulfilment orders and fulfilments, and the mutations on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.shopify.fulfilment import (
    Fulfillment,
    FulfillmentEvent,
    FulfillmentOrder,
    Refusal,
    Tracking,
)
from sandbox.shopify.graph.base import Args, Call, Fields, Resolver, attr, constant, user_errors
from sandbox.shopify.graph.orders import at
from sandbox.shopify.graph.pages import page
from sandbox.shopify.ids import gid, number_of


def assigned_location(order: FulfillmentOrder, *_: Any) -> dict[str, Any]:
    location = order.location
    return {
        "name": location.name,
        "countryCode": location.country_code,
        "address1": location.address1 or None,
        "city": location.city or None,
        "zip": location.zip or None,
        "location": location,
    }


def tracking_info(fulfillment: Fulfillment, _: GraphQLResolveInfo, args: Args) -> list[Any]:
    return [vars(each) for each in fulfillment.tracking[: args.get("first")]]


def delivery_method(order: FulfillmentOrder, *_: Any) -> dict[str, Any]:
    shipping = order.order.shipping_lines
    return {
        "id": gid("DeliveryMethod", order.id),
        "methodType": order.delivery,
        "presentedName": shipping[0].title if shipping else None,
        "serviceCode": shipping[0].code if shipping else None,
    }


FIELDS: Fields = {
    "FulfillmentOrder": {
        "id": attr("gid"),
        "status": attr("status"),
        "requestStatus": constant("UNSUBMITTED"),
        "createdAt": at("created_at"),
        "updatedAt": at("updated_at"),
        "fulfillAt": at("created_at"),
        "fulfillBy": constant(None),
        "order": attr("order"),
        "orderId": lambda each, info, args: each.order.gid,
        "orderName": lambda each, info, args: each.order.name,
        "assignedLocation": assigned_location,
        "deliveryMethod": delivery_method,
        "supportedActions": lambda each, info, args: [
            {"action": action, "externalUrl": None} for action in each.actions
        ],
        "fulfillmentHolds": attr("holds"),
        "lineItems": lambda each, info, args: page(each.lines, args),
    },
    "FulfillmentHold": {
        "id": attr("gid"),
        "reason": attr("reason"),
        "reasonNotes": lambda hold, info, args: hold.notes or None,
        "displayReason": lambda hold, info, args: hold.reason.capitalize(),
        "heldByRequestingApp": constant(False),
    },
    "FulfillmentOrderLineItem": {
        "id": attr("gid"),
        "lineItem": attr("line"),
        "totalQuantity": attr("total"),
        "remainingQuantity": attr("remaining"),
        "sku": lambda each, info, args: each.line.sku or None,
        "vendor": lambda each, info, args: each.line.vendor,
        "productTitle": lambda each, info, args: each.line.title,
        "requiresShipping": lambda each, info, args: each.line.requires_shipping,
        "variant": lambda each, info, args: each.line.variant,
    },
    "Fulfillment": {
        "id": attr("gid"),
        "name": attr("name"),
        "status": attr("status"),
        "displayStatus": attr("shown_as"),
        "deliveredAt": at("delivered_at"),
        "events": lambda each, info, args: page(each.events, args),
        "createdAt": at("created_at"),
        "updatedAt": at("updated_at"),
        "order": attr("order"),
        "location": attr("location"),
        "trackingInfo": tracking_info,
        "totalQuantity": lambda each, info, args: sum(line.quantity for line in each.lines),
        "fulfillmentLineItems": lambda each, info, args: page(each.lines, args),
    },
    "FulfillmentEvent": {
        "id": attr("gid"),
        "status": attr("status"),
        "happenedAt": at("happened_at"),
        "createdAt": at("happened_at"),
    },
    "FulfillmentLineItem": {
        "id": attr("gid"),
        "lineItem": attr("line"),
        "quantity": attr("quantity"),
    },
}


def read_tracking(given: dict[str, Any] | None) -> list[Tracking]:
    """``number`` and ``url``, or as many ``numbers`` with ``urls`` beside them."""
    if not given:
        return []
    numbers = given.get("numbers") or [given.get("number")]
    urls = given.get("urls") or [given.get("url")]
    length = max(len(numbers), len(urls))
    numbers, urls = ([*each, *[None] * (length - len(each))] for each in (numbers, urls))
    found = [
        Tracking(number, given.get("company"), url)
        for number, url in zip(numbers, urls, strict=True)
    ]
    return [each for each in found if each != Tracking(None, None, None)]


def _find_order(call: Call, order_gid: str) -> FulfillmentOrder:
    found = call.shop.fulfillment_orders.get(number_of(order_gid, "FulfillmentOrder"))
    if found is None or call.shop.visible(found.order, call.scopes) is None:
        raise Refusal("Fulfillment order does not exist.", ["fulfillment"])
    return found


def _wanted(call: Call, given: dict[str, Any]) -> tuple[FulfillmentOrder, dict[str, int] | None]:
    lines = given.get("fulfillmentOrderLineItems")
    pieces = {each["id"]: each["quantity"] for each in lines} if lines else None
    return _find_order(call, given["fulfillmentOrderId"]), pieces


@user_errors("fulfillment")
def fulfillment_create(_: Any, info: GraphQLResolveInfo, args: Args) -> Fulfillment:
    call: Call = info.context
    given = args["fulfillment"]
    wanted = [_wanted(call, each) for each in given["lineItemsByFulfillmentOrder"]]
    if not wanted:
        raise Refusal("Line items by fulfillment order can't be blank.", ["fulfillment"])
    return call.shop.lifecycle.fulfil(wanted, read_tracking(given.get("trackingInfo")))


def _find(call: Call, fulfillment_gid: str, path: str) -> Fulfillment:
    found = call.shop.fulfillments.get(number_of(fulfillment_gid, "Fulfillment"))
    if found is None or call.shop.visible(found.order, call.scopes) is None:
        raise Refusal("Fulfillment does not exist.", [path])
    return found


@user_errors("fulfillment")
def tracking_info_update(_: Any, info: GraphQLResolveInfo, args: Args) -> Fulfillment:
    call: Call = info.context
    fulfillment = _find(call, args["fulfillmentId"], "fulfillmentId")
    call.shop.lifecycle.track(fulfillment, read_tracking(args["trackingInfoInput"]))
    return fulfillment


@user_errors("fulfillment")
def fulfillment_cancel(_: Any, info: GraphQLResolveInfo, args: Args) -> Fulfillment:
    call: Call = info.context
    fulfillment = _find(call, args["id"], "id")
    call.shop.lifecycle.withdraw(fulfillment)
    return fulfillment


@user_errors("fulfillmentEvent")
def fulfillment_event_create(_: Any, info: GraphQLResolveInfo, args: Args) -> FulfillmentEvent:
    """Each call makes one more; nothing tells two that are alike from one."""
    call: Call = info.context
    given = args["fulfillmentEvent"]
    fulfillment = _find(call, given["fulfillmentId"], "fulfillmentEvent")
    at = datetime.fromisoformat(given["happenedAt"]) if given.get("happenedAt") else None
    return call.shop.lifecycle.carry(fulfillment, given["status"], at)


MUTATIONS: dict[str, Resolver] = {
    "fulfillmentCreate": fulfillment_create,
    "fulfillmentTrackingInfoUpdate": tracking_info_update,
    "fulfillmentCancel": fulfillment_cancel,
    "fulfillmentEventCreate": fulfillment_event_create,
}
