"""*Add-ons*: what may be pushed where."""

from __future__ import annotations

from flask import Blueprint, abort, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

import stores
from orderflow import clock
from orderflow.access import add_ons
from orderflow.db import db, unit_of_work
from orderflow.models import Merchant
from orderflow.rules.preview import Preview, Unconfirmed
from webapp.answers import done, refused

pages = Blueprint("addons", __name__, url_prefix="/add-ons")


@pages.get("")
def show() -> str:
    return _page()


@pages.post("/<kind>/<platform>/activate")
def activate(kind: str, platform: str) -> Response:
    _known(kind, platform)
    confirmed = request.form.get("confirm", type=int)
    try:
        with unit_of_work() as session:
            merchant = session.get_one(Merchant, g.merchant.id)
            add_ons.activate(
                session,
                merchant,
                platform,
                clock.now(),
                by=g.visitor.user,
                confirmed=confirmed,
            )
    except Unconfirmed as asked:
        return _at_home(refused(_page(asked=asked.preview, asked_for=platform), 409))
    return _at_home(done(_page(), _("Add-on activated")))


@pages.post("/<kind>/<platform>/deactivate")
def deactivate(kind: str, platform: str) -> Response:
    """Asks first: nothing is switched off by one click."""
    _known(kind, platform)
    if not request.form.get("confirm"):
        return _at_home(refused(_page(leaving=platform), 409))
    with unit_of_work() as session:
        merchant = session.get_one(Merchant, g.merchant.id)
        add_ons.deactivate(session, merchant, platform, clock.now(), by=g.visitor.user)
    return _at_home(done(_page(), _("Add-on deactivated")))


def _known(kind: str, platform: str) -> None:
    if kind not in add_ons.READY or platform not in stores.platforms():
        abort(404)


def _at_home(answer: Response) -> Response:
    answer.headers["HX-Push-Url"] = url_for("addons.show")
    return answer


def _page(*, asked: Preview | None = None, asked_for: str = "", leaving: str = "") -> str:
    platforms = stores.all_capabilities().values()
    return render_template(
        "add_ons.html",
        offers=add_ons.offers(db.session(), g.merchant, platforms),
        asked=asked,
        asked_for=asked_for,
        leaving=leaving,
    )
