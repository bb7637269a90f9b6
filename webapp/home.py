"""*Home*: what needs attention, first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, g, render_template
from flask_babel import format_decimal, format_timedelta
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from orderflow import clock
from orderflow.access import add_ons, register, store_health
from orderflow.db import db, unit_of_work
from orderflow.models import Merchant
from orderflow.read import figures
from orderflow.read.figures import Day
from orderflow.rules import settings
from webapp import sentences
from webapp.answers import done

pages = Blueprint("home", __name__)

HEIGHT, BAR, GAP = 120, 8, 4
"""Of the chart, in its own units: all it may rise, the width of a bar, the gap between days."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day as it is drawn: where its two bars stand and how high they are."""

    told: Day
    left: int
    orders: int
    pushes: int


@pages.get("/")
def show() -> str:
    return _page()


@pages.post("/checklist/dismiss")
def dismiss() -> Response:
    with unit_of_work() as session:
        register.dismiss_checklist(session.get_one(Merchant, g.merchant.id), clock.now())
    answer = done(_page(), _("List dismissed"))
    answer.headers["HX-Push-Url"] = "/"
    return answer


def _page() -> str:
    session, now = db.session(), clock.now()
    days = figures.days(session, g.merchant, now)
    middle = figures.median_seconds(session, g.merchant)
    return render_template(
        "home.html",
        attention=figures.attention(session, g.merchant),
        failing=store_health.failing(session, g.merchant, now),
        held=figures.held(session, g.merchant),
        oldest=figures.oldest_unsent(session, g.merchant),
        median=format_timedelta(timedelta(seconds=middle)) if middle is not None else "",
        days=days,
        bars=bars(days),
        start=_start(),
        obstacle=sentences.obstacle,
    )


def _start() -> figures.Start | None:
    """The first steps, until they are done or put away."""
    session = db.session()
    if g.merchant.checklist_dismissed_at is not None:
        return None
    start = figures.started(
        session,
        g.merchant,
        add_ons=add_ons.active_platforms(session, g.merchant),
        order_sync=settings.effective(session, g.merchant.id).values.order_sync,
    )
    return None if start.done else start


def bars(days: list[Day]) -> list[Bar]:
    """Two bars a day, as high as their share of the busiest day."""
    highest = max([1, *(max(day.orders, day.pushes) for day in days)])
    return [
        Bar(
            day,
            left=number * (2 * BAR + GAP),
            orders=day.orders * HEIGHT // highest,
            pushes=day.pushes * HEIGHT // highest,
        )
        for number, day in enumerate(days)
    ]


@pages.app_template_filter("some")
def some(number: int) -> str:
    """A number that was counted up to a limit: ``1,000+``."""
    told = str(format_decimal(number))
    return f"{told}+" if number >= figures.ENOUGH else told
