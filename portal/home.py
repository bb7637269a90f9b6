"""*Home*, and looking through another of one's vendors."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from orderflow.db import db
from orderflow.handwork import queues
from orderflow.models import Connection, StoreAccess
from portal import hurdles, scope

pages = Blueprint("portal_home", __name__, url_prefix="/portal")


@pages.get("/")
def show() -> str:
    here = scope.current()
    connected = [each for each in here.vendor.connections if each.disconnected_at is None]
    return render_template(
        "portal/home.html",
        here=here,
        connected=connected,
        cannot_read=hurdles.cannot_read,
        healthy=all(_is_healthy(each) for each in connected),
        counts=queues.counts(db.session(), here.vendor),
        enough=queues.ENOUGH,
    )


def _is_healthy(connection: Connection) -> bool:
    access = connection.access
    return access.state == StoreAccess.OPEN and hurdles.cannot_read(access) is None


@pages.post("/vendors/<public_id>")
def switch(public_id: str) -> Response:
    """``public_id`` is a membership's of this person."""
    others = {each.public_id: each for each in scope.current().others}
    scope.look_through(others.get(public_id) or abort(404))
    return redirect(url_for(".show"), 303)
