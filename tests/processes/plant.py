"""The whole app as real programs over a served sandbox, with short times.

Every vendor of Harbour sells one mapped article, order sync is on: somebody only has to buy.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from demo.book import Book
from demo.counting import OURS, count
from demo.programs import Programs
from demo.stack import CLIENT_ID, Stack, find_redis
from demo.stage import HARBOUR, pretend_app
from orderflow import clock, doorbell
from orderflow.access import register
from orderflow.config import load
from orderflow.db import close_connections, db, reading, unit_of_work
from orderflow.models import Base, MarketplaceOrder, Message, TimelineEvent, VendorOrder
from orderflow.rules import settings
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
CREATES = {"shopify": "orderCreate", "woocommerce": "created_via"}
"""Text that only the call holds which creates an order."""


HANGS = 240
"""Seconds after which nothing more is expected; however slow the machine is, all is over before."""


def wait_for(what: str, look: Callable[[], T | None], seconds: float = HANGS) -> T:
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.05)


class Plant:
    """``vendors`` are hosts by name; a vendor's article has the vendor's name for its SKU. Every
    merchant (``shops``) sells the articles of all vendors. ``plugins`` are those of the WordPress
    sites; ``more`` are further settings."""

    def __init__(
        self,
        database_url: str,
        programs: Programs,
        vendors: Mapping[str, str],
        shops: Sequence[str] = (HARBOUR,),
        plugins: Sequence[str] = (),
        **more: object,
    ) -> None:
        self.programs, self.vendors, self.shops = programs, vendors, shops
        self.stack = Stack(programs, database_url, **(SHORT | more))
        redis = find_redis()
        assert redis, "bootstrap.py puts a redis-server beside our Python"
        self._redis = redis
        self.start_redis()
        self.sandbox, made = self.stack.start_sandbox(
            world(self.stack.url, vendors, shops, plugins)
        )
        here = {f"SLUICE_{name.upper()}": self.stack.settings[name] for name in BASIC}
        self.app = create_app(load(here))
        self.book = Book(self.app)
        with self.app.app_context():
            Base.metadata.create_all(db.engine)
        self._register(made)

    def _register(self, made: dict[str, Any]) -> None:
        with self.unit() as session:
            for shop in self.shops:
                self._register_merchant(session, shop, made)

    def _register_merchant(self, session: Session, shop: str, made: dict[str, Any]) -> None:
        access = Access("shopify", shop, {"access_token": token(made[shop])})
        title = shop.partition(".")[0].title()
        identity = Identity(str(made[shop]["id"]), title, shop, "USD", "owner@example.com", "CA")
        merchant = register.add_merchant(session, access, identity, clock.now())
        settings.change(session, merchant, {"order_sync": True}, by="test", now=clock.now())
        for platform in ("shopify", "woocommerce"):
            register.activate_add_on(session, merchant, platform, active=True, now=clock.now())
        for name, host in self.vendors.items():
            access, theirs = way_in(host, made[host], name)
            mine = made[shop]["variants"][name].rpartition("/")[2]
            vendor = register.add_vendor(session, merchant, name, clock.now())
            shown = Identity("1", name, access.address, "USD")
            connection = register.connect(session, vendor, access, shown, clock.now())
            register.map_variant(session, connection, mine, theirs, clock.now())

    # -- running -------------------------------------------------------------------------------

    def start(self) -> None:
        self.stack.start_web()
        self.stack.start_worker()
        self.stack.start_clock()
        self.stack.wait_for_web()
        wait_for("the end of what setting up has caused", self.is_quiet)

    def is_quiet(self) -> bool:
        """Nothing is due and nothing under way; what was parked waits for a person."""
        with self.app.app_context(), reading() as session:
            due = select(Message.id).where(
                Message.due_at <= clock.now(), Message.parked_at.is_(None)
            )
            return session.scalar(due) is None

    def recover(self) -> None:
        """A worker runs, and no store has faults any more."""
        self.sandbox.post("/faults/clear")
        self.sandbox.post("/deliveries", drop=0)
        if not self.programs.runs("worker"):
            self.stack.start_worker()

    def start_redis(self) -> None:
        self.stack.start_redis(self._redis)

    def close(self) -> None:
        self.forget_connections()
        doorbell.use_redis(None)

    def forget_connections(self) -> None:
        """Our own to the database, after it was away."""
        with self.app.app_context():
            close_connections()

    @contextmanager
    def unit(self) -> Iterator[Session]:
        with self.app.app_context(), unit_of_work() as session:
            yield session

    # -- what people do, and what comes of it ----------------------------------------------------

    def buy(self, *names: str) -> str:
        """A paid order of one article of each vendor; its id."""
        lines = [[name, 1] for name in names]
        return str(self.sandbox.act("customer.buys", shop=HARBOUR, lines=lines)["id"])

    def slow(self, host: str, match: str, seconds: float, times: int = 1) -> None:
        self.sandbox.post(
            "/faults", kind="slow", host=host, match=match, seconds=seconds, times=times
        )

    def lose_webhooks(self) -> None:
        """From now on: a store's webhook about the order would tell us what became of it."""
        self.sandbox.post("/deliveries", drop=1)

    def fired(self, host: str) -> int:
        """How many faults have met a request to ``host``."""
        return sum(each["host"] == host for each in self.sandbox.get("/faults")["fired"])

    def states(self, orders: Iterable[str]) -> list[str]:
        """Of all parts of these orders that the book knows."""
        wanted = (
            select(VendorOrder.state)
            .join(VendorOrder.order)
            .where(MarketplaceOrder.remote_id.in_(list(orders)))
        )
        with self.app.app_context(), reading() as session:
            return list(session.scalars(wanted))

    def learned(self, order: str) -> list[str]:
        """How we learned that an order's parts stand in their stores: answer, look or webhook."""
        wanted = (
            select(TimelineEvent.details)
            .join(MarketplaceOrder, MarketplaceOrder.id == TimelineEvent.order_id)
            .where(MarketplaceOrder.remote_id == order, TimelineEvent.code == "placed")
        )
        with self.app.app_context(), reading() as session:
            return [details["how"] for details in session.scalars(wanted)]

    def wait_for_arrival(self, orders: Sequence[str], parts: int, seconds: float = HANGS) -> None:
        """Until all of the orders' ``parts`` are pushed."""
        wait_for(
            f"{parts} parts in their stores",
            lambda: self.states(orders).count("pushed") == parts,
            seconds,
        )

    def standing(self, host: str) -> list[str]:
        """The keys of the live orders in a store."""
        orders = self.sandbox.orders(host)
        return [each["attributes"][OURS] for each in orders if each["status"] != "cancelled"]

    def counted(self) -> tuple[int, int]:
        """Duplicates and lost orders, over everything that ever happened here."""
        found = count(self.sandbox, self.book, HARBOUR, list(self.vendors.values()))
        return found["duplicates"], found["lost"]

    def workers_of(self, name: str = "worker") -> list[int]:
        """Pids of a worker and of what it forked, the parent first."""
        return session_of(self.programs.pid(name))


