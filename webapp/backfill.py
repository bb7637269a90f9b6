"""*Earlier orders*: how many there are, what would become of them, and taking them in (P46)."""

from __future__ import annotations

from flask import Blueprint, abort, g, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

import stores
from orderflow import clock
from orderflow.db import db, unit_of_work
from orderflow.intake import backfill
from orderflow.models import Backfill
from webapp import sentences
from webapp.answers import done, refused

pages = Blueprint("backfill", __name__, url_prefix="/orders/earlier")
USUAL_DAYS = 14


@pages.get("")
def show() -> str:
    return _page()


@pages.get("/progress")
def progress() -> str:
    """The piece of the page that asks again while something is going on."""
    return render_template("backfill/progress.html", **_known())


@pages.post("")
def look() -> Response:
    typed = request.form.get("days", "").strip()
    days = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 5 else 0
    if not 1 <= days <= _window():
        return refused(_page(typed, _wrong(typed)))
    with unit_of_work() as session:
        backfill.ask(session, g.merchant, days, by=g.visitor.user, now=clock.now())
    return _at_home(Response(_page()))


@pages.post("/<public_id>/take-in")
def take_in(public_id: str) -> Response:
    with unit_of_work() as session:
        row = _find(session, public_id)
        fresh = backfill.start(session, row, by=g.visitor.user, now=clock.now())
    return _at_home(Response(_page()) if fresh else refused(_page(changed=True), 409))


@pages.post("/<public_id>/stop")
def stop(public_id: str) -> Response:
    with unit_of_work() as session:
        backfill.stop(session, _find(session, public_id), clock.now())
    return _at_home(done(_page(), _("Stopped")))


def _find(session: Session, public_id: str) -> Backfill:
    return backfill.of(session, g.merchant, public_id) or abort(404)


def _window() -> int:
    return stores.order_history_days(g.merchant.access.platform)


def _wrong(typed: str) -> str:
    if typed.isdecimal() and int(typed) > _window():
        return str(
            _(
                "Your shop shows apps the orders of the last %(days)s days only.",
                days=_window(),
            )
        )
    return str(_("Write a whole number from %(least)s to %(largest)s.", least=1, largest=_window()))


def _at_home(answer: Response) -> Response:
    answer.headers["HX-Push-Url"] = url_for("backfill.show")
    return answer


def _page(typed: str = "", error: str = "", *, changed: bool = False) -> str:
    return render_template(
        "backfill/page.html",
        days=typed or str(USUAL_DAYS),
        window=_window(),
        error=error,
        changed=changed,
        **_known(),
    )


def _known() -> dict[str, object]:
    row = backfill.latest(db.session(), g.merchant)
    told = backfill.outlook(db.session(), row) if row else None
    return {"row": row, "outlook": told, "obstacle": sentences.obstacle}
