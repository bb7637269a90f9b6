"""A house with one merchant, straight into the database, by the same functions as everybody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.orm import Session

import workers
from bench.deliveries import SHOP
from bench.machine import settings_of
from orderflow import clock, config
from orderflow.access import register
from orderflow.db import close_connections, db, unit_of_work
from orderflow.models import Base, Merchant
from orderflow.rules import settings
from stores.base import Access, Identity


@contextmanager
def opened(database_url: str) -> Iterator[Session]:
    """A unit of work in the house of ``database_url``; its tables are made where they are not."""
    app = workers.create_app(config.load(settings_of(database_url)))
    with app.app_context():
        Base.metadata.create_all(db.engine)
        with unit_of_work() as session:
            yield session
        close_connections()


def plain(database_url: str) -> str:
    """The same address for psycopg itself."""
    return database_url.replace("postgresql+psycopg:", "postgresql:")


def merchant(session: Session) -> Merchant:
    """Pushes whatever is paid, mapped or not."""
    access = Access("shopify", SHOP, {"access_token": "never-used"})
    identity = Identity("1", "Harbour", SHOP, "USD", "owner@harbour.example.com", "CA")
    row = register.add_merchant(session, access, identity, clock.now())
    switches = {"order_sync": True, "unsynced_products": True}
    settings.change(session, row, switches, by="bench", now=clock.now())
    return row


def vendors(
    session: Session, owner: Merchant, names: Sequence[str], tokens: dict[str, str]
) -> None:
    """A vendor for each name, with a store of its own; ``tokens`` by the stores' domains."""
    now = clock.now()
    for name, (domain, token) in zip(names, tokens.items(), strict=True):
        vendor = register.add_vendor(session, owner, name, now)
        access = Access("shopify", domain, {"access_token": token})
        register.connect(session, vendor, access, Identity(domain, name, domain, "USD"), now)
    register.activate_add_on(session, owner, "shopify", active=True, now=now)