def world(
    url: str, vendors: Mapping[str, str], merchants: Sequence[str], plugins: Sequence[str]
) -> dict[str, Any]:
    """What the sandbox is to build: shops that are in no hurry to throttle."""
    fast = {"restore_rate": 5000, "capacity": 20000, "installs": [CLIENT_ID]}
    listed = [{"sku": name, "title": name, "price": "12.00", "vendor": name} for name in vendors]
    stocked = [{**each, "stock": 100_000} for each in listed]
    shops = [{"domain": shop, "products": stocked, **fast} for shop in merchants]
    sites = []
    for name, host in vendors.items():
        goods = {"sku": name, "price": "9.00", "stock": 100_000}
        if host.endswith(".myshopify.com"):
            shops.append({"domain": host, "products": [{**goods, "title": name}], **fast})
        else:
            site = {"host": host, "cron": "prompt", "plugins": plugins}
            sites.append({**site, "products": [{**goods, "name": name}]})
    return {"apps": [pretend_app(url)], "shops": shops, "sites": sites}


def token(made: dict[str, Any]) -> str:
    return str(made["grants"][CLIENT_ID]["access_token"])


def way_in(host: str, made: dict[str, Any], sku: str) -> tuple[Access, Variant]:
    """Our access to a vendor's store, and what the vendor sells there."""
    if host.endswith(".myshopify.com"):
        variant = made["variants"][sku].rpartition("/")[2]
        return Access("shopify", host, {"access_token": token(made)}), Variant(variant, "", "", "")
    keys = {name: made[name] for name in ("consumer_key", "consumer_secret")}
    product = str(made["products"][sku])
    return Access("woocommerce", f"https://{host}", keys), Variant(product, product, "", "")


def session_of(leader: int) -> list[int]:
    """The living processes of a session, its leader first. Linux only."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, _, session, *_ = entry.read_text().rpartition(")")[2].split()
            if int(session) == leader and state != "Z":
                found.append(int(entry.parent.name))
    return sorted(found, key=lambda pid: (pid != leader, pid))
