"""R4: how fast orders go into one store far away.

The worker is the real one, in a process of its own; the store is the sandbox's, in another.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import psycopg
from sqlalchemy import delete

import stores
from bench import stage
from bench.deliveries import SHOP, TOPIC, order_body
from bench.figure import Figure
from bench.machine import running, settings_of
from bench.slow_store import PRICE, RATE
from orderflow import clock
from orderflow.intake import record
from orderflow.models import Message
from stores.base import SeenOrder
from tests.postgres import Postgres, private_postgres

SETTLED = 15
"""Orders at the start that are not counted: they are paid from what the bucket held."""
WORKER = (sys.executable, "-m", "workers", "work")


@dataclass
class Far:
    """``ledger`` is there once the world has ended."""

    port: int
    tokens: dict[str, str]
    ledger: dict[str, Any]

    @property
    def gateway(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def far_stores(count: int, lies: Sequence[str] = ()) -> Iterator[Far]:
    """Pretend stores in a program of their own, some of which tell ``lies``."""
    command = [sys.executable, "-m", "bench.slow_store", str(count), *lies]
    with running(command, {}) as world:
        assert world.stdout is not None
        far = Far(**json.loads(world.stdout.readline()), ledger={})
        yield far
        world.terminate()
        far.ledger = json.loads(world.stdout.readline())


@contextmanager
def house(postgres: Postgres, far: Far, orders: int) -> Iterator[str]:
    """A database with ``orders`` decided and queued for each of the far stores."""
    names = [f"Vendor {number}" for number in range(len(far.tokens))]
    with postgres.database() as url:
        with stage.opened(url) as session:
            owner = stage.merchant(session)
            stage.vendors(session, owner, names, far.tokens)
            for seen in sights(names, orders):
                record.record(session, owner, seen, clock.now())
            session.execute(delete(Message).where(Message.kind != "push"))  # they cost points too
        yield url


def sights(vendors: list[str], count: int) -> Iterator[SeenOrder]:
    """``count`` orders for each vendor, of one line."""
    body, _ = order_body()
    seen = stores.seen_from_webhook("shopify", TOPIC, body, SHOP)
    assert seen is not None
    for number, vendor in itertools.product(range(count), vendors):
        name = f"{vendor}-{number}"
        line = replace(seen.lines[0], id=f"{name}-1", vendor=vendor)
        yield replace(seen, id=name, name=name, lines=(line,))


def push(orders: int) -> dict[str, Any]:
    """Push all orders into one store; what the store saw."""
    with ExitStack() as stack:
        postgres = stack.enter_context(private_postgres(durable=True))
        far = stack.enter_context(far_stores(1))
        url = stack.enter_context(house(postgres, far, orders))
        with running(WORKER, settings_of(url, SLUICE_STORE_GATEWAY=far.gateway)):
            wait_until_placed(url, orders)
    return far.ledger


def wait_until_placed(url: str, orders: int) -> None:
    deadline = time.monotonic() + 60 + orders
    while placed(stage.plain(url)) < orders:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{orders} orders are not placed after {60 + orders} s")
        time.sleep(0.2)


def placed(database: str) -> int:
    with psycopg.connect(database, autocommit=True) as look:
        row = look.execute("select count(*) from push where state = 'placed'").fetchone()
    return int(row[0]) if row else 0


def r4(rounds: int, seconds: float) -> list[Figure]:
    """``seconds``: how long a round lasts at the ceiling."""
    ceiling = RATE / PRICE
    speeds, throttled = [], []
    for _ in range(rounds):
        ledger = push(SETTLED + round(seconds * ceiling))
        created = ledger["created"][SETTLED - 1 :]
        speeds.append(((len(created) - 1) / (created[-1] - created[0]), ceiling))
        throttled.append((float(ledger["throttled"]), float(ledger["calls"])))
    return [
        Figure("R4", "orders into one store", "orders/s", tuple(speeds), at_least=0.95),
        Figure("R4", "throttled of all calls", "calls", tuple(throttled), at_most=0.01),
    ]
