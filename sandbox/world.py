"""The world outside: every pretend shop, site and app, one clock, one dice, one wire."""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from werkzeug.wrappers import Request, Response

from sandbox import admin
from sandbox.clock import utc_now
from sandbox.deliveries import Deliveries
from sandbox.faults import ConnectionTorn, Faults, host_of
from sandbox.liar import Liar
from sandbox.wire import http_post

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from sandbox.shopify.app import App
    from sandbox.shopify.shop import Shop
    from sandbox.woocommerce import WooStore

Post = Callable[[str, Mapping[str, str], bytes], int]

CONTROL_HOSTS = frozenset({"127.0.0.1", "localhost", "sandbox"})
FIRST_ID = 9_200_000_000_000_001
"""Above 2**53: an id that passed through a floating-point number comes back wrong."""


class Store(Protocol):
    """What the world asks of a pretend store. It adds itself to ``shops`` or ``sites``."""

    def handle(self, request: Request) -> Response: ...

    def run_due(self) -> None: ...


@dataclass(frozen=True)
class Late:
    """A request whose client gave up, executed when it falls ``due``."""

    due: datetime
    answer: Callable[[], Response]


class World:
    """A WSGI application that answers for every host it knows.

    ``post`` carries webhooks out (url, headers, body -> HTTP status, 0 for no answer); ``sleep``
    takes real seconds. Both may be replaced.
    """

    def __init__(
        self,
        clock: Callable[[], datetime] = utc_now,
        seed: int = 0,
        *,
        post: Post = http_post,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.clock = clock
        self.random = random.Random(seed)  # noqa: S311 - a seeded dice, not a secret
        self.post = post
        self.sleep = sleep
        self.ids = itertools.count(FIRST_ID)
        self.shops: dict[str, Shop] = {}
        self.sites: dict[str, WooStore] = {}
        self.apps: dict[str, App] = {}
        self.mail: list[dict[str, str]] = []
        self.late: list[Late] = []
        self.liars: dict[str, Liar] = {}
        self.faults = Faults(self)
        self.deliveries = Deliveries(self)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self.clock()

    def do_later(self, seconds: float, answer: Callable[[], Response]) -> None:
        with self._lock:
            self.late.append(Late(self.now() + timedelta(seconds=seconds), answer))

    def run_due(self) -> None:
        """Execute what fell due: late requests, and each store's own jobs."""
        now = self.now()
        with self._lock:
            due = [each for each in self.late if each.due <= now]
            self.late = [each for each in self.late if each.due > now]
        for each in due:
            each.answer()
        for store in self.stores():
            store.run_due()

    def tick(self) -> None:
        """One turn of the world: jobs, then the webhooks they caused."""
        self.run_due()
        self.deliveries.send_due()

    def stores(self) -> Iterable[Store]:
        return [*self.shops.values(), *self.sites.values()]

    def store(self, host: str) -> Store | None:
        return self.shops.get(host) or self.sites.get(host)

    def liar(self, store: str | Shop | WooStore) -> Liar:
        """Whoever lies for a store; a new one tells the truth until a lie is switched on."""
        known = {id(each): host for host, each in (*self.shops.items(), *self.sites.items())}
        host = store if isinstance(store, str) else known.get(id(store), "")
        if self.store(host) is None:
            raise LookupError(f"no store at {host!r}")
        if host not in self.liars:
            self.liars[host] = Liar(self, host, "shopify" if host in self.shops else "woocommerce")
        return self.liars[host]

    def told(self, host: str, topic: str, body: bytes) -> bytes:
        """The body of a webhook as the store's liar leaves it, before it is signed."""
        liar = self.liars.get(host)
        return liar.webhook(topic, body) if liar else body

    def _spoken(self, store: Store, request: Request) -> Response:
        """What the store says, through its liar if it has one."""
        liar = self.liars.get(host_of(request))
        if liar is None:
            return store.handle(request)
        return liar.answer(request, lambda: store.handle(request))

    def answer(self, request: Request) -> Response:
        host = host_of(request)
        shop = self.shops.get(host)
        if shop and admin.serves(request.path):  # people see the store; faults hit the wire to it
            return admin.handle(shop, request)
        store = self.store(host)
        if store is not None:
            request.get_data()  # read while the client is there: a late request runs without it
            return self.faults.apply(request, lambda: self._spoken(store, request))
        if host in CONTROL_HOSTS:
            from sandbox.control import handle

            return handle(self, request)
        return Response(f"no such host: {host}\n", 404, mimetype="text/plain")

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Raises ConnectionTorn where a real client would see its connection break."""
        return self.answer(Request(environ))(environ, start_response)

    __call__ = wsgi


__all__ = ["ConnectionTorn", "Late", "Store", "World"]
