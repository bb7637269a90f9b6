"""The page that frames an app, and what its App Bridge asks the shop for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from werkzeug.exceptions import BadRequest, Forbidden, NotFound
from werkzeug.wrappers import Request, Response

from sandbox.admin import installing, markup
from sandbox.shopify import oauth

if TYPE_CHECKING:
    from sandbox.shopify.app import App
    from sandbox.shopify.shop import Shop


def page(shop: Shop, app: App, path: str, query: Mapping[str, str]) -> Response:
    address = urlsplit(app.url)
    if address.scheme not in ("http", "https"):
        raise NotFound("The app has no address to load.")
    origin = f"{address.scheme}://{address.netloc}"
    source = oauth.app_page(shop, app, path=quote(path), query=query)
    content = markup.fill(
        "frame.html",
        shop,
        name=app.name,
        key=app.client_id,
        url=app.url,
        source=source,
        domain=shop.domain,
        host=oauth.host(shop),
        locale=shop.staff_locale,
    )
    nav = markup.fill("nav.html", shop, name=app.name, key=app.client_id)
    return markup.page(shop, app.name, content, frames=origin, nav=nav)


def _json(content: Mapping[str, Any]) -> Response:
    response = Response(json.dumps(content), mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def id_token(shop: Shop, app: App) -> Response:
    _need_installation(shop, app)
    return _json({"id_token": shop.id_token(app), "lives": oauth.ID_TOKEN_LIFE})


def scopes(shop: Shop, app: App, request: Request) -> Response:
    """Queried with GET; POST ``{"grant": […]}`` or ``{"revoke": […]}`` changes optional ones."""
    _need_installation(shop, app)
    if request.method == "POST":
        given = request.get_json(silent=True)
        if not isinstance(given, dict):
            raise BadRequest("Which scopes?")
        asked = {*given.get("grant", ()), *given.get("revoke", ())}
        if not asked <= set(app.optional_scopes):
            raise BadRequest("These scopes are not optional scopes of the app.")
        held = shop.grants.installations[app.client_id].granted
        kept = [each for each in held if each not in given.get("revoke", ())]
        installing.grant(shop, app, [*kept, *given.get("grant", ())])
    granted = shop.grants.installations[app.client_id].granted
    return _json(
        {
            "granted": list(granted),
            "required": list(app.scopes),
            "optional": list(app.optional_scopes),
        }
    )


def _need_installation(shop: Shop, app: App) -> None:
    if app.client_id not in shop.grants.installations:
        raise Forbidden("The app is not installed.")
