"""*Privacy requests*: what the shop asked for its customers, and the copies to hand on."""

from __future__ import annotations

import json
from datetime import timedelta

from flask import Blueprint, Response, abort, g, render_template

from orderflow import clock
from orderflow.db import db, unit_of_work
from orderflow.forget import requests
from orderflow.forget.keeping import EXPORTS
from webapp import cursor

pages = Blueprint("privacy", __name__, url_prefix="/privacy/requests")
WITHIN = timedelta(days=30)
"""Shopify 2026-10: a request must be carried out within 30 days."""


@pages.get("")
def show() -> str:
    before = cursor.row()
    rows, following = requests.page(db.session(), g.merchant, before)
    return render_template(
        "privacy.html",
        rows=rows,
        following=cursor.pack(following),
        first=before is None,
        within=WITHIN,
        kept=EXPORTS,
    )


@pages.get("/<public_id>/export.json")
def export(public_id: str) -> Response:
    """All that is kept of that person. Who fetched it is noted."""
    with unit_of_work() as session:
        collected = requests.fetch(
            session, g.merchant, public_id, by=g.visitor.user, now=clock.now()
        )
    if collected is None:
        abort(404)
    headers = {
        "Content-Disposition": f'attachment; filename="customer-{public_id}.json"',
        "Cache-Control": "no-store",
    }
    text = json.dumps(collected, ensure_ascii=False, indent=2)
    return Response(text, headers=headers, mimetype="application/json")
