"""*Log*: every call to a store, how long it took and what came of it; no personal data."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, g, render_template, request
from flask_babel import lazy_gettext as _later
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from orderflow.access import vendors
from orderflow.db import db
from orderflow.models import MarketplaceOrder, StoreCall, Vendor
from orderflow.paging import newest_first
from orderflow.read.search import folded
from webapp import cursor

pages = Blueprint("log", __name__)
MOST_ORDERS = 20
"""Orders that may carry one number; a shop can start its numbers anew."""
CHOICES = 200
"""Vendors to choose from; whoever has more comes from the vendor's own page."""

OPERATIONS: Mapping[str, str] = {
    "create_order": _later("Create the order"),
    "find_orders": _later("Look for the order"),
    "compare_order": _later("Compare the order with what was sent"),
    "read_order": _later("Read the order"),
    "cancel_order": _later("Cancel an order"),
    "fetch_changes": _later("Check for changes"),
    "subscribe": _later("Set up webhooks"),
    "missing_orders": _later("Look for deleted orders"),
    "read_setup": _later("Read how the store is set up"),
    "leave": _later("Disconnect a store"),
    "renew": _later("Renew the access"),
    "identify": _later("Ask whose store it is"),
    "test_order": _later("Create a test order"),
    "variants": _later("Look for products"),
    "orders_since": _later("Read changed orders of your shop"),
    "payment_reference": _later("Read the reference of a payment of your shop"),
    "orders_placed": _later("Read earlier orders of your shop"),
    "fulfilments": _later("Read what your shop has fulfilled"),
    "fulfil": _later("Tell your shop of a parcel"),
    "correct_tracking": _later("Correct tracking in your shop"),
    "deliver": _later("Tell your shop that a parcel arrived"),
    "withdraw": _later("Withdraw a fulfilment in your shop"),
}
OUTCOMES: Mapping[str, tuple[str, str]] = {
    StoreCall.OK: ("go", _later("Done")),
    StoreCall.BUSY: ("wait", _later("Busy")),
    StoreCall.REFUSED: ("stop", _later("Refused")),
    StoreCall.LOCKED: ("stop", _later("Access denied")),
    StoreCall.UNKNOWN: ("hold", _later("No answer")),
}


@pages.get("/log")
def show() -> str:
    order, vendor = request.args.get("order", "").strip(), request.args.get("vendor", "")
    outcome = request.args.get("outcome", "")
    before = cursor.row()
    asked = _asked(order, vendor, outcome)
    rows, following = newest_first(db.session(), asked, StoreCall.id, before)
    kept = {"order": order, "vendor": vendor, "outcome": outcome}
    return render_template(
        "log.html",
        rows=rows,
        following=cursor.pack(following),
        first=before is None,
        kept={name: value for name, value in kept.items() if value},
        choices=_vendors(),
        operations=OPERATIONS,
        outcomes=OUTCOMES,
    )


def _asked(order: str, vendor: str, outcome: str) -> Select[StoreCall]:
    """What no one is called finds nothing."""
    asked = (
        select(StoreCall)
        .where(StoreCall.merchant_id == g.merchant.id)
        .options(joinedload(StoreCall.vendor), joinedload(StoreCall.order))
    )
    if order:
        asked = asked.where(StoreCall.order_id.in_(_orders(order)))
    if vendor:
        found = vendors.of(db.session(), g.merchant, vendor)
        asked = asked.where(StoreCall.vendor_id == (found.id if found else 0))
    if outcome:
        asked = asked.where(StoreCall.outcome == outcome)
    return asked


def _orders(number: str) -> list[int]:
    return list(
        db.session.scalars(
            select(MarketplaceOrder.id)
            .where(
                MarketplaceOrder.merchant_id == g.merchant.id,
                MarketplaceOrder.number == folded(number),
            )
            .limit(MOST_ORDERS)
        )
    )


def _vendors() -> list[Vendor]:
    return list(
        db.session.scalars(
            select(Vendor)
            .where(Vendor.merchant_id == g.merchant.id)
            .order_by(Vendor.name)
            .limit(CHOICES)
        )
    )
