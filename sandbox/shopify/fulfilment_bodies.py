"""Webhook bodies about fulfilment orders and risk, which do not carry the order itself.

Ids of fulfilment orders are gids here, and nothing names the order: whoever hears of one has to
ask. Sources: the samples of trigger.dev's Shopify integration (placed_on_hold, moved, cancelled),
the payload types of Gadget (split, merged, hold_released), fields by topic on
https://shopify.dev/docs/api/webhooks?reference=toml (fulfillment_holds/*). For the risk
assessment Shopify publishes no sample; the shape is of deliveries that others captured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sandbox.shopify.bodies import when
from sandbox.shopify.catalogue import Location
from sandbox.shopify.fulfilment import FulfillmentOrder, FulfillmentOrderLine, Hold
from sandbox.shopify.order import Order

Body = dict[str, Any]
Pieces = Mapping[FulfillmentOrderLine, int]


def brief(order: FulfillmentOrder) -> Body:
    return {"id": order.gid, "status": order.status.lower()}


def _at(order: FulfillmentOrder) -> Body:
    return {**brief(order), "assigned_location_id": order.location.gid}


def _pieces(pieces: Pieces) -> list[Body]:
    return [{"id": each.gid, "quantity": quantity} for each, quantity in pieces.items()]


def hold_body(hold: Hold) -> Body:
    return {
        "id": hold.gid,
        "handle": "",
        "reason": hold.reason.lower(),
        "reason_notes": hold.notes,
        "held_by_app": None,
        "held_by_requesting_app": False,
    }


def placed_on_hold(order: FulfillmentOrder, hold: Hold) -> Body:
    """fulfillment_orders/placed_on_hold; the whole fulfilment order is held."""
    return {
        "fulfillment_order": {
            **brief(order),
            "fulfillment_holds": [hold_body(each) for each in order.holds],
        },
        "created_fulfillment_hold": hold_body(hold),
        "remaining_fulfillment_order": None,
        "held_fulfillment_order_line_items": [],
    }


def hold_changed(order: FulfillmentOrder, hold: Hold) -> Body:
    """fulfillment_holds/added and fulfillment_holds/released."""
    return {"fulfillment_order": brief(order), "fulfillment_hold": hold_body(hold)}


def hold_released(order: FulfillmentOrder) -> Body:
    return {"fulfillment_order": brief(order)}


def moved(
    original: FulfillmentOrder, now_at: FulfillmentOrder, source: Location, pieces: Pieces
) -> Body:
    return {
        "original_fulfillment_order": _at(original),
        "moved_fulfillment_order": _at(now_at),
        "destination_location_id": now_at.location.gid,
        "fulfillment_order_line_items_requested": _pieces(pieces),
        "source_location": {"id": source.gid},
    }


def split(original: FulfillmentOrder, made: FulfillmentOrder, pieces: Pieces) -> Body:
    """The pieces named are those of the original that wait in the new one."""
    return {
        "fulfillment_order": brief(original),
        "remaining_fulfillment_order": brief(made),
        "replacement_fulfillment_order": None,
        "split_line_items": _pieces(pieces),
    }


def merged(made: FulfillmentOrder, gone: Iterable[FulfillmentOrder]) -> Body:
    """Ids of what was merged are numbers, unlike all others here."""
    return {
        "fulfillment_order_merges": {"fulfillment_order": brief(made)},
        "merge_intents": [
            {
                "fulfillment_order_id": each.id,
                "fulfillment_order_line_items": [
                    {"id": line.id, "quantity": line.total} for line in each.lines
                ],
            }
            for each in gone
        ],
    }


def risk_assessed(order: Order, now: datetime) -> Body:
    """orders/risk_assessment_changed; the provider is null when it is Shopify itself."""
    return {
        "provider_id": None,
        "provider_title": None,
        "risk_level": order.risk.lower(),
        "created_at": when(now),
        "order_id": order.id,
        "admin_graphql_api_order_id": order.gid,
    }
