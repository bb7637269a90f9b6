"""What a vendor must do by hand in its own store, and that it is done (P54)."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from orderflow import clock
from orderflow.book import flags
from orderflow.db import unit_of_work
from portal import orders
from portal.flagged import BY_HAND

pages = Blueprint("portal_todo", __name__, url_prefix="/portal/orders/<public_id>/to-do/<flag>")


@pages.post("")
def mark_done(public_id: str, flag: str) -> Response:
    """Pressed twice, the second says the same: it is done."""
    with unit_of_work() as session:
        part = orders.find(session, public_id)
        found = flags.find(session, part.merchant_id, part.order_id, flag)
        if found is None or found.vendor_order_id != part.id or found.code not in BY_HAND:
            abort(404)
        flags.mark_done(session, found, orders.signed(), "", clock.now())
    flash(_("Marked as done. The shop sees it."))
    return redirect(url_for("portal_orders.one", public_id=public_id), 303)
