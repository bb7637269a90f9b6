"""One store of a vendor: a test order in it, and disconnecting it."""

from __future__ import annotations

from flask import Blueprint, abort, g, render_template, request
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

import stores
from orderflow import clock
from orderflow.access import register, store_access
from orderflow.db import db, unit_of_work
from orderflow.models import Connection, Vendor
from orderflow.traffic import trials
from webapp import vendors
from webapp.answers import done

pages = Blueprint("vendor_stores", __name__, url_prefix="/vendors/<public_id>/stores/<store>")
MOST_TYPED = 2000


@pages.get("/test-order")
def trial(public_id: str, store: str) -> str:
    """The piece of the page that asks again until the test is over."""
    return _trial(_find(db.session(), public_id, store))


@pages.post("/test-order")
def ask(public_id: str, store: str) -> str:
    with unit_of_work() as session:
        connection = _find(session, public_id, store)
        trials.ask(session, connection, by=g.visitor.user, now=clock.now())
    return _trial(_find(db.session(), public_id, store))


@pages.post("/statuses")
def statuses(public_id: str, store: str) -> Response:
    """Which of the store's own statuses mean that an order has shipped."""
    typed = request.form.get("statuses", "")[:MOST_TYPED]
    with unit_of_work() as session:
        access = _find(session, public_id, store).access
        store_access.choose_statuses(session, access, typed, clock.now())
    page = vendors.page(vendors.find(public_id))
    return vendors.at_home(done(page, _("Statuses saved")), public_id)


@pages.get("/disconnect")
def leaving(public_id: str, store: str) -> str:
    connection = _find(db.session(), public_id, store)
    can = stores.capabilities(connection.access.platform)
    return render_template("vendors/disconnect.html", connection=connection, can=can)


@pages.post("/disconnect")
def leave(public_id: str, store: str) -> Response:
    with unit_of_work() as session:
        connection = _find(session, public_id, store)
        register.disconnect(session, connection, clock.now(), by=g.visitor.user)
    page = vendors.page(vendors.find(public_id))
    return vendors.at_home(done(page, _("Store disconnected")), public_id)


def _find(session: Session, vendor: str, store: str) -> Connection:
    """This merchant's connection of that vendor, while it is connected; else 404."""
    found = session.scalars(
        select(Connection)
        .join(Vendor, Vendor.id == Connection.vendor_id)
        .where(
            Connection.merchant_id == g.merchant.id,
            Connection.public_id == store,
            Connection.disconnected_at.is_(None),
            Vendor.public_id == vendor,
        )
    ).one_or_none()
    if found is None:
        abort(404)
    return found


def _trial(connection: Connection) -> str:
    trial = trials.latest(db.session(), connection)
    return render_template("vendors/trial.html", connection=connection, trial=trial)
