"""The whole house over the sandbox in this process: real WSGI, real protocols, one settable clock.

The standing cast: the merchant *Harbour*; its vendors *Alfa* (sells from a store of the
marketplace's own kind) and *Bravo* (from a WordPress site); and a *stranger*, another merchant
with a vendor and orders of his own, who may never be seen.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

from flask import Flask
from sqlalchemy import QueuePool, inspect, select, update
from sqlalchemy.orm import Session

import workers
from orderflow import clock, leases
from orderflow.access import register
from orderflow.config import Config
from orderflow.db import close_connections, db, reading, unit_of_work
from orderflow.house import prepare
from orderflow.models import (
    Base,
    Connection,
    Flag,
    MarketplaceOrder,
    Merchant,
    Message,
    Push,
    StoreAccess,
    TimelineEvent,
    Vendor,
    VendorOrder,
)
from orderflow.rules import settings
from orderflow.rules.judge import reconsider_all
from sandbox.clock import RunningClock, SettableClock
from sandbox.people import People
from sandbox.shopify.app import App
from sandbox.shopify.shop import Shop
from sandbox.wire import post_into
from sandbox.woocommerce import WooStore
from sandbox.world import World
from stores import http
from stores.base import Access, Identity, Variant
from tests.wsgi_adapter import WsgiAdapter
from webapp import create_app
from workers import lanes

SECRET = "a-client-secret-that-is-long-enough"
KEY = "9mB2YtmXI4x1TfJwYtEi5X3d8WemfpE1-wU6oU-dknE="
TOPICS = (
    "orders/create",
    "orders/updated",
    "orders/paid",
    "orders/cancelled",
    "orders/edited",
    "orders/delete",
    "fulfillments/create",
    "fulfillments/update",
    "orders/risk_assessment_changed",
    "fulfillment_orders/placed_on_hold",
    "fulfillment_orders/hold_released",
    "fulfillment_orders/moved",
    "fulfillment_orders/split",
    "fulfillment_orders/merged",
    "fulfillment_holds/added",
    "fulfillment_holds/released",
)
SCOPES = (
    "write_orders",
    "write_order_edits",
    "read_products",
    "read_locations",
    "write_fulfillments",
    "write_merchant_managed_fulfillment_orders",
    "write_third_party_fulfillment_orders",
)
BEGAN = datetime.now(UTC).replace(microsecond=0)
"""When these tests began. Every settable clock starts then, so what one test built can be put up
again for another, as it was."""
HARBOUR, ALFA, STRANGER = "harbour.myshopify.com", "alfa.myshopify.com", "stranger.myshopify.com"
BRAVO = "bravo.example.com"


def configuration(database_url: str, **more: Any) -> Config:
    values: dict[str, Any] = {
        "database_url": database_url,
        "secret_keys": KEY,
        "app_client_id": "client-id",
        "app_secrets": SECRET,
        "public_url": "https://sluice.example.com",
        "log_level": "error",
    }
    return Config.model_validate(values | more)


@lru_cache(maxsize=4)
def _built(config: Config) -> tuple[Flask, Flask]:
    return create_app(config), workers.create_app(config)


def _doors(config: Config) -> tuple[Flask, Flask]:
    """The web application and the worker's. Routes, templates and statements are compiled once for
    one configuration; what opening a door tells the process is told again. Only the doors that were
    opened last are connected to their database."""
    web, app = doors = _built(config)
    if _opened and _opened[0] is not doors:
        close_doors()
    _opened[:] = [doors]
    for door in doors:
        prepare(door, config)
        door.extensions.pop("sluice_shops", None)  # ids of another house's shops
    http.limit_calls(config.call_seconds)
    return web, app


_opened: list[tuple[Flask, Flask]] = []


def close_doors() -> None:
    """End the connections of the doors that were opened last."""
    for door in (door for doors in _opened for door in doors):
        with door.app_context():
            close_connections()


class House:
    """``turn`` runs everything that is due; ``later`` lets time pass first. The clock stands still
    at the time when the tests began, unless a test lets time pass; for a browser, whose ID tokens
    are good for a minute, it is the machine's."""

    def __init__(
        self, database_url: str, running: RunningClock | None = None, **config: Any
    ) -> None:
        self.clock = running or SettableClock(BEGAN)
        self.config = configuration(database_url, **config)
        self.web, self.app = _doors(self.config)
        self.world = World(self.clock, post=post_into(self.web), sleep=lambda _: None)
        self.people = People(self.world)
        clock.use(self.clock)
        http.use_adapter(WsgiAdapter(self.world))
        self.client = self.web.test_client()
        self.sluice = App(
            "client-id",
            SECRET,
            scopes=SCOPES,
            webhook_url="https://sluice.example.com/webhooks/shopify",
            topics=TOPICS,
        )
        self.world.apps["client-id"] = self.sluice
        with self.app.app_context():
            if not inspect(db.engine).has_table(Message.__tablename__):
                Base.metadata.create_all(db.engine)

    def close(self) -> None:
        """The database may be emptied now. A server's connections stay open for the next house of
        the same database; a file's do not, since the next house has another file."""
        if self.config.database_url.startswith("sqlite") or self._is_busy():
            close_doors()
        http.use_adapter(None)
        clock.use(None)

    def _is_busy(self) -> bool:
        """Whether somebody is still at work in the database."""
        for door in (self.web, self.app):
            with door.app_context():
                if any(cast(QueuePool, each.pool).checkedout() for each in db.engines.values()):
                    return True
        return False

    # -- setting the stage ---------------------------------------------------------------------

    def shop(self, domain: str, **more: Any) -> Shop:
        return Shop(self.world, domain, **more)

    def merchant(self, domain: str = HARBOUR, **more: Any) -> Shop:
        """A shop with the app installed, order sync on."""
        shop = self.world.shops.get(domain) or self.shop(domain, **more)
        access = self.shopify_access(shop)
        identity = Identity(
            str(shop.id), shop.name, domain, shop.currency, email=shop.email, country="CA"
        )
        with self.unit() as session:
            merchant = register.add_merchant(session, access, identity, clock.now())
            settings.change(session, merchant, {"order_sync": True}, by="test", now=clock.now())
        return shop

    def shopify_access(self, shop: Shop) -> Access:
        grant = shop.install(self.sluice)
        return Access("shopify", shop.domain, {"access_token": grant.access_token})

    def vendor(self, name: str, merchant: str = HARBOUR) -> int:
        with self.unit() as session:
            row = self.one(session, Merchant, shop=merchant)
            return register.add_vendor(session, row, name, clock.now()).id

    def alfa(
        self, merchant: str = HARBOUR, domain: str = ALFA, vendor: str = "Alfa", **more: Any
    ) -> Shop:
        """The vendor Alfa, or another, with a store of the marketplace's kind."""
        shop = self.world.shops.get(domain) or self.shop(domain, **more)
        self.connect(vendor, self.shopify_access(shop), merchant)
        return shop

    def bravo(
        self, merchant: str = HARBOUR, host: str = BRAVO, vendor: str = "Bravo", **more: Any
    ) -> WooStore:
        """The vendor Bravo, or another, with a WordPress site whose jobs run at once."""
        site = WooStore(self.world, host, **{"cron": "prompt", **more})
        key, secret = site.issue_key()
        access = Access(
            "woocommerce", f"https://{host}", {"consumer_key": key, "consumer_secret": secret}
        )
        self.connect(vendor, access, merchant)
        return site

    def connect(self, name: str, access: Access, merchant: str = HARBOUR) -> int:
        with self.unit() as session:
            owner = self.one(session, Merchant, shop=merchant)
            vendor = session.scalars(
                select(Vendor).where(Vendor.merchant_id == owner.id, Vendor.name == name)
            ).one_or_none()
            vendor = vendor or register.add_vendor(session, owner, name, clock.now())
            identity = Identity("1", name, access.address, "USD")
            connection = register.connect(session, vendor, access, identity, clock.now())
            register.activate_add_on(session, owner, access.platform, active=True, now=clock.now())
            return connection.id

    def map(self, mine: Any, address: str, vendor_variant: str, product: str = "") -> None:
        """The marketplace's variant is the vendor's variant of that id."""
        with self.unit() as session:
            connection = session.scalars(
                select(Connection).join(StoreAccess).where(StoreAccess.address.contains(address))
            ).one()
            theirs = Variant(vendor_variant, product, "", "")
            register.map_variant(session, connection, str(mine.id), theirs, clock.now())

    def set(self, merchant: str = HARBOUR, **values: settings.Value) -> None:
        with self.unit() as session:
            owner = self.one(session, Merchant, shop=merchant)
            settings.change(session, owner, values, by="test", now=clock.now())
            reconsider_all(session, owner, clock.now())

    # -- running -------------------------------------------------------------------------------

    def turn(self, rounds: int = 30) -> None:
        """Let the world and the workers run until nothing is due."""
        for _ in range(rounds):
            self.world.tick()
            with self.app.app_context():
                with reading() as session:
                    waiting = leases.waiting(session, now=clock.now())
                if waiting:
                    lanes.Drainer(self.app).run(waiting, seconds=60)
            if not waiting and not self._world_is_busy():
                return
        raise AssertionError("the house does not come to rest")

    def _world_is_busy(self) -> bool:
        return any(each.due <= self.clock() for each in self.world.deliveries.queue)

    def later(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.turn()

    def let_pass(self, seconds: float, step: float = 30) -> None:
        """``seconds`` go by in steps, so that what follows from what comes in its own time."""
        for _ in range(int(-(-seconds // step))):
            self.later(step)

    def hear_of_orders(self) -> None:
        """Reconcile the marketplaces now; the vendors' stores are not polled for it."""
        with self.unit() as session:
            now = clock.now()
            session.execute(update(Message).where(Message.kind == "reconcile").values(due_at=now))
        self.turn()

    # -- looking -------------------------------------------------------------------------------

    def unit(self) -> Any:
        return _Inside(self.app, unit_of_work)

    def look(self) -> Any:
        return _Inside(self.app, reading)

    @staticmethod
    def one(session: Session, model: Any, **wanted: Any) -> Any:
        return session.scalars(select(model).filter_by(**wanted)).one()

    def parts(self, **wanted: Any) -> list[VendorOrder]:
        with self.look() as session:
            rows = list(
                session.scalars(select(VendorOrder).filter_by(**wanted).order_by(VendorOrder.id))
            )
            for row in rows:
                session.refresh(row, ["vendor", "order", "lines"])
            return rows

    def part(self) -> VendorOrder:
        (only,) = self.parts()
        return only

    def orders(self) -> list[MarketplaceOrder]:
        with self.look() as session:
            return list(session.scalars(select(MarketplaceOrder).order_by(MarketplaceOrder.id)))

    def pushes(self) -> list[Push]:
        with self.look() as session:
            return list(session.scalars(select(Push).order_by(Push.id)))

    def events(self) -> list[str]:
        with self.look() as session:
            return list(session.scalars(select(TimelineEvent.code).order_by(TimelineEvent.id)))

    def flags(self, *, done: bool = False) -> list[Flag]:
        """What a person still has to do, or what is done."""
        with self.look() as session:
            rows = session.scalars(select(Flag).order_by(Flag.id))
            return [row for row in rows if (row.done_at is not None) == done]

    def messages(self, kind: str = "") -> list[Message]:
        with self.look() as session:
            rows = session.scalars(select(Message).order_by(Message.id))
            return [row for row in rows if row.kind == kind or not kind]


class _Inside:
    """A unit of work inside the worker's application context."""

    def __init__(self, app: Flask, enter: Callable[[], Any]) -> None:
        self._context, self._enter = app.app_context(), enter

    def __enter__(self) -> Session:
        self._context.push()
        self._unit = self._enter()
        return self._unit.__enter__()

    def __exit__(self, *failure: Any) -> Any:
        try:
            return self._unit.__exit__(*failure)
        finally:
            self._context.pop()
