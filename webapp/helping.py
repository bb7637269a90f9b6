"""*Help*: what the rules mean, in the order in which they are told."""

from __future__ import annotations

from flask import Blueprint, render_template

pages = Blueprint("helping", __name__)


@pages.get("/help")
def show() -> str:
    return render_template("help.html")
