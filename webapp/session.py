"""Who is at the merchant's door: the ID token of every request, and nothing else, says it.

No cookie and no parameter has authority. A page that comes without a valid token is sent over a
bounce page, where App Bridge fetches a fresh one; a fetch is answered 401 with the header that
makes App Bridge try again once (Shopify 2026-10, App Bridge).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from orderflow.access import store_access
from orderflow.config import Config
from orderflow.db import db
from orderflow.models import Merchant, StoreAccess
from stores.base import AppKeys, StoreLocked
from stores.shopify.client import shop_domain
from stores.shopify.connect import read_id_token
from webapp import failures, install
from webapp.answers import htmx

APP_BRIDGE = "https://cdn.shopify.com/shopifycloud/app-bridge.js"
ADMIN_ORIGINS = "https://{shop} https://admin.shopify.com"
"""Where Shopify has them; a development setting may say otherwise."""
PLATFORM = "shopify"
RETRY = "X-Shopify-Retry-Invalid-Session-Request"

pages = Blueprint("session", __name__, url_prefix="/session")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: the merchant's shop and the number of its staff member."""

    shop: str
    user: str


def keys() -> AppKeys:
    config: Config = current_app.extensions["sluice_config"]
    return AppKeys(config.app_client_id, config.app_secrets[0])


def require_shop() -> AnyResponse | None:
    """Set ``g.visitor`` and ``g.id_token``, or ask for a token."""
    token = _token()
    config: Config = current_app.extensions["sluice_config"]
    try:
        claims = read_id_token(token, config.app_client_id, config.app_secrets)
    except StoreLocked:
        return ask_for_token()
    g.visitor, g.id_token = Visitor(claims["shop"], str(claims["sub"])), token
    return None


def require_merchant() -> AnyResponse | None:
    """Before every page of the admin: set ``g.merchant`` as well. A shop that may be a vendor's
    store is asked first, so that nothing is read from it before somebody has chosen."""
    asked = require_shop()
    if asked is not None:
        return asked
    g.merchant = _merchant(g.visitor.shop)
    if g.merchant is None and _may_be_a_store(g.visitor.shop):
        return redirect(f"{url_for('pairing.show')}?{urlencode(request.args)}", 303)
    if g.merchant is None or g.merchant.access.state != StoreAccess.OPEN:
        try:
            g.merchant = install.install(g.visitor.shop, g.id_token, keys(), by=g.visitor.user)
        except StoreLocked:
            return ask_for_token()
    return None


def _token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token
    return request.args.get("id_token", "")


def _merchant(shop: str) -> Merchant | None:
    return db.session.scalars(
        select(Merchant).where(Merchant.shop == shop, Merchant.uninstalled_at.is_(None))
    ).one_or_none()


def _may_be_a_store(shop: str) -> bool:
    """Vendors install from the listing too, where there is one; who was a merchant is one again."""
    config: Config = current_app.extensions["sluice_config"]
    known = select(Merchant.id).where(Merchant.shop == shop)
    if db.session.scalar(known) is not None:
        return False
    connected = store_access.connected_at(db.session(), PLATFORM, shop)
    return bool(config.app_listing_url or connected)


def ask_for_token() -> AnyResponse:
    if "Authorization" in request.headers or htmx:
        words = _("We no longer know who you are. Reload the page.")
        return failures.answer(401, _("The session has ended."), words, headers={RETRY: "1"})
    kept = {name: value for name, value in request.args.items() if name != "id_token"}
    config: Config = current_app.extensions["sluice_config"]
    back = f"{config.public_url}{request.path}?{urlencode(kept)}"
    return redirect(f"{url_for('session.bounce')}?{urlencode({**kept, 'shopify-reload': back})}")


@pages.get("/bounce")
def bounce() -> str:
    """Nothing but App Bridge, which comes back to ``shopify-reload`` with a fresh token."""
    return render_template("bounce.html")


def frame_ancestors() -> str:
    """Who may frame this answer: the admin of this one shop. An unproven ``shop`` parameter may
    only ever let a page without content be framed."""
    visitor: Visitor | None = g.get("visitor")
    try:
        shop = visitor.shop if visitor else shop_domain(request.args.get("shop", ""))
    except ValueError:
        return "'none'"
    config: Config = current_app.extensions["sluice_config"]
    return (config.admin_origins or ADMIN_ORIGINS).replace("{shop}", shop)


def nonce() -> str:
    """One for each answer, for the scripts that stand in it."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)
