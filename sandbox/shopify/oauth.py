"""OAuth of a shop: token exchange, refresh, authorization codes, and the pages around them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import jwt
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from sandbox.shopify.app import App
from sandbox.shopify.grants import Grant

if TYPE_CHECKING:
    from sandbox.shopify.shop import Shop

TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - a name
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"  # noqa: S105 - a name
OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"
ONLINE = "urn:shopify:params:oauth:token-type:online-access-token"
ID_TOKEN_LIFE = 60
LEEWAY = 10


class OAuthError(Exception):
    """``error`` is one of OAuth's words, such as invalid_grant."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.description, self.status = error, description, status


def handle(shop: Shop, request: Request) -> Response:
    try:
        if request.path == "/admin/oauth/access_token" and request.method == "POST":
            return _answer(_token(shop, _parameters(request)))
        if request.path == "/admin/oauth/authorize" and request.method == "GET":
            return _authorize(shop, request.args)
    except OAuthError as error:
        words = {"error": error.error, "error_description": error.description}
        return _json(words, error.status)
    return _json({"errors": "Not Found"}, 404)


def _json(content: Mapping[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(content), status, mimetype="application/json")


def _parameters(request: Request) -> Mapping[str, Any]:
    """The endpoint takes JSON as well as a form."""
    given = request.get_json(silent=True) if request.is_json else None
    return given if isinstance(given, dict) else request.form


def _answer(grant: Grant) -> Response:
    return _json({key: value for key, value in vars(grant).items() if value is not None})


def _token(shop: Shop, given: Mapping[str, Any]) -> Grant:
    app = _client(shop, given)
    kind = given.get("grant_type")
    if kind == TOKEN_EXCHANGE:
        return _exchange(shop, app, given)
    if kind == "refresh_token":
        grant = shop.grants.refresh(given.get("refresh_token", ""), app)
        if grant is None:
            raise OAuthError("invalid_grant", "The refresh token is not valid.")
        return grant
    if "code" in given:
        return _code(shop, app, given)
    raise OAuthError("unsupported_grant_type", "The grant type is not supported.")


def _client(shop: Shop, given: Mapping[str, Any]) -> App:
    app = shop.world.apps.get(given.get("client_id", ""))
    known = app and hmac.compare_digest(app.client_secret, str(given.get("client_secret", "")))
    if app is None or not known:
        raise OAuthError("invalid_client", "Client authentication failed.", 401)
    return app


def _expiring(given: Mapping[str, Any]) -> bool:
    return str(given.get("expiring", "0")) in ("1", "true", "True")


def _exchange(shop: Shop, app: App, given: Mapping[str, Any]) -> Grant:
    """An ID token for an access token; needs an app that the merchant installed."""
    if given.get("subject_token_type") != ID_TOKEN:
        raise OAuthError("invalid_request", "The subject token type is not supported.")
    _check_id_token(shop, app, str(given.get("subject_token", "")))
    installation = shop.grants.installations.get(app.client_id)
    if installation is None:
        raise OAuthError("invalid_subject_token", "The app is not installed on this shop.")
    wanted = given.get("requested_token_type", OFFLINE)
    return shop.grants.issue(installation, expiring=_expiring(given), online=wanted == ONLINE)


def _check_id_token(shop: Shop, app: App, token: str) -> None:
    now = shop.world.now().timestamp()
    try:
        claims = jwt.decode(
            token,
            app.client_secret,
            algorithms=["HS256"],
            audience=app.client_id,
            options={"require": ["iss", "dest", "exp", "nbf"], "verify_exp": False,
                     "verify_nbf": False, "verify_iat": False},
        )  # fmt: skip
    except jwt.InvalidTokenError as error:
        raise OAuthError("invalid_subject_token", str(error)) from error
    fresh = claims["nbf"] - LEEWAY <= now <= claims["exp"] + LEEWAY
    ours = claims["dest"] == f"https://{shop.domain}" and claims["iss"] == claims["dest"] + "/admin"
    if not (fresh and ours):
        raise OAuthError("invalid_subject_token", "The ID token is not for here and now.")


def _code(shop: Shop, app: App, given: Mapping[str, Any]) -> Grant:
    code = shop.grants.spend_code(str(given["code"]), app)
    if code is None:
        words = "The authorization code was not found or was already used"
        raise OAuthError("invalid_request", words)
    installation = shop.grants.install(app, code.scopes)
    return shop.grants.issue(installation, expiring=_expiring(given))


def _authorize(shop: Shop, given: Mapping[str, str]) -> Response:
    """The approval page; Allow leads back to the app with a code, Cancel to the admin."""
    app = shop.world.apps.get(given.get("client_id", ""))
    back = given.get("redirect_uri", "")
    if app is None:
        raise OAuthError("application_cannot_be_found", "Unknown client_id.")
    if app.redirect_urls and back not in app.redirect_urls:
        raise OAuthError("invalid_request", "The redirect_uri is not whitelisted")
    scopes = [each.strip() for each in given.get("scope", "").split(",") if each.strip()]
    if given.get("approve") == "1":
        code = shop.grants.new_code(app, scopes or app.scopes)
        query = signed(shop, app, {"code": code, "state": given.get("state", "")})
        return redirect(f"{back}?{urlencode(query)}")
    allow = "?" + urlencode({**given, "approve": "1"})
    rows = "".join(f"<li>{escape(each)}</li>" for each in scopes or app.scopes)
    return Response(
        f"<!DOCTYPE html><meta name=viewport content='width=device-width'><title>Install</title>"
        f"<h1>{escape(app.name)} wants access to {escape(shop.name)}</h1><ul>{rows}</ul>"
        f"<p><a id=allow href='{escape(allow)}'>Allow</a> <a id=cancel href='/'>Cancel</a>",
        mimetype="text/html",
    )


def signed(shop: Shop, app: App, more: Mapping[str, str]) -> dict[str, str]:
    """Query parameters as Shopify sends them to an app, with their hmac in hex."""
    query = {
        **more,
        "host": host(shop),
        "shop": shop.domain,
        "timestamp": str(int(shop.world.now().timestamp())),
    }
    message = "&".join(sorted(_pair(key, value) for key, value in query.items()))
    digest = hmac.new(app.client_secret.encode(), message.encode(), hashlib.sha256)
    return {**query, "hmac": digest.hexdigest()}


def _pair(key: str, value: str) -> str:
    """So that no value can pass for the next parameter; ShopifyAPI 12.7.0 undoes the same."""
    key = key.replace("%", "%25").replace("=", "%3D")
    return f"{key}={value.replace('%', '%25')}".replace("&", "%26")


def host(shop: Shop) -> str:
    """Where the admin is, as pages of the app get it."""
    place = f"admin.shopify.com/store/{shop.domain.partition('.')[0]}"
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def id_token(shop: Shop, app: App, user: int, claims: Mapping[str, Any]) -> str:
    now = int(shop.world.now().timestamp())
    content = {
        "iss": f"https://{shop.domain}/admin",
        "dest": f"https://{shop.domain}",
        "aud": app.client_id,
        "sub": str(user),
        "exp": now + ID_TOKEN_LIFE,
        "nbf": now,
        "iat": now,
        "jti": shop.webhooks.new_uuid(),
        "sid": shop.webhooks.new_uuid(),
        **claims,
    }
    return jwt.encode(content, app.client_secret, algorithm="HS256")


def app_page(
    shop: Shop, app: App, user: int = 1, path: str = "", query: Mapping[str, str] | None = None
) -> str:
    """``path`` below the app's address; its own ``query`` comes along with Shopify's."""
    token = id_token(shop, app, user, {})
    session = hashlib.sha256(f"{shop.domain} {app.client_id} {user}".encode()).hexdigest()
    more = {"embedded": "1", "id_token": token, "locale": shop.staff_locale, "session": session}
    signed_query = signed(shop, app, {**(query or {}), **more})
    address = f"{app.url.rstrip('/')}/{path}" if path else app.url or "/"
    return f"{address}?{urlencode(signed_query)}"
