"""Saying what has shipped: a parcel with carrier and numbers, put right later, or taken back."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from orderflow import clock
from orderflow.db import db, unit_of_work
from orderflow.handwork import by_hand
from orderflow.handwork.by_hand import ShipmentWrong, Typed
from orderflow.models import Shipment, VendorOrder
from orderflow.traffic import carriers
from portal import orders, wording

pages = Blueprint("portal_fulfilment", __name__, url_prefix="/portal/orders/<public_id>")
OTHER = "other"
"""What the list of carriers says for one that is not in it."""


@pages.get("/ship")
def ship_form(public_id: str) -> str:
    return _form(public_id)


@pages.post("/ship")
def ship(public_id: str) -> Response | tuple[str, int]:
    try:
        with unit_of_work() as session:
            part = orders.find(session, public_id)
            by_hand.ship(session, part, _typed(part), orders.typist(), clock.now())
    except ShipmentWrong as wrong:
        return _form(public_id, errors=wrong.errors), 422
    return _done(public_id, _("Shipped. The shop and the buyer are told."))


@pages.get("/shipments/<key>")
def shipment_form(public_id: str, key: str) -> str:
    return _form(public_id, key)


@pages.post("/shipments/<key>")
def correct(public_id: str, key: str) -> Response | tuple[str, int]:
    try:
        with unit_of_work() as session:
            part = orders.find(session, public_id)
            shipment = _shipment(session, part, key)
            by_hand.correct(session, part, shipment, _typed(part), orders.typist(), clock.now())
    except ShipmentWrong as wrong:
        return _form(public_id, key, wrong.errors), 422
    return _done(public_id, _("Corrected. The shop is told."))


@pages.post("/shipments/<key>/withdraw")
def withdraw(public_id: str, key: str) -> Response:
    with unit_of_work() as session:
        part = orders.find(session, public_id)
        shipment = _shipment(session, part, key)
        by_hand.withdraw(session, part, shipment, orders.typist(), clock.now())
    return _done(public_id, _("Withdrawn. The shop is told."))


def _shipment(session: Session, part: VendorOrder, key: str) -> Shipment:
    return by_hand.find(session, part, key, orders.typist()) or abort(404)


def _done(public_id: str, said: str) -> Response:
    flash(said)
    return redirect(url_for("portal_orders.one", public_id=public_id), 303)


def _typed(part: VendorOrder) -> Typed:
    form = request.form.to_dict()
    if form.get("carrier") != OTHER:
        return by_hand.read(part, form, listed=True)
    return by_hand.read(part, {**form, "carrier": form.get("other_carrier", "")})


def _form(public_id: str, key: str | None = None, errors: Mapping[str, str] | None = None) -> str:
    session = db.session()
    part = orders.find(session, public_id)
    shipment = _shipment(session, part, key) if key else None
    left = by_hand.left(session, part, orders.typist(), shipment)
    saved = _with_other(by_hand.as_form(shipment, left))
    return render_template(
        "portal/orders/ship.html",
        part=part,
        shipment=shipment,
        lines=[line for line in part.lines if line.remote_id in left],
        left=left,
        possible=shipment is not None or by_hand.may_ship(part, orders.typist()),
        carriers=carriers.CARRIERS,
        other=OTHER,
        typed={**saved, **request.form} if errors else saved,
        errors={field: str(wording.WRONG[code]) for field, code in (errors or {}).items()},
    )


def _with_other(saved: Mapping[str, str]) -> dict[str, str]:
    """A carrier that is not in the list stands in the field beside it."""
    carrier = saved["carrier"]
    if not carrier or carrier in carriers.CARRIERS:
        return {**saved, "other_carrier": ""}
    return {**saved, "carrier": OTHER, "other_carrier": carrier}
