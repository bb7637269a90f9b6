"""How each setting is told to people: the pages, the help and the documents share this table.

The texts are English; they are translated at the door, where the reader stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from stores.texts import _

ORDERS, STOCK, NOTICES, PRIVACY = "order-sync", "inventory-sync", "notifications", "privacy"


@dataclass(frozen=True, slots=True)
class Option:
    """``does`` and ``use``: what it does, and when to use it. ``words`` name its choices."""

    tab: str
    group: str
    label: str
    does: str
    use: str
    words: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""


GROUPS = {
    "push": _("What is pushed"),
    "time": _("When it is pushed"),
    "changes": _("What happens after a push"),
    "tracking": _("Shipping news"),
    "vendor": _("Mail to vendors"),
    "buyer": _("The buyer's data"),
    "more": _("More about what vendors receive"),
}

_SHARED = {
    "follow": _("Default (as set above)"),
    "share": _("Share the buyer's"),
    "replace": _("Replace with yours"),
    "leave_out": _("Leave out"),
}

OPTIONS: dict[str, Option] = {
    "order_sync": Option(
        ORDERS,
        "push",
        _("Enable order sync"),
        _(
            "Creates each vendor's part of an order in the vendor's own store. Off: nothing is "
            "pushed, and vendors see their part in the portal. Orders pushed before stay, and "
            "their tracking still comes back."
        ),
        _("Switch it on when the first vendor's store is connected; off to stop everything."),
    ),
    "only_if_paid": Option(
        ORDERS,
        "push",
        _("Push only if paid"),
        _(
            "An order waits until its payment status is paid, and then goes by itself. Cash on "
            "delivery and manual payments wait until somebody marks the order as paid."
        ),
        _("Leave it on unless your vendors agree to ship before you are paid."),
    ),
    "unsynced_products": Option(
        ORDERS,
        "push",
        _("Push orders for unsynced products"),
        _(
            "Items that are not mapped to a product of the vendor are pushed as they are, with "
            "title, SKU, price and quantity. Off: they are held until they are mapped, and then "
            "follow into the same order where the vendor's platform can, else as a second one."
        ),
        _(
            "Switch it on when vendors know their items by title or SKU; no stock is lowered for "
            "such items."
        ),
    ),
    "hold_whole_order": Option(
        ORDERS,
        "push",
        _("Hold the whole order while some of its items are not mapped"),
        _(
            "The mapped items wait for the others, so that the vendor gets one order. Off: they go "
            "at once, and the others follow."
        ),
        _("Switch it on when a vendor charges for each parcel."),
    ),
    "fraud_hold": Option(
        ORDERS,
        "push",
        _("Hold risky orders"),
        _(
            "An order is held while your shop's fraud analysis says that its risk is high, and "
            "while all that is left to ship is on hold there. Your shop is asked once for each "
            "order, and again every 15 minutes while it says so."
        ),
        _("Switch it on when you look through risky orders before they ship."),
    ),
    "hold_local_delivery": Option(
        ORDERS,
        "push",
        _("Hold local pickup and local delivery"),
        _(
            "Items that the buyer picks up in your shop, or that you deliver yourself, are held, "
            "and you can send single orders anyway. Off: they go to the vendor, whose order says "
            "how they are delivered. Without a shipping address, other items are held in any case."
        ),
        _("Switch it off when your vendors prepare pickups, or ship to your shop."),
    ),
    "delay_minutes": Option(
        ORDERS,
        "time",
        _("Wait before pushing"),
        _(
            "An order waits that long after it came in, or, where it has to be paid, after it was "
            "paid. You can let a single order go earlier."
        ),
        _("Use it when buyers often change or cancel an order in its first minutes."),
        unit=_("minutes, from 0 to 1440"),
    ),
    "push_every": Option(
        ORDERS,
        "time",
        _("Sync frequency"),
        _(
            "Orders go at once, or in rounds that are counted from the full hour. An order whose "
            "round is over when it stops being held goes at once."
        ),
        _("Use rounds when a vendor wants to pack in batches."),
        {
            "0": _("At once"),
            "5": _("Every 5 minutes"),
            "15": _("Every 15 minutes"),
            "30": _("Every 30 minutes"),
            "60": _("Every hour"),
        },
    ),
    "line_edits": Option(
        ORDERS,
        "changes",
        _("When you edit the items of an order"),
        _(
            "The vendor's order is edited where the vendor's platform can, and never below what "
            "has shipped; else both sides are told what to change by hand."
        ),
        _("Choose to only flag when vendors begin to pack at once."),
        {"apply": _("Edit the vendor's order"), "flag": _("Only flag it")},
    ),
    "vendor_cancel": Option(
        ORDERS,
        "changes",
        _("When a vendor cancels in their store"),
        _("The shipment is flagged for you, or cancelled, and you are told to refund the buyer."),
        _("Flagging lets you find another vendor first."),
        {"flag": _("Flag it for me"), "cancel": _("Cancel that shipment")},
    ),
    "restock_on_cancel": Option(
        ORDERS,
        "changes",
        _("Put goods back into the vendor's stock when an order is cancelled"),
        _("The vendor's store raises its stock again when your order is cancelled."),
        _("Switch it off when vendors count returned goods by hand."),
    ),
    "conflicts": Option(
        ORDERS,
        "changes",
        _("When you and the vendor changed the same field"),
        _("Decides which of two values is kept; both stay in the history."),
        _("Asking is the slowest and the safest."),
        {
            "merchant": _("Yours is kept"),
            "vendor": _("The vendor's is kept"),
            "ask": _("You are asked"),
        },
    ),
    "notify_buyer": Option(
        NOTICES,
        "tracking",
        _("Let the shop tell the buyer what has shipped"),
        _("Your shop mails the buyer as soon as a vendor's parcel is reported to it."),
        _("Switch it off when you send such mails yourself."),
    ),
    "report_without_number": Option(
        NOTICES,
        "tracking",
        _("Report completed orders that have no tracking number"),
        _(
            "An order that the vendor's store calls complete is reported as shipped, without a "
            "number. Off: it waits for one."
        ),
        _("Switch it off when every parcel of yours must have a number."),
    ),
    "order_notifications": Option(
        NOTICES,
        "vendor",
        _("Order notifications"),
        _("Mails a vendor when an order arrives, in the vendor's language."),
        _("Choose the hourly digest for vendors with many orders."),
        {
            "each": _("For each order"),
            "hourly": _("One digest an hour"),
            "none": _("No notification"),
        },
    ),
    "replace_customer": Option(
        PRIVACY,
        "buyer",
        _("Replace customer info with merchant details"),
        _(
            "A vendor gets your name, e-mail and phone instead of the buyer's, everywhere. Street, "
            "city, postcode and country are passed, because parcels must arrive. The box sets all "
            "fields below."
        ),
        _("Leave it on unless a vendor has to know who the buyer is."),
    ),
    "email_mode": Option(
        PRIVACY,
        "buyer",
        _("E-mail"),
        _("Replaced, it is an address of yours that is different for each order."),
        _("Share it when the vendor answers buyers' questions."),
        _SHARED,
    ),
    "phone_mode": Option(
        PRIVACY,
        "buyer",
        _("Phone"),
        _("The phone of the order and of both addresses."),
        _("Share it when the carrier has to call the buyer."),
        _SHARED,
    ),
    "name_mode": Option(
        PRIVACY,
        "buyer",
        _("Name and company"),
        _("On both addresses, and wherever a note says it."),
        _("Share it when the parcel has to show it."),
        _SHARED,
    ),
    "billing_mode": Option(
        PRIVACY,
        "buyer",
        _("Billing address"),
        _("Replaced, it is your name, phone and country."),
        _("Share it when the vendor writes the invoice."),
        _SHARED,
    ),
    "note_mode": Option(
        PRIVACY,
        "buyer",
        _("Note and extra details"),
        _(
            "Replaced, it goes without the buyer's name, e-mail and phone. Shared, it goes without "
            "those that are not shared."
        ),
        _("Leave it out when your checkout asks for what no vendor needs."),
        _SHARED,
    ),
    "consent_mode": Option(
        PRIVACY,
        "buyer",
        _("Marketing consent"),
        _("Never goes along by itself. Shared, it goes with the buyer's own e-mail only."),
        _("Share it only when buyers agreed to mails from your vendors."),
        {**_SHARED, "follow": _("Leave out, as always"), "replace": _("Say that there is none")},
    ),
    "keep_recipient_name": Option(
        PRIVACY,
        "more",
        _("Keep the recipient's name on the delivery address"),
        _(
            "The delivery address shows who the parcel is for, although the name is replaced "
            "everywhere else."
        ),
        _("Switch it on when carriers return parcels without the right name."),
    ),
    "contact_email": Option(
        PRIVACY,
        "more",
        _("Your address for vendors' orders"),
        _(
            "The e-mail that stands in for the buyer's: a part is added after a plus for each "
            "order, or write *@ and a domain of yours that takes every name. Empty: your shop's "
            "address."
        ),
        _("Use one that somebody reads: buyers' mails from vendors' stores arrive there."),
    ),
    "keep_personal_days": Option(
        PRIVACY,
        "more",
        _("Keep the buyer's data after an order is done"),
        _(
            "That long after an order was shipped, cancelled or refunded as a whole, the buyer's "
            "name, e-mail, phone, street and notes are removed here. Amounts and history stay; "
            "your shop and vendors' stores keep their own."
        ),
        _("Shorten it when your privacy notice promises less."),
        unit=_("days, from 0 to 365"),
    ),
    "share_transaction_reference": Option(
        PRIVACY,
        "more",
        _("Send the payment's transaction reference"),
        _(
            "Adds the reference of the payment, never a card or an account, to the vendor's order. "
            "Your shop is asked for it first, so an order waits a moment; where there is none, it "
            "goes without. Orders that were pushed before are not changed for it."
        ),
        _("Switch it on only when a vendor settles with you by it."),
    ),
}
"""In the order in which a page shows them."""


def anchor(name: str) -> str:
    """Where the help tells of it: ``/help#only-if-paid``."""
    return name.replace("_", "-")


def of_tab(tab: str) -> dict[str, Option]:
    return {name: option for name, option in OPTIONS.items() if option.tab == tab}
