"""Reasons as sentences for people. A code without its sentence does not pass the tests."""

from __future__ import annotations

from orderflow.decide import Reason

SENTENCES = {
    "order_sync_on": "Order sync is on.",
    "order_sync_off": "Order sync is off.",
    "vendor_sync_on": "Vendor Store Sync is on for this vendor.",
    "vendor_sync_off": "Vendor Store Sync is off for this vendor; the vendor uses the portal.",
    "add_on_inactive": "The Order Push add-on for {detail} is not active.",
    "not_connected": "The vendor has not connected a store.",
    "access_lost": "Our access to the vendor's store ({detail}) no longer works.",
    "disconnected": "The vendor's store ({detail}) is disconnected.",
    "payment_fine": "The payment status is {detail}.",
    "not_paid": "The payment status is {detail}, and only paid orders are pushed.",
    "unmapped_lines": "Items are not mapped to a product of the vendor: {count}.",
    "cancelled": "The order is cancelled.",
    "refunded": "The order is fully refunded.",
    "already_fulfilled": "The order is fulfilled already.",
    "nothing_to_ship": "Nothing in this part needs shipping.",
    "nothing_left_to_ship": "Nothing is left to ship in this part.",
    "test_order": "This is a test order, and {detail} has none.",
}

REMEDIES = {
    "enable_order_sync": "Switch on Enable order sync.",
    "enable_vendor_sync": "Switch on Vendor Store Sync for this vendor.",
    "activate_add_on": "Activate the add-on.",
    "connect_store": "Ask the vendor to connect a store.",
    "reconnect_store": "Ask the vendor to reconnect the store.",
    "mark_as_paid": "Goes by itself as soon as the order is marked as paid.",
    "map_products": "Map these items, or switch on Push orders for unsynced products.",
}


def sentence(reason: Reason) -> str:
    """What the rule says, and, where it stops the order, what would remove the obstacle."""
    said = SENTENCES[reason.code].format(detail=reason.detail, count=len(reason.lines))
    return f"{said} {REMEDIES[reason.remedy]}" if reason.remedy else said
