"""What a merchant and a vendor both changed: whose value is kept, and what the two were."""

from __future__ import annotations

from flask import Blueprint, abort, g, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from orderflow import clock
from orderflow.db import db, unit_of_work
from orderflow.models import Conflict
from orderflow.read import story
from orderflow.upkeep import conflict
from webapp import flagged, order, telling
from webapp.answers import done, refused

pages = Blueprint("conflicts", __name__, url_prefix="/orders/<public_id>/conflicts/<number>")


@pages.get("")
def show(public_id: str, number: str) -> str:
    found = _conflict(public_id, number)
    with unit_of_work() as session:
        row = conflict.shown(session, found.id, g.visitor.user, clock.now())
    return render_template(
        "orders/conflict.html", row=row, order=public_id, flagged=flagged, telling=telling
    )


@pages.post("/<verdict>")
def decide(public_id: str, number: str, verdict: str) -> Response:
    found = _conflict(public_id, number)
    if verdict not in (Conflict.MERCHANT, Conflict.VENDOR):
        abort(404)
    with unit_of_work() as session:
        settled = conflict.decide(session, found.id, verdict, g.visitor.user, clock.now())
    page = order.show(public_id)
    if not settled:
        answer = refused(page)
    elif verdict == Conflict.MERCHANT:
        answer = done(page, _("Yours is kept; the vendor's order is being changed"))
    else:
        answer = done(page, _("The vendor's is kept"))
    answer.headers["HX-Push-Url"] = url_for("order.show", public_id=public_id)
    return answer


def _conflict(public_id: str, number: str) -> Conflict:
    of = story.find(db.session(), g.merchant.id, public_id) or abort(404)
    return conflict.find(db.session(), g.merchant.id, of.id, number) or abort(404)
