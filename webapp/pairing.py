"""A shop that opens the app for the first time says what it is: a marketplace, or a vendor's store.

The vendor types the code that the portal gave; it is then this shop's, which the ID token alone
names. Nothing is read from the shop, and nobody is called, before somebody has chosen.
"""

from __future__ import annotations

from flask import Blueprint, g, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

import stores
from orderflow import clock
from orderflow.access import connecting, register, store_access
from orderflow.access.connecting import NotValid
from orderflow.db import db, unit_of_work
from orderflow.limits import Locked
from orderflow.models import Vendor
from stores.base import Access, Identity, StoreError, StoreLocked
from stores.handshake import Hurdle
from stores.shopify.connect import exchange
from webapp import home, session
from webapp.answers import done, refused
from webapp.install import install
from webapp.session import PLATFORM

LONGEST = 40

pages = Blueprint("pairing", __name__, url_prefix="/welcome")


@pages.get("")
def show() -> str:
    return _page()


@pages.post("/start")
def start() -> Response:
    """The shop is a marketplace: it becomes a merchant's."""
    try:
        g.merchant = install(g.visitor.shop, g.id_token, session.keys(), by=g.visitor.user)
    except StoreLocked:
        return session.ask_for_token()
    except StoreError:
        return refused(_page("", _("Please try again in a while.")))
    answer = done(home.show(), _("Welcome to Sluice"))
    answer.headers["HX-Push-Url"] = "/"
    return answer


@pages.post("/code")
def look() -> str | Response:
    """Whose code it is; nothing is connected yet."""
    code = request.form.get("code", "")[:LONGEST]
    try:
        with unit_of_work() as work:
            connecting.count_code(work, g.visitor.shop, clock.now())
        with unit_of_work() as work:
            shop, now = g.visitor.shop, clock.now()
            vendor_id = connecting.show_code(work, code, PLATFORM, shop, now).vendor_id
    except NotValid:
        return refused(_page(code, _("This code is not good, or not any more. Get a new one.")))
    except Locked:
        words = _("Too many attempts. Wait half an hour, then try again.")
        return refused(_page(code, words), 429)
    vendor = db.session.get_one(Vendor, vendor_id)
    return render_template("pairing/confirm.html", vendor=vendor, code=code, navigation=[])


@pages.post("/connect")
def connect() -> str | Response:
    """The shop agrees: the ID token is exchanged, and the shop is the vendor's store."""
    code, shop = request.form.get("code", "")[:LONGEST], g.visitor.shop
    try:
        with unit_of_work() as work:
            attempt_id = connecting.take_code(work, code, PLATFORM, shop, clock.now()).id
        access, identity = _proved(shop)
        with unit_of_work() as work:
            vendor_id = _settled(work, attempt_id, access, identity)
    except NotValid:
        return refused(_page("", _("This code is not good, or not any more. Get a new one.")))
    except StoreLocked:
        return session.ask_for_token()
    except Hurdle as told:
        words = _("Rights are missing that are needed: %(names)s.", names=", ".join(told.names))
        return refused(_page("", words if told.names else _("Please try again in a while.")))
    except StoreError:
        return refused(_page("", _("Please try again in a while.")))
    except register.RegisterError:
        words = _("This shop cannot be connected there: it is in use already.")
        return refused(_page("", words))
    vendor = db.session.get_one(Vendor, vendor_id)
    page = render_template("pairing/done.html", vendor=vendor, navigation=[])
    return done(page, _("Shop connected"))


def _proved(shop: str) -> tuple[Access, Identity]:
    access = exchange(shop, g.id_token, session.keys(), clock.now())
    return access, stores.handshake(PLATFORM).prove(access)


def _settled(work: Session, attempt_id: int, access: Access, identity: Identity) -> int:
    return connecting.settle(work, attempt_id, access, identity, clock.now()).vendor_id


def _page(code: str = "", wrong: str = "") -> str:
    connected = store_access.connected_at(db.session(), PLATFORM, g.visitor.shop)
    return render_template(
        "pairing/welcome.html", connected=connected, code=code, wrong=wrong, navigation=[]
    )
