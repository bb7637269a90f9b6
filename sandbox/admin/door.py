"""Where a request to the admin goes, and who may send one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.exceptions import Forbidden, HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from sandbox.admin import frame, installing
from sandbox.admin.words import WORDS

if TYPE_CHECKING:
    from sandbox.shopify.app import App
    from sandbox.shopify.shop import Shop

APPS = "/admin/apps"
PLACES = (APPS, "/admin/oauth/install", "/admin/oauth/uninstall", "/admin/bridge/",
          "/admin/locale", "/admin/static/")  # fmt: skip
STATIC = Path(__file__).parent.parent / "static"
STYLES_AND_SCRIPTS = {
    "admin.css": "text/css",
    "admin.js": "text/javascript",
    "frame.js": "text/javascript",
}
BRIDGE = ("parent", "tokens", "save_bar", "page", "shopify")

ROUTES = Map(
    [
        Rule(APPS, endpoint="apps", methods=["GET"]),
        Rule(f"{APPS}/<client_id>", endpoint="app", methods=["GET"]),
        Rule(f"{APPS}/<client_id>/<path:path>", endpoint="app", methods=["GET"]),
        Rule("/admin/oauth/install", endpoint="offer", methods=["GET"]),
        Rule("/admin/oauth/install", endpoint="install", methods=["POST"]),
        Rule("/admin/oauth/uninstall", endpoint="uninstall", methods=["POST"]),
        Rule("/admin/bridge/<client_id>/id-token", endpoint="id_token", methods=["POST"]),
        Rule("/admin/bridge/<client_id>/scopes", endpoint="scopes", methods=["GET", "POST"]),
        Rule("/admin/locale", endpoint="locale", methods=["POST"]),
        Rule("/admin/static/<name>", endpoint="static", methods=["GET"]),
    ],
    merge_slashes=False,
    strict_slashes=False,
)


def serves(path: str) -> bool:
    """Whether a path is the admin's; the rest of the shop is its API and its OAuth."""
    return path in ("/", "/admin") or path.startswith(PLACES)


def handle(shop: Shop, request: Request) -> Response:
    if request.path in ("/", "/admin"):
        return redirect(APPS)
    try:
        name, values = ROUTES.bind_to_environ(request.environ).match()
        _refuse_strangers(request)
        act: Callable[..., Response] = getattr(Door(shop, request), name)
        with shop.lock:
            return act(**values)
    except HTTPException as error:
        return Response(f"{error.description}\n", error.code or 500, mimetype="text/plain")


def _refuse_strangers(request: Request) -> None:
    """The merchant is always signed in here, so no other site may act in their name."""
    origin = request.headers.get("Origin")
    if request.method == "POST" and origin and urlsplit(origin).netloc != request.host:
        raise Forbidden("This form belongs to another site.")


class Door:
    """One method for each route."""

    def __init__(self, shop: Shop, request: Request) -> None:
        self.shop, self.request = shop, request

    def _app(self, client_id: str) -> App:
        app = self.shop.world.apps.get(client_id)
        if app is None:
            raise NotFound("There is no such app.")
        return app

    def apps(self) -> Response:
        return installing.apps(self.shop)

    def app(self, client_id: str, path: str = "") -> Response:
        app = self._app(client_id)
        if client_id not in self.shop.grants.installations:
            return redirect(installing.offer_url(app))
        if installing.missing_scopes(self.shop, app):
            return installing.update(self.shop, app)
        return frame.page(self.shop, app, path, self.request.args.to_dict())

    def offer(self) -> Response:
        return installing.offer(self.shop, self._app(self.request.args.get("client_id", "")))

    def install(self) -> Response:
        app = self._app(self.request.form.get("client_id", ""))
        installing.install(self.shop, app)
        return redirect(f"{APPS}/{app.client_id}", 303)

    def uninstall(self) -> Response:
        app = self._app(self.request.form.get("client_id", ""))
        if app.client_id in self.shop.grants.installations:
            self.shop.uninstall(app)
        return redirect(APPS, 303)

    def id_token(self, client_id: str) -> Response:
        return frame.id_token(self.shop, self._app(client_id))

    def scopes(self, client_id: str) -> Response:
        return frame.scopes(self.shop, self._app(client_id), self.request)

    def locale(self) -> Response:
        wanted, back = self.request.form.get("locale", ""), self.request.form.get("back", "")
        if wanted in WORDS:
            self.shop.staff_locale = wanted
        return redirect(back if back.startswith("/admin/") else APPS, 303)

    def static(self, name: str) -> Response:
        if name not in STYLES_AND_SCRIPTS:
            raise NotFound("There is no such file.")
        content = (STATIC / name).read_text(encoding="utf-8")
        return _static(content, STYLES_AND_SCRIPTS[name])


def _static(content: str, mimetype: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@cache
def _bridge() -> str:
    parts = [(STATIC / "bridge" / f"{each}.js").read_text(encoding="utf-8") for each in BRIDGE]
    return "(() => {\n" + "\n".join(['"use strict";', *parts]) + "})();\n"


def app_bridge() -> Response:
    """The script that a framed app loads first: the files of ``static/bridge`` in one scope."""
    response = _static(_bridge(), "text/javascript")
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
