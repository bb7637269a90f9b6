"""All pages of the portal: one door-keeper, one navigation, what every answer says.

A page is a module with a blueprint ``pages``, listed here. Nothing of PAGES is open without a
session; every query in such a page starts from ``scope.current()``.
"""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Request, abort, current_app, g, render_template, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException, ServiceUnavailable
from werkzeug.wrappers import Response

from orderflow.config import Config
from orderflow.members import sessions
from portal import (
    account,
    connect,
    forgotten,
    fulfilment,
    home,
    invitation,
    language,
    login,
    notifications,
    orders,
    origin,
    products,
    receiving,
    scope,
    slips,
    staff,
    stores,
    todo,
    tracking_files,
    two_step,
)

OPEN = (login.pages, invitation.pages, forgotten.pages)
PAGES = (
    home.pages,
    orders.pages,
    todo.pages,
    fulfilment.pages,
    slips.pages,
    tracking_files.pages,
    products.pages,
    stores.pages,
    connect.pages,
    receiving.pages,
    notifications.pages,
    staff.pages,
    account.pages,
    two_step.pages,
)
STATIC = "portal_login.static"
AT_EVERY_HOST = frozenset({"health", "store_webhooks"})
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_csrf = CSRFProtect()


class _Sessions(SecureCookieSessionInterface):
    """Only a browser in the portal has one: the admin sets no cookie, a webhook pays for none."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return super().open_session(app, request) if _is_inside(request) else None


def navigation() -> list[tuple[str, str]]:
    """(endpoint, label) in the order in which they stand."""
    return [
        ("portal_home.show", _("Home")),
        ("portal_orders.show", _("Orders")),
        ("portal_products.show", _("Products")),
        ("portal_stores.show", _("Your stores")),
        ("portal_receiving.show", _("What you receive")),
        ("portal_notifications.show", _("Notifications")),
        ("portal_staff.show", _("People")),
        ("portal_account.show", _("Your settings")),
    ]


def open_pages(app: Flask, config: Config) -> None:
    """Before the merchant's pages, which are not to be found at a host of the portal's own."""
    _furnish(app, config)
    app.before_request(_keep_the_door)
    app.after_request(_guard)
    for pages in (*OPEN, *PAGES):
        app.register_blueprint(pages)
    language.teach(app)


def _furnish(app: Flask, config: Config) -> None:
    """Sessions and CSRF tokens are the portal's alone: the admin has no cookie."""
    app.session_interface = _Sessions()
    secure = config.portal_address.startswith("https:")
    first, *older = (
        hashlib.sha256(f"portal:{key}".encode()).hexdigest() for key in config.secret_keys
    )
    app.config.update(
        SECRET_KEY=first,
        SECRET_KEY_FALLBACKS=older,
        SESSION_COOKIE_NAME="__Host-sluice" if secure else "sluice",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=sessions.LONGEST,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_SSL_STRICT=False,  # it asks for a referrer, and our pages name none
        WTF_CSRF_TIME_LIMIT=None,  # good as long as the session
    )
    _csrf.init_app(app)
    scope.know_visitors(app)


def _keep_the_door() -> Response | None:
    inside = _is_inside(request)
    _keep_to_own_host(inside)
    if not inside or request.endpoint == STATIC:
        return None
    language.speak()
    known = {pages.name: pages in PAGES for pages in (*OPEN, *PAGES)}
    blueprint = request.blueprint or ""
    if blueprint not in known:
        return None
    asked = scope.require() if known[blueprint] else None
    if asked is None:
        origin.refuse_foreign_form()
        _csrf.protect()
    return asked


def _is_inside(request: Request) -> bool:
    return request.path == "/portal" or request.path.startswith("/portal/")


def _keep_to_own_host(inside: bool) -> None:
    """With a host of its own, vendors' pages are there and nowhere else, and nothing else is."""
    config: Config = current_app.extensions["sluice_config"]
    if not config.portal_url or request.blueprint in AT_EVERY_HOST:
        return
    if inside != (request.host.lower() == urlsplit(config.portal_url).netloc.lower()):
        abort(404)


def _guard(response: Response) -> Response:
    if _is_inside(request):
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["X-Frame-Options"] = "DENY"
    return response


def _refused(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error.get_response()
    g.broken = error.code >= 500  # then nobody is asked who is there
    page = render_template(
        "portal/error.html",
        code=error.code,
        stale=isinstance(error, CSRFError),
        reference=g.get("reference", ""),
    )
    response = Response(page, error.code, mimetype="text/html")
    if isinstance(error, ServiceUnavailable) and error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _known_to_every_page() -> dict[str, Any]:
    scoped: scope.Scope | None = None if g.get("broken") else g.get("scope")
    return {
        "navigation": navigation() if scoped else [],
        "scope": scoped,
        "somebody": None if g.get("broken") else scope.visitor(),
    }


for _pages in (*OPEN, *PAGES):
    _pages.register_error_handler(HTTPException, _refused)
    _pages.context_processor(_known_to_every_page)
