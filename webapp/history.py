"""*History*: who changed what, from what to what; settings, vendors, stores, mappings, add-ons."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template

from orderflow.book import history
from orderflow.db import db
from webapp import cursor, past

pages = Blueprint("history", __name__)


@pages.get("/history")
def show() -> str:
    before = cursor.row()
    rows, following = history.page(db.session(), g.merchant, before)
    return render_template(
        "history.html", rows=rows, following=cursor.pack(following), first=before is None
    )


@pages.app_context_processor
def _words() -> dict[str, Any]:
    return {"past": past}
