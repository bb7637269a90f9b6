"""wc-auth: a merchant logs in, approves, and the store posts a new key to the app's server.

Everything here is for browsers: pages, redirects, and HTML errors. 10.5.0.
"""

from __future__ import annotations

import hashlib
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from werkzeug.wrappers import Request, Response

from sandbox.woocommerce import pages
from sandbox.woocommerce.answers import html_response, redirect, wp_die
from sandbox.woocommerce.hooks import arrived, may_call
from sandbox.woocommerce.models import User
from sandbox.woocommerce.php import parse_query, to_json
from sandbox.woocommerce.versions import wordpress

if TYPE_CHECKING:
    from sandbox.woocommerce.store import WooStore

PARAMS = ("app_name", "user_id", "return_url", "callback_url", "scope")
SCOPES = ("read", "write", "read_write")
APPROVING = ("administrator", "shop_manager")
COOKIE = "wordpress_logged_in_store"
UNSENT = "An error occurred in the request and at the time were unable to send the consumer data."


class Denied(Exception):
    """HTML 401 "Access denied"; the browser stays on the store's page."""


def handle(store: WooStore, request: Request) -> Response:
    page = request.path.removeprefix("/wc-auth/v1/").strip("/")
    try:
        asked = _checked(store, parse_query(request.query_string.decode()))
        if page == "login":
            return _login(store, request, asked)
        if page == "authorize":
            return _authorize(store, request, asked)
        if page == "access_granted":
            return _grant(store, request, asked)
    except Denied as error:
        return wp_die(f"Error: {error}", 401, title="Access denied")
    return html_response("Not found", 404)


def is_by_browser(request: Request) -> bool:
    """A person's browser finds us under a name of this machine, by http."""
    return request.path.startswith("/wc-auth/") and ".localhost" in request.host


def _checked(store: WooStore, query: dict[str, str]) -> dict[str, str]:
    for name in PARAMS:
        if not query.get(name):
            raise Denied(f"Missing parameter {name}.")
    if query["scope"] not in SCOPES:
        raise Denied(f"Invalid scope {escape(query['scope'])}.")
    for name in ("return_url", "callback_url"):
        if urlsplit(query[name]).scheme not in ("http", "https"):
            raise Denied(f"The {name} is not a valid URL.")
    if not query["callback_url"].startswith("https://") and not store.lax:
        raise Denied("The callback_url needs to be over SSL.")
    return query


def _link(store: WooStore, request: Request, page: str, asked: dict[str, str], **more: str) -> str:
    """app_name and user_id are put in as they are: a "&" in them starts a new parameter."""
    home = request.host_url.rstrip("/") if is_by_browser(request) else store.home
    raw = f"app_name={asked['app_name']}&user_id={asked['user_id']}".replace(" ", "+")
    encoded = urlencode({name: asked[name] for name in PARAMS[2:]} | more)
    return f"{home}/wc-auth/v1/{page}/?{quote(raw, '=&+/')}&{encoded}"


def _return_link(asked: dict[str, str], success: int) -> str:
    url = asked["return_url"]
    joint = "&" if urlsplit(url).query else "?"
    return f"{url}{joint}success={success}&user_id={quote(asked['user_id'], '=&/')}"


def _user(store: WooStore, request: Request) -> User | None:
    name, _, proof = request.cookies.get(COOKIE, "").partition("|")
    return store.users.get(name) if proof == _proof(store, name) else None


def _proof(store: WooStore, name: str) -> str:
    return hashlib.sha256(f"{store.host}|{name}|{store.salt}".encode()).hexdigest()


def _nonce(store: WooStore, user: User) -> str:
    return _proof(store, f"nonce {user.name}")[:10]


def _login(store: WooStore, request: Request, asked: dict[str, str]) -> Response:
    back, after = _return_link(asked, 0), _link(store, request, "authorize", asked)
    if request.method != "POST":
        return html_response(pages.login(store, asked, back, after))
    name = request.form.get("username", "")
    user = store.users.get(name)
    if user is None or user.password != request.form.get("password"):
        error = (
            "The password you entered for the username "
            f"<strong>{escape(name)}</strong> is incorrect."
        )
        return html_response(pages.login(store, asked, back, after, error))
    response = redirect(after)
    response.set_cookie(COOKIE, f"{name}|{_proof(store, name)}", httponly=True)
    return response


def _authorize(store: WooStore, request: Request, asked: dict[str, str]) -> Response:
    user = _user(store, request)
    if user is None:
        return redirect(_link(store, request, "login", asked))
    if user.role not in APPROVING:
        raise Denied("You do not have permission to access this page.")
    approve = _link(store, request, "access_granted", asked, wc_auth_nonce=_nonce(store, user))
    return html_response(pages.approval(asked, user, approve, _return_link(asked, 0)))


def _grant(store: WooStore, request: Request, asked: dict[str, str]) -> Response:
    """Posts the key before the browser returns. Opened again it makes another key."""
    user = _user(store, request)
    if user is None or asked.get("wc_auth_nonce") != _nonce(store, user):
        raise Denied("Invalid nonce verification.")
    with store.lock:
        key = store.new_key(asked["scope"], user.role)
    try:
        _hand_over(
            store,
            asked["callback_url"],
            {
                "key_id": key.id,
                "user_id": asked["user_id"],
                "consumer_key": key.key,
                "consumer_secret": key.secret,
                "key_permissions": key.permissions,
            },
        )
    except Denied:
        with store.lock:
            store.keys.remove(key)
        raise
    return redirect(_return_link(asked, 1))


def _hand_over(store: WooStore, url: str, body: dict[str, object]) -> None:
    """Not signed: only the app's own token in user_id or the URL tells who sent it."""
    if store.blocks_local and not may_call(url):
        raise Denied("A valid URL was not provided..")
    headers = {
        "User-Agent": f"WordPress/{wordpress(store)}; {store.home}",
        "Content-Type": "application/json;charset=UTF-8",
    }
    status = store.world.post(url, headers, to_json(body).encode())
    if status == 0:
        target = urlsplit(url)
        raise Denied(
            f"cURL error 7: Failed to connect to {target.hostname} port {target.port or 443} "
            "after 0 ms: Couldn&#039;t connect to server."
        )
    if not arrived(status):
        raise Denied(UNSENT)
