"""*History*: who changed which setting, from what to what."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request

from orderflow import history
from orderflow.db import db

pages = Blueprint("history", __name__)


@pages.get("/history")
def show() -> str:
    before = request.args.get("before", "")
    rows, following = history.changes(db.session(), g.merchant, before=before)
    return render_template("history.html", rows=rows, following=following, first=not before)
