"""The database is away for a while: webhooks are refused, not lost, and everybody recovers."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import psycopg
from sqlalchemy import make_url

from demo.hooks import Delivery, deliver
from demo.stack import CLIENT_SECRET
from demo.stage import HARBOUR
from tests.postgres import libpq_url
from tests.processes.plant import Plant, wait_for

REAL = Delivery("orders/create", "orders_create.dev_store_2025-01.json", "during the outage")


def test_what_came_while_the_database_was_away_arrives_once_afterwards(plant: Plant) -> None:
    with away(plant.stack.settings["database_url"]):
        order = plant.buy("Alfa", "Bravo")
        assert post(plant) == 503
        time.sleep(2)  # for the worker and the clock to notice
    plant.forget_connections()
    wait_for("the web process", lambda: post(plant) == 200)
    wait_for("the sandbox's first tries", lambda: failures(plant))
    plant.sandbox.post("/clock/advance", seconds=60)  # Shopify tries again
    plant.wait_for_arrival([order], 2)
    for name in ("web", "worker", "clock"):
        assert plant.programs.runs(name)
    wait_for("all webhooks read", lambda: "new" not in plant.book.webhooks())
    assert plant.counted() == (0, 0)


def post(plant: Plant) -> int:
    """The web process waits up to 20 s for a locked SQLite file."""
    address = f"{plant.stack.url}/webhooks/shopify"
    return deliver(address, HARBOUR, CLIENT_SECRET, [REAL], patience=30)[0]


def failures(plant: Plant) -> int:
    sent = plant.sandbox.get("/deliveries")["sent"]
    return sum(not 200 <= each["status"] < 300 for each in sent)


def away(url: str) -> AbstractContextManager[None]:
    return locked(url) if url.startswith("sqlite") else shut(url)


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Nobody can write to the SQLite file."""
    holder = sqlite3.connect(make_url(url).database or "", isolation_level=None)
    holder.execute("begin exclusive")
    yield
    holder.close()


@contextmanager
def shut(url: str) -> Iterator[None]:
    """PostgreSQL throws everybody out of the database, and lets nobody in."""
    name = make_url(url).database
    admin = psycopg.connect(libpq_url(make_url(url).set(database="postgres")), autocommit=True)
    with admin:
        admin.execute(f'alter database "{name}" allow_connections false')
        end = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s"
        admin.execute(end, [name])
        yield
        admin.execute(f'alter database "{name}" allow_connections true')
