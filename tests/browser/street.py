"""The whole house with its door on the street: the app and the shops' admin over HTTP.

A browser comes to the sandbox's admin, which frames the real app. What the app and the workers say
to the stores stays inside this process, as in every other test of the house.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from sandbox.clock import RunningClock
from tests.browser.admin import Admin
from tests.house import HARBOUR, House

APP = "app.example.com"


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, *_: Any) -> None: ...


class Street:
    """``house`` with two ports: the app's and the shops'."""

    def __init__(self, house: House, app_port: int, shops_port: int) -> None:
        self.house, self.app_port, self.shops_port = house, app_port, shops_port
        house.sluice.url, house.sluice.name = house.config.public_url, "Sluice"

    def admin(self, page: Page, shop: str = HARBOUR) -> Admin:
        return Admin(page, f"http://{shop}:{self.shops_port}", self.house.sluice.client_id)


@contextmanager
def open_street(folder: Path, **config: Any) -> Iterator[Street]:
    """A house on SQLite in ``folder``; what the pages do with a database is tested elsewhere."""
    with ExitStack() as doors:
        app, shops = doors.enter_context(_port()), doors.enter_context(_port())
        house = House(
            f"sqlite:///{folder / 'sluice.db'}",
            RunningClock(),
            public_url=f"http://{APP}:{app.server_port}",
            app_bridge=f"http://127.0.0.1:{shops.server_port}/app-bridge.js",
            admin_origins=f"http://{{shop}}:{shops.server_port}",
            **config,
        )
        doors.callback(house.close)
        app.app, shops.app = house.web.wsgi_app, house.world.wsgi
        doors.enter_context(_open(app))
        doors.enter_context(_open(shops))
        yield Street(house, app.server_port, shops.server_port)


@contextmanager
def _port() -> Iterator[ThreadedWSGIServer]:
    """A server that is bound before there is anything to serve: its port is in the settings."""
    server = ThreadedWSGIServer("127.0.0.1", 0, _nobody, handler=Quiet)
    server.daemon_threads = True
    try:
        yield server
    finally:
        server.server_close()


@contextmanager
def _open(server: ThreadedWSGIServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(timeout=5)


def _nobody(environ: Any, start_response: Callable[..., Any]) -> list[bytes]:
    raise AssertionError("nobody may come before the house stands")
