"""The whole app as real programs over a served sandbox, with short times.

Harbour's vendors are Alfa (Shopify) and Bravo (WooCommerce); ``hire`` adds others. All their goods
are mapped, order sync is on, and nothing but orders is needed for something to happen.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select

from demo.book import Book
from demo.counting import count
from demo.programs import Programs
from demo.stack import CLIENT_ID, Stack, find_redis
from demo.stage import ALFA, BRAVO, HARBOUR, world
from orderflow import clock, doorbell, register, settings
from orderflow.config import load
from orderflow.db import db, reading, unit_of_work
from orderflow.models import Base, Merchant, Push, VendorOrder
from stores.base import Access, Identity, Variant
from webapp import create_app

T = TypeVar("T")
SHORT = {
    "call_seconds": 2,
    "claim_seconds": 5,
    "lease_seconds": 2,
    "look_waits": "1,2",
    "poll_every": 60,
    "reconcile_every": 60,
    "log_level": "warning",
}
BASIC = ("database_url", "secret_keys", "app_client_id", "app_secrets", "public_url", "redis_url")
CREATE = "marketplace_ref"
"""Text that only the creation of an order holds, on the way to a Shopify shop."""


def wait_for(what: str, look: Callable[[], T | None], seconds: float = 30) -> T:
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.05)


class Plant:
    """``hire`` before orders come; ``buy`` and then wait for ``arrived``."""

    def __init__(self, database_url: str, programs: Programs) -> None:
        self.programs = programs
        self.stack = Stack(programs, database_url, **SHORT)
        self.vendors: dict[str, str] = {}
        redis = find_redis()
        assert redis, "bootstrap.py puts a redis-server beside our Python"
        self._redis = redis
        self.start_redis()
        config = world(f"{self.stack.url}/webhooks/shopify")
        config["shops"][0] |= {"restore_rate": 5000, "capacity": 20000}
        self.sandbox, made = self.stack.start_sandbox(config)
        here = {f"SLUICE_{name.upper()}": self.stack.settings[name] for name in BASIC}
        self.app = create_app(load(here))
        self.book = Book(self.app)
        with self.app.app_context():
            Base.metadata.create_all(db.engine)
        self._add_harbour(made[HARBOUR])

    def start(self) -> None:
        self.stack.start_web()
        self.stack.start_worker()
        self.stack.start_clock()
        self.stack.wait_for_web()

    def close(self) -> None:
        with self.app.app_context():
            db.engine.dispose()
        doorbell.use_redis(None)

    def start_redis(self) -> None:
        self.stack.start_redis(self._redis)

    # -- the cast ------------------------------------------------------------------------------

    def _add_harbour(self, made: dict[str, Any]) -> None:
        access = Access("shopify", HARBOUR, {"access_token": _token(made)})
        identity = Identity(str(made["id"]), "Harbour", HARBOUR, "USD", "owner@example.com", "CA")
        with self.app.app_context(), unit_of_work() as session:
            merchant = register.add_merchant(session, access, identity, clock.now())
            settings.change(session, merchant, {"order_sync": True}, by="test", now=clock.now())

    def hire(self, name: str, host: str, *, expires_in: float | None = None) -> None:
        """A vendor who ships one article, whose SKU in both shops is the vendor's name."""
        goods = {"sku": name, "price": "9.00", "stock": 1000}
        if host.endswith(".myshopify.com"):
            access, theirs = self._open_shop(host, {**goods, "title": name}, expires_in)
        else:
            access, theirs = self._open_site(host, {**goods, "name": name})
        mine = self._list(name)
        with self.app.app_context(), unit_of_work() as session:
            merchant = session.scalars(select(Merchant)).one()
            vendor = register.add_vendor(session, merchant, name, clock.now())
            identity = Identity("1", name, access.address, "USD")
            connection = register.connect(session, vendor, access, identity, clock.now())
            platform = access.platform
            register.activate_add_on(session, merchant, platform, active=True, now=clock.now())
            register.map_variant(session, connection, mine, theirs, clock.now())
        self.vendors[name] = host

    def _open_shop(
        self, host: str, goods: dict[str, Any], expires_in: float | None
    ) -> tuple[Access, Variant]:
        more = {"installs": [CLIENT_ID], "restore_rate": 5000, "capacity": 20000}
        made = self.sandbox.post("/shops", domain=host, products=[goods], **more)
        variant = made["variants"][goods["sku"]].rpartition("/")[2]
        return Access("shopify", host, {"access_token": _token(made)}), Variant(variant, "", "", "")

    def _open_site(self, host: str, goods: dict[str, Any]) -> tuple[Access, Variant]:
        made = self.sandbox.post("/sites", host=host, cron="prompt", products=[goods])
        product = str(made["products"][goods["sku"]])
        keys = {name: made[name] for name in ("consumer_key", "consumer_secret")}
        access = Access("woocommerce", f"https://{host}", keys)
        return access, Variant(product, product, "", "")

    def _list(self, name: str) -> str:
        """The id of Harbour's own variant of the vendor's article."""
        goods = {"sku": name, "title": name, "price": "12.00", "stock": 1000, "vendor": name}
        gid: str = self.sandbox.post(f"/shops/{HARBOUR}/products", **goods)["variant"]
        return gid.rpartition("/")[2]
