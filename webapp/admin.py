"""All pages inside the admin: one door-keeper, one navigation.

A page is a module with a blueprint ``pages``, listed here; nothing is open without a valid ID
token. Every query in a page starts from ``g.merchant``.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, abort, current_app, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from orderflow.config import Config
from stores.base import StoreError
from webapp import (
    addons,
    backfill,
    conflicts,
    filters,
    flags,
    helping,
    history,
    home,
    log,
    mails,
    order,
    orders,
    privacy,
    products,
    session,
    settings,
    vendor_settings,
    vendor_stores,
    vendors,
    why,
)

PAGES = (
    home.pages,
    orders.pages,
    conflicts.pages,
    flags.pages,
    order.pages,
    backfill.pages,
    why.pages,
    vendors.pages,
    vendor_stores.pages,
    vendor_settings.pages,
    products.pages,
    settings.pages,
    addons.pages,
    log.pages,
    mails.pages,
    history.pages,
    privacy.pages,
    helping.pages,
)


def navigation() -> list[tuple[str, str]]:
    """(endpoint, label) in the order of the admin's side navigation, after *Home*."""
    return [
        ("orders.show", _("Orders")),
        ("why.show", _("Why not pushed?")),
        ("vendors.every", _("Vendors")),
        ("products.show", _("Products")),
        ("settings.show", _("Settings")),
        ("addons.show", _("Add-ons")),
        ("log.show", _("Log")),
        ("mails.show", _("Mail")),
        ("history.show", _("History")),
        ("privacy.show", _("Privacy requests")),
        ("helping.show", _("Help")),
    ]


def open_pages(app: Flask) -> None:
    for pages in PAGES:
        app.register_blueprint(pages)
    filters.teach(app)
    app.before_request(_keep_the_door)
    app.register_error_handler(NotFound, _missing)
    app.register_blueprint(session.pages)
    app.context_processor(_known_to_every_page)


def _keep_the_door() -> Response | None:
    if not _inside():
        return None
    if any("\0" in text for text in (request.path, *request.values.values())):
        abort(404)  # no database keeps this character, so nothing of ours has it
    try:
        return session.require_merchant()
    except StoreError:
        return Response(render_template("away.html"), 503)


def _inside() -> bool:
    return request.blueprint in {pages.name for pages in PAGES}


def _missing(error: NotFound) -> NotFound | tuple[str, int]:
    """In the reader's language, as a page or as a piece of one; other doors say it their way."""
    if not _inside():
        return error
    whole = request.headers.get("HX-Request-Type") != "partial"
    return render_template("missing.html" if whole else "missing_piece.html"), error.code or 404


def _known_to_every_page() -> dict[str, Any]:
    config: Config = current_app.extensions["sluice_config"]
    return {
        "client_id": config.app_client_id,
        "app_bridge": config.app_bridge or session.APP_BRIDGE,
        "navigation": navigation(),
    }
