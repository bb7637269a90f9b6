"""What a person had to do by hand is marked done."""

from __future__ import annotations

from flask import Blueprint, abort, g, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from orderflow import clock
from orderflow.book import flags
from orderflow.db import db, unit_of_work
from orderflow.models import Flag
from orderflow.read import story
from webapp import order
from webapp.answers import done

pages = Blueprint("flags", __name__, url_prefix="/orders/<public_id>/flags/<flag>")


@pages.post("")
def mark_done(public_id: str, flag: str) -> Response:
    """Pressed twice, the second says the same: it is done."""
    found = _flag(public_id, flag)
    who = order.hand()
    with unit_of_work() as session:
        flags.mark_done(session, session.get_one(Flag, found.id), who.who, who.why, clock.now())
    answer = done(order.show(public_id), _("Marked as done"))
    answer.headers["HX-Push-Url"] = url_for("order.show", public_id=public_id)
    return answer


def _flag(public_id: str, number: str) -> Flag:
    of = story.find(db.session(), g.merchant.id, public_id) or abort(404)
    return flags.find(db.session(), g.merchant.id, of.id, number) or abort(404)
