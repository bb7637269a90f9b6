"""The front of the web server: what WordPress, nginx or a security plugin answer before REST."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from sandbox.woocommerce import wc_auth
from sandbox.woocommerce.answers import (
    NGINX_502,
    Answer,
    RestError,
    html_response,
    json_response,
    redirect,
    wp_die,
)
from sandbox.woocommerce.auth import authenticate, check_permission
from sandbox.woocommerce.call import Call, only_fields, read_body
from sandbox.woocommerce.php import parse_query
from sandbox.woocommerce.routes import check_right
from sandbox.woocommerce.versions import as_shown

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore

BAN_SECONDS = 3600
RETRY_AFTER = "600"
MAINTENANCE = "Briefly unavailable for scheduled maintenance. Check back in a minute."
NO_DATABASE = "<h1>Error establishing a database connection</h1>"
LEGACY = {
    "errors": {
        "code": "woocommerce_api_disabled",
        "message": "The WooCommerce API is disabled on this site",
    }
}


class Guard:
    """A security plugin: more than ``ban_after`` requests in a second bar everybody for an hour."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque()
        self._banned_until = 0.0

    def lets_in(self, now: float, ban_after: int) -> bool:
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        self._recent.append(now)
        if len(self._recent) > ban_after:
            self._banned_until = now + BAN_SECONDS
        return now >= self._banned_until


def answer(store: WooStore, request: Request) -> Response:
    closed = _closed(store, request)
    if closed:
        return closed
    path = request.environ["PATH_INFO"]
    if store.https and not request.is_secure and not wc_auth.is_by_browser(request):
        return redirect(f"{store.home}{request.full_path.rstrip('?')}", 301)
    if path.startswith("/wc-auth/v1/") and store.pretty:
        return wc_auth.handle(store, request)
    if path.startswith("/wc-api/"):
        return json_response(LEGACY, 404, store.home)
    return _front(store, request, "/" + path.lstrip("/"))


def _closed(store: WooStore, request: Request) -> Response | None:
    wants_json = "application/json" in request.headers.get("Accept", "")
    now = store.now().timestamp()
    if store.php_down:
        return html_response(NGINX_502, 502)
    if store.ban_after and not store.guard.lets_in(now, store.ban_after):
        return wp_die("Your access to this site has been limited.", 403, title="403 Forbidden")
    if store.maintenance:
        return wp_die(
            MAINTENANCE, 503, title="Maintenance", as_json=wants_json, Retry_After=RETRY_AFTER
        )
    if store.database_down:
        return wp_die(NO_DATABASE, 500, title="Database Error", as_json=wants_json)
    return None


def _front(store: WooStore, request: Request, path: str) -> Response:
    rest_route = request.args.get("rest_route")
    if rest_route and not path.startswith("/wp-admin"):
        # WordPress answers it at every path of the site; keys count there from 11.1 on
        signed = store.at_least(11, 1) or path.startswith("/wp-json/wc/")
        return rest(store, request, f"/wp-json/{rest_route.lstrip('/')}", signed=signed)
    if path == "/":
        link = f'<{store.home}/wp-json/>; rel="https://api.w.org/"'
        return html_response(f"<title>{store.name}</title>", Link=link)
    if store.pretty and (path == "/wp-json" or path.startswith("/wp-json/")):
        return rest(store, request, path)
    below = path.partition("/wp-json/")[2]
    if store.pretty and (below or path.startswith("/wp-admin")):
        # WordPress guesses a page and ends up where it was: a loop
        return redirect(f"{store.home}{request.full_path.rstrip('?')}", 301)
    return html_response(f"<title>Page not found - {store.name}</title>", 404)


def rest(store: WooStore, request: Request, path: str, *, signed: bool = True) -> Response:
    """``signed`` is False for ?rest_route= addresses, whose keys WooCommerce does not read."""
    callback = request.args.get("_jsonp", "")
    refusal = _refused_callback(store, callback)
    if refusal:
        made = refusal
    else:
        made = _answered(store, request, path, signed)
        store.send_pings()
    fields = request.args.get("_fields")
    body = _filtered(made.body, fields) if fields and made.status < 400 else made.body
    body = as_shown(store, body)
    response = json_response(body, made.status, store.home, made.headers)
    if callback and store.jsonp:
        response.content_type = "application/javascript; charset=UTF-8"
        if refusal is None:  # the comment keeps old Flash from reading it as its own
            response.data = f"/**/{callback}({response.get_data(as_text=True)})"
    return response


def _refused_callback(store: WooStore, callback: str) -> Answer | None:
    """As WP_REST_Server::serve_request does it (WordPress 7.0), for every method."""
    if not callback:
        return None
    if not store.jsonp:
        text = "JSONP support is disabled on this site."
        return Answer({"code": "rest_callback_disabled", "message": text}, 400)
    if not re.fullmatch(r"[A-Za-z0-9_.]+", callback):
        text = "Invalid JSONP callback function."
        return Answer({"code": "rest_callback_invalid", "message": text}, 400)
    return None


def _answered(store: WooStore, request: Request, path: str, signed: bool) -> Answer:
    with store.lock:
        try:
            return _dispatch(store, request, path, signed)
        except RestError as error:
            return Answer(error.body, error.status)


def _method(request: Request) -> str:
    """``?_method=`` or ``X-HTTP-Method-Override`` stand for the real one; WordPress honours both.

    The signature of OAuth is over the method of the wire all the same.
    """
    override = request.args.get("_method") or request.headers.get("X-HTTP-Method-Override")
    return (override or request.method).upper()


def _filtered(body: object, fields: str) -> object:
    """A single object keeps its ``_links``; entries of a list lose them."""
    kept = only_fields(body, fields)
    if isinstance(body, dict) and "_links" in body:
        kept["_links"] = body["_links"]
    return kept


def _dispatch(store: WooStore, request: Request, path: str, signed: bool) -> Answer:
    now = store.now().timestamp()
    key = authenticate(request, store.keys, store.home, now) if signed else None
    method = _method(request)
    if key:
        check_permission(key, method)
    tail = path.removeprefix("/wp-json").strip("/")
    route, ids = store.routes.find(tail, method)
    query = request.query_string.decode()
    params = {**parse_query(query), **read_body(request)}
    check_right(route, key)
    call = Call(store, method, path.rstrip("/"), query, params, ids, key)
    return route.endpoint(call)
