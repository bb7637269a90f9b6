"""All pages inside the admin: one door-keeper, one navigation.

A page is a module with a blueprint ``pages``, listed here; nothing is open without a valid ID
token. Every query in a page starts from ``g.merchant``.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, abort, current_app, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from orderflow.config import Config
from stores.base import StoreError
from webapp import (
    addons,
    backfill,
    conflicts,
    failures,
    filters,
    flags,
    helping,
    history,
    home,
    log,
    mails,
    order,
    orders,
    pairing,
    privacy,
    products,
    session,
    settings,
    tracking_files,
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
    tracking_files.pages,
    products.pages,
    settings.pages,
    addons.pages,
    log.pages,
    mails.pages,
    history.pages,
    privacy.pages,
    helping.pages,
)
INSIDE = frozenset(pages.name for pages in (pairing.pages, *PAGES))
"""Blueprints behind the one door-keeper."""


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
    failures.tell(app, INSIDE)
    app.register_blueprint(session.pages)
    app.register_blueprint(pairing.pages)
    app.context_processor(_known_to_every_page)


def _keep_the_door() -> Response | None:
    if request.blueprint not in INSIDE:
        return None
    if any("\0" in text for text in (request.path, *request.values.values())):
        abort(404)  # no database keeps this character, so nothing of ours has it
    if request.blueprint == pairing.pages.name:
        return session.require_shop()
    try:
        return session.require_merchant()
    except StoreError:
        words = _(
            "We could not ask your shop who you are. Nothing was changed; try again in a minute."
        )
        return failures.answer(503, _("Your shop does not answer"), words)


def _known_to_every_page() -> dict[str, Any]:
    config: Config = current_app.extensions["sluice_config"]
    return {
        "client_id": config.app_client_id,
        "app_bridge": config.app_bridge or session.APP_BRIDGE,
        "navigation": navigation(),
    }
