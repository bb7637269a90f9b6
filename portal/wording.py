"""Codes about orders as sentences for vendors, and an address as it stands on an envelope."""

from __future__ import annotations

from collections.abc import Mapping

from babel import Locale
from flask import g
from flask_babel import lazy_gettext as _later

from orderflow.handwork import shown
from orderflow.models import Shipment, VendorOrder
from orderflow.traffic import carriers
from stores.base import Address

STAGES: Mapping[str, str] = {
    VendorOrder.FRESH: _later("New"),
    VendorOrder.TO_SHIP: _later("To ship"),
    VendorOrder.DONE: _later("Shipped"),
    VendorOrder.OVER: _later("Cancelled"),
}

EMPTY: Mapping[str, str] = {
    VendorOrder.FRESH: _later("No new order. What arrives stands here until somebody opens it."),
    VendorOrder.TO_SHIP: _later("Nothing waits to be shipped."),
    VendorOrder.DONE: _later("Nothing has shipped yet."),
    VendorOrder.OVER: _later("No order was cancelled or declined."),
}

FLAGS: Mapping[str, tuple[str, str]] = {
    shown.NOT_PAID: (
        _later("Not paid"),
        _later("It is not paid yet. Ask the shop before you ship."),
    ),
    shown.ON_HOLD: (
        _later("On hold"),
        _later("The shop has put it on hold. Ask the shop before you ship."),
    ),
    shown.TEST: (_later("Test"), _later("This is a test order. Nobody waits for it.")),
    shown.FORGOTTEN: (
        _later("Buyer's data removed"),
        _later("The buyer's data were removed, so there is nowhere to ship to."),
    ),
    shown.ON_ITS_WAY: (
        _later("On its way"),
        _later("It goes to your store just now. Ship it there, or here in a moment."),
    ),
    shown.IN_STORE: (
        _later("In your store"),
        _later("It stands in your store too. Ship it there or here, not in both."),
    ),
    shown.DECLINED: (
        _later("Declined"),
        _later("You have declined some of it. The shop has been told."),
    ),
    shown.LATE: (
        _later("Cancelled too late"),
        _later("The shop has cancelled it when goods had left. Ask the shop what to do."),
    ),
}
"""For each flag a few words for a list, and a sentence for the order's page."""

WARNINGS = (shown.NOT_PAID, shown.ON_HOLD, shown.FORGOTTEN, shown.LATE)
"""Flags that should stop somebody who is about to ship."""

TYPED_BY: Mapping[str, str] = {
    Shipment.STORE: _later("seen in your store"),
    Shipment.MERCHANT: _later("shipped by the shop"),
    Shipment.VENDOR: _later("typed in here"),
}

KNOWN: Mapping[str, str] = {
    Shipment.NEW: _later("The shop is being told"),
    Shipment.REPORTED: _later("The shop knows"),
    Shipment.WITHDRAWN: _later("Withdrawn"),
    Shipment.STUCK: _later("The shop did not take it, and looks into it"),
}
"""What the marketplace knows of a shipment."""

IMPOSSIBLE: Mapping[str, str] = {
    "declined_already": _later("It is declined already."),
    "has_shipped": _later("Some of it has shipped, so it cannot be declined. Ask the shop."),
    "nothing_left": _later("Nothing of it is left to ship."),
    "why_is_missing": _later("Write down why: the shop has to tell the buyer."),
    "why_too_long": _later("At most 500 characters, please."),
    "not_declined": _later("It is not declined."),
    "decided_meanwhile": _later("The shop has seen to it meanwhile: it is not wanted any more."),
    "no_such_line": _later("This order has no such item."),
}

WRONG: Mapping[str, str] = {
    "pieces_negative": _later("Write a whole number, 0 or more."),
    "pieces_too_many": _later("More than is left to ship."),
    "pieces_shipped": _later("All of it was reported as shipped already; see the order's page."),
    "no_pieces": _later("How many pieces are in the parcel? Write it for at least one item."),
    "number_twice": _later("The same number stands here twice."),
    "number_known": _later("Another shipment of this order has that number already."),
    "number_formula": _later("This is a formula. Write the number itself."),
    "number_rounded": _later(
        "A spreadsheet has rounded this number, and its digits are lost. Take it from the label."
    ),
    "number_is_link": _later("This is a link. Write the number here, and the link below."),
    "numbers_too_long": _later("At most 20 numbers of 200 characters each."),
    "carrier_too_long": _later("At most 200 characters, please."),
    "carrier_unknown": _later(
        "We do not know this carrier. Choose one, or Other and write its name."
    ),
    "no_link": _later("Write a whole address that begins with https://."),
    "one_link_many_numbers": _later("One link fits one number. Leave it empty with several."),
    "cannot_ship_now": _later(
        "It cannot be shipped here now: it goes to your store this moment, or it is cancelled."
    ),
}
"""What is wrong with a shipment as it was typed in."""


CITY_FIRST = frozenset({"AU", "CA", "GB", "IE", "IN", "NZ", "US"})
"""Countries where the postcode stands behind the city and the province."""


def impossible(code: str) -> str:
    return str(IMPOSSIBLE[code])


def link(tracking: Mapping[str, str]) -> str:
    """Where the parcel is looked up; "" if nobody knows."""
    return carriers.link(tracking["company"], tracking["number"], tracking["url"])


def envelope(address: Address) -> list[str]:
    """As it is written on a parcel, a line each."""
    name = f"{address.first_name} {address.last_name}".strip()
    town = [address.zip, address.city, address.province]
    if address.country in CITY_FIRST:
        town = [address.city, address.province, address.zip]
    city = " ".join(filter(None, town))
    country = Locale.parse(g.locale).territories.get(address.country, address.country)
    lines = (name, address.company, address.address1, address.address2, city, country)
    return [line for line in lines if line]
