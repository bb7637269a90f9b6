"""*Orders*: the vendor's queues and search, one order, and declining an item of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from orderflow import clock
from orderflow.book import flags
from orderflow.db import db, unit_of_work
from orderflow.handwork import actions, by_hand, declining, queues, shown
from orderflow.handwork.actions import NotPossible
from orderflow.handwork.by_hand import Typist
from orderflow.members import people
from orderflow.models import Shipment, VendorOrder
from portal import flagged, scope, wording

pages = Blueprint("portal_orders", __name__, url_prefix="/portal/orders")
LONGEST_SEARCH = 200
LATEST = 2**62


@pages.get("")
def show() -> str:
    vendor, session = scope.current().vendor, db.session()
    text = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    stage = request.args.get("stage", "")
    stage = stage if stage in VendorOrder.STAGES else VendorOrder.FRESH
    found = (
        queues.search(session, vendor, text, _before())
        if text
        else queues.page(session, vendor, stage, _before())
    )
    return render_template(
        "portal/orders/list.html",
        found=found,
        text=text,
        stage="" if text else stage,
        earlier=_before() is not None,
        counts=queues.counts(session, vendor),
        enough=queues.ENOUGH,
        wording=wording,
    )


def _before() -> int | None:
    """The row that the page before ended with; what is no number is no row."""
    asked = request.args.get("before", "")
    return min(int(asked), LATEST) if asked.isdecimal() and len(asked) < 20 else None


@pages.get("/<public_id>")
def one(public_id: str) -> str | Response:
    """A link of a mail may be about another of the person's vendors; then it is looked through."""
    here = scope.current()
    if shown.find(db.session(), here.vendor.id, public_id) is None:
        for other in here.others:
            if shown.find(db.session(), other.vendor_id, public_id):
                scope.look_through(other)
                return redirect(url_for(".one", public_id=public_id), 303)
    return page(public_id)


@pages.post("/<public_id>/decline")
def decline(public_id: str) -> Response | tuple[str, int]:
    key, why = request.form.get("line", ""), request.form.get("why", "")
    try:
        with unit_of_work() as session:
            declining.decline(session, find(session, public_id), key, why, signed(), clock.now())
    except NotPossible as no:
        return page(public_id, error={"line": key, "said": wording.impossible(no.code)}), 422
    flash(_("Declined. The shop is told."))
    return redirect(url_for(".one", public_id=public_id), 303)


@pages.post("/<public_id>/take-back")
def take_back(public_id: str) -> Response | tuple[str, int]:
    key = request.form.get("line", "")
    try:
        with unit_of_work() as session:
            declining.take_back(session, find(session, public_id), key, signed(), clock.now())
    except NotPossible as no:
        return page(public_id, error={"line": key, "said": wording.impossible(no.code)}), 422
    flash(_("You deliver it after all."))
    return redirect(url_for(".one", public_id=public_id), 303)


def find(session: Session, public_id: str) -> VendorOrder:
    """This vendor's part of an order; else 404."""
    return shown.find(session, scope.current().vendor.id, public_id) or abort(404)


def signed() -> str:
    """Who acts, as it is written down."""
    return people.signature(scope.current().person)


def typist() -> Typist:
    return Typist(signed(), Shipment.VENDOR)


def page(public_id: str, **more: Any) -> str:
    """One order. That somebody has seen it, and the buyer's data with it, is written down."""
    with unit_of_work() as session:
        part = find(session, public_id)
        shown.opened(session, part, clock.now())
        told = shown.read(session, part, by=signed(), why="portal", now=clock.now())
        may_ship = by_hand.may_ship(part, typist())
        to_do = flags.open_of(session, part, flagged.FOR_VENDORS)
    return render_template(
        "portal/orders/one.html",
        here=scope.current(),
        told=told,
        may_ship=may_ship,
        to_do=to_do,
        flagged=flagged,
        titles={line.key: line.title for line in told.lines},
        typed=request.form,
        longest=actions.LONGEST_WHY,
        wording=wording,
        **{"error": None, **more},
    )
