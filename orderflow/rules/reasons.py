"""Reasons as sentences for people. A code without its sentence does not pass the tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from orderflow.rules.decide import Reason
from stores.texts import Counted, _, _n

SENTENCES: Mapping[str, str | Counted] = {
    "order_sync_on": _("Order sync is on."),
    "order_sync_off": _("Order sync is off."),
    "vendor_sync_on": _("Vendor Store Sync is on for this vendor."),
    "vendor_sync_off": _("Vendor Store Sync is off for this vendor; the vendor uses the portal."),
    "add_on_active": _("The Order Push add-on for {detail} is active."),
    "add_on_inactive": _("The Order Push add-on for {detail} is not active."),
    "connected": _("The vendor's store ({detail}) is connected."),
    "not_connected": _("The vendor has not connected a store."),
    "access_lost": _("Our access to the vendor's store ({detail}) no longer works."),
    "disconnected": _("The vendor's store ({detail}) is disconnected."),
    "payment_fine": _("The payment status is {detail}."),
    "not_paid": _("The payment status is {detail}, and only paid orders are pushed."),
    "unmapped_lines": _n(
        "{count} item is not mapped to a product of the vendor.",
        "{count} items are not mapped to products of the vendor.",
    ),
    "unmapped_taken": _n(
        "{count} item without a mapped product is sent as it is.",
        "{count} items without a mapped product are sent as they are.",
    ),
    "all_mapped": _("All items are mapped to products of the vendor."),
    "wanted": _("Open, with unshipped items."),
    "cancelled": _("The order is cancelled."),
    "refunded": _("The order is fully refunded."),
    "buyer_forgotten": _("The buyer's data were removed, so there is nowhere to ship to."),
    "already_fulfilled": _("The order is fulfilled already."),
    "nothing_to_ship": _("No item of this vendor needs shipping."),
    "all_sent": _("All that is left of it has been sent to the vendor's store."),
    "nothing_left_to_ship": _("No item of this vendor is left to ship."),
    "test_order": _("This is a test order, and {detail} has none."),
    "its_time_has_come": _("The delay is over, and its round has come."),
    "delayed": _("Waits out the delay that was set, until {until}."),
    "next_round": _("Waits for the next round of pushes: {until}."),
    "risk_not_read": _("The shop has not told yet whether the order is risky or on hold."),
    "risk_pending": _("The shop has not finished its fraud analysis."),
    "high_risk": _("The shop's fraud analysis says that the risk is high."),
    "on_hold": _("The shop has put the fulfilment of this order on hold."),
    "risk_fine": _("The risk is not high ({detail}), and nothing is on hold."),
    "reference_read": _("The shop has been asked for the payment's reference."),
    "reference_not_read": _("The shop has not told the payment's reference yet."),
    "pickup_held": _n(
        "The buyer picks {count} item up in your shop.",
        "The buyer picks {count} items up in your shop.",
    ),
    "local_held": _n(
        "{count} item goes by local delivery.",
        "{count} items go by local delivery.",
    ),
    "no_address": _n(
        "The order has no address to ship {count} item to.",
        "The order has no address to ship {count} items to.",
    ),
    "declined": _n(
        "The vendor will not deliver {count} item.",
        "The vendor will not deliver {count} items.",
    ),
    "forbidden": _("Somebody decided that this shipment is not to be pushed."),
    "pushed_although_held": _("Somebody sent this shipment anyway, although it was on hold."),
}

REMEDIES = {
    "enable_order_sync": _("Switch on Enable order sync."),
    "enable_vendor_sync": _("Switch on Vendor Store Sync for this vendor."),
    "activate_add_on": _("Activate the add-on."),
    "connect_store": _("Ask the vendor to connect a store."),
    "reconnect_store": _("Ask the vendor to reconnect the store."),
    "mark_as_paid": _("Sent automatically once the order is marked as paid."),
    "map_products": _("Map these items, or switch on Push orders for unsynced products."),
    "wait_or_release": _("Sent automatically then, or push it now."),
    "risk_is_asked": _("We ask the shop again automatically."),
    "reference_is_asked": _("We ask the shop automatically."),
    "judge_risk": _("Check the analysis in the shop, then send the order anyway or cancel it."),
    "release_hold": _("Sent automatically once the hold is released in the shop."),
    "send_anyway": _("Hand the goods over yourself, or send the order anyway."),
    "add_address": _("Add a shipping address in your shop, or send the order anyway."),
    "answer_the_vendor": _(
        "Refund or remove these items, ship them yourself, or map them to another vendor."
    ),
    "allow_push": _("Take that decision back."),
}


def moment(until: str) -> str:
    """``2026-11-23 16:45 UTC``; empty for none."""
    return f"{datetime.fromisoformat(until):%Y-%m-%d %H:%M} UTC" if until else ""


def sentence(reason: Reason) -> str:
    """What the rule says, and, where it stops the order, what would remove the obstacle."""
    told = {"detail": reason.detail, "count": len(reason.lines), "until": moment(reason.until)}
    text = SENTENCES[reason.code]
    said = (text.chosen(told) if isinstance(text, Counted) else text).format(**told)
    return f"{said} {REMEDIES[reason.remedy]}" if reason.remedy else said
