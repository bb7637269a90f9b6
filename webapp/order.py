"""One order: every rule's word, what was sent, what came back, and what a person may do."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from orderflow import clock
from orderflow.db import db, unit_of_work
from orderflow.handwork import actions, by_hand
from orderflow.handwork.actions import Hand, NotPossible
from orderflow.handwork.by_hand import ShipmentWrong, Typist
from orderflow.models import Shipment, VendorOrder
from orderflow.read import story
from orderflow.read.standing import CHECKS
from orderflow.traffic.carriers import CARRIERS
from webapp import events, flagged, places, sentences, telling
from webapp.answers import done, refused

pages = Blueprint("order", __name__, url_prefix="/orders/<public_id>")


@pages.get("")
def show(public_id: str) -> str:
    return _page(public_id)


@pages.get("/parts/<part>/sent/<key>")
def sent(public_id: str, part: str, key: str) -> str:
    found = _part(public_id, part)
    with unit_of_work() as session:
        row = session.get_one(VendorOrder, found.id)
        order = story.sent(session, row, key, by=g.visitor.user, now=clock.now())
    if order is None:
        abort(404)
    return render_template("orders/sent.html", sent=order, order=public_id, key=key)


@pages.post("/parts/<part>/<action>")
def act(public_id: str, part: str, action: str) -> Response:
    found = _part(public_id, part)
    if action not in CHECKS:
        abort(404)
    try:
        with unit_of_work() as session:
            row = session.get_one(VendorOrder, found.id)
            actions.perform(session, row, action, hand(), clock.now())
    except NotPossible as no:
        error = {"part": part, "action": action, "said": sentences.impossible(no.code)}
        return _here(refused(_page(public_id, error=error)), public_id)
    return _here(done(_page(public_id), str(sentences.DONE[action])), public_id)


def hand() -> Hand:
    """Who acts, and what was typed beside the button."""
    why = " ".join(request.form.get("why", "").split())[: actions.LONGEST_WHY]
    return Hand(g.visitor.user, why, certain="certain" in request.form)


@pages.get("/parts/<part>/ship")
def ship_form(public_id: str, part: str) -> str:
    return _form(_part(public_id, part), None)


@pages.post("/parts/<part>/ship")
def ship(public_id: str, part: str) -> Response:
    found = _part(public_id, part)
    try:
        with unit_of_work() as session:
            row = session.get_one(VendorOrder, found.id)
            by_hand.ship(session, row, by_hand.read(row, request.form), _typist(), clock.now())
    except ShipmentWrong as wrong:
        return refused(_form(found, None, wrong.errors))
    return _here(done(_page(public_id), _("Shipped; the shop is being told")), public_id)


@pages.get("/parts/<part>/shipments/<shipment>")
def shipment_form(public_id: str, part: str, shipment: str) -> str:
    found = _part(public_id, part)
    return _form(found, _shipment(found, shipment))


@pages.post("/parts/<part>/shipments/<shipment>")
def correct(public_id: str, part: str, shipment: str) -> Response:
    found = _part(public_id, part)
    known = _shipment(found, shipment)
    try:
        with unit_of_work() as session:
            row, parcel = (
                session.get_one(VendorOrder, found.id),
                session.get_one(Shipment, known.id),
            )
            typed = by_hand.read(row, request.form)
            by_hand.correct(session, row, parcel, typed, _typist(), clock.now())
    except ShipmentWrong as wrong:
        return refused(_form(found, known, wrong.errors))
    return _here(done(_page(public_id), _("Corrected; the shop is being told")), public_id)


@pages.post("/parts/<part>/shipments/<shipment>/withdraw")
def withdraw(public_id: str, part: str, shipment: str) -> Response:
    found = _part(public_id, part)
    known = _shipment(found, shipment)
    with unit_of_work() as session:
        row, parcel = session.get_one(VendorOrder, found.id), session.get_one(Shipment, known.id)
        by_hand.withdraw(session, row, parcel, _typist(), clock.now())
    return _here(done(_page(public_id), _("Withdrawn; the shop is being told")), public_id)


def _part(order: str, part: str) -> VendorOrder:
    return story.part_of(db.session(), g.merchant.id, order, part) or abort(404)


def _shipment(part: VendorOrder, number: str) -> Shipment:
    return by_hand.find(db.session(), part, number, _typist()) or abort(404)


def _here(answer: Response, public_id: str) -> Response:
    """The page stands at the order's address, whatever the form was sent to."""
    answer.headers["HX-Push-Url"] = url_for("order.show", public_id=public_id)
    return answer


def _page(public_id: str, error: dict[str, str] | None = None) -> str:
    order = story.find(db.session(), g.merchant.id, public_id) or abort(404)
    told = story.tell(db.session(), order, clock.now())
    return render_template(
        "orders/one.html", story=told, error=error, typed=request.form, **telling_words()
    )


def telling_words() -> dict[str, Any]:
    """What the templates about orders make sentences with."""
    return {
        "sentences": sentences,
        "events": events,
        "flagged": flagged,
        "places": places,
        "telling": telling,
        "checks": CHECKS,
    }


def _typist() -> Typist:
    return Typist(g.visitor.user)


def _form(
    part: VendorOrder, shipment: Shipment | None, errors: dict[str, str] | None = None
) -> str:
    left = by_hand.left(db.session(), part, _typist(), shipment)
    saved = by_hand.as_form(shipment, left)
    return render_template(
        "orders/ship.html",
        part=part,
        shipment=shipment,
        left=left,
        carriers=CARRIERS,
        possible=by_hand.may_ship(part, _typist()),
        errors={
            field: str(sentences.SHIPMENT_ERRORS[code]) for field, code in (errors or {}).items()
        },
        saved=saved,
        typed={name: request.form.get(name, "") for name in saved} if errors else saved,
        **telling_words(),
    )
