"""*Notifications*: whether a mail comes with each order, once an hour, or never."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from orderflow import clock
from orderflow.db import db, unit_of_work
from orderflow.models import Merchant, Vendor
from orderflow.rules import settings
from portal import scope

pages = Blueprint("portal_notifications", __name__, url_prefix="/portal/notifications")
NAME = "order_notifications"
BY = "vendor"
"""Who the merchant's history says it was; it names nobody of the vendor's people."""


@pages.get("")
def show() -> str:
    here = scope.current()
    holds = settings.effective(db.session(), here.vendor.merchant_id, here.vendor.id)
    return render_template(
        "portal/notifications.html",
        here=here,
        choices=[(choice, _words(str(choice))) for choice in settings.choices(NAME)],
        chosen=getattr(holds.values, NAME),
    )


@pages.post("")
def save() -> Response:
    here, wanted = scope.require_owner(), request.form.get(NAME, "")
    if wanted not in settings.choices(NAME):
        abort(400)
    with unit_of_work() as session:
        vendor = session.get_one(Vendor, here.vendor.id)
        merchant = session.get_one(Merchant, vendor.merchant_id)
        settings.change(session, merchant, {NAME: wanted}, by=BY, now=clock.now(), vendor=vendor)
    flash(_("Saved."))
    return redirect(url_for(".show"), 303)


def _words(choice: str) -> str:
    said = {
        "each": _("A mail for each order"),
        "hourly": _("One mail an hour, with all new orders"),
        "none": _("No mail; look into the portal"),
    }
    return str(said[choice])
