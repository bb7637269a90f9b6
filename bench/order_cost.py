"""R6: what one order costs on its whole way, in a house with a short past and in one with a long.

Bought, heard of, recorded, decided, pushed into two stores, shipped there, reported home.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any

import psycopg
import requests
from sqlalchemy import func, select

from bench.archive import fill
from bench.figure import Figure, in_turn
from bench.stage import plain
from orderflow import clock
from orderflow.models import MarketplaceOrder, VendorOrder
from stores import http
from tests.house import ALFA, BRAVO, HARBOUR, House
from tests.postgres import private_postgres
from tests.wsgi_adapter import WsgiAdapter

SHORT, LONG = 10, 100_000
"""Orders in the past."""


@dataclass
class Cost:
    """``points`` of APIs that count them; ``sent`` bytes of request bodies; ``seconds`` with all
    that the sandbox takes, which is the same for both."""

    statements: int = 0
    commits: int = 0
    calls: int = 0
    points: int = 0
    sent: int = 0
    seconds: float = 0.0


class Meter(WsgiAdapter):
    """The road into the pretend world, with a counter beside it."""

    def __init__(self, app: Any, cost: Cost) -> None:
        super().__init__(app)
        self.cost = cost

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        answer = super().send(request, *args, **options)
        self.cost.calls += 1
        self.cost.sent += len(request.body or b"")
        if answer.headers.get("Content-Type") == "application/json":
            content = answer.json()
            extensions = content.get("extensions", {}) if isinstance(content, dict) else {}
            self.cost.points += extensions.get("cost", {}).get("actualQueryCost") or 0
        return answer


@contextmanager
def counted(cost: Cost) -> Iterator[None]:
    """Count what goes to PostgreSQL; what commits by itself is both."""
    execute, commit = psycopg.Cursor.execute, psycopg.Connection.commit

    def counting_execute(cursor: Any, *args: Any, **options: Any) -> Any:
        cost.statements += 1
        cost.commits += cursor.connection.autocommit
        return execute(cursor, *args, **options)

    def counting_commit(connection: Any) -> None:
        cost.commits += 1
        commit(connection)

    psycopg.Cursor.execute, psycopg.Connection.commit = counting_execute, counting_commit  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        psycopg.Cursor.execute, psycopg.Connection.commit = execute, commit  # type: ignore[method-assign]


@contextmanager
def settled(url: str, past: int) -> Iterator[Callable[[], Cost]]:
    """A house with ``past`` orders behind it; call to let one more order go all the way."""
    house = House(url)
    harbour, alfa, bravo = house.merchant(), house.alfa(), house.bravo()
    lamp = harbour.sells("LAMP", "Lamp", "30.00", vendor="Alfa", stock=10**6)
    mug = harbour.sells("MUG", "Mug", "12.50", vendor="Bravo", stock=10**6)
    theirs = alfa.sells("A-LAMP", "Lamp", "20.00", stock=10**6)
    product = bravo.add_product("B-MUG", "Mug", "9.00", stock=10**6)
    house.map(lamp, "alfa", str(theirs.id))
    house.map(mug, "bravo", str(product.id), str(product.id))
    house.turn()

    def live() -> None:
        house.people.customer.buys(HARBOUR, [(lamp, 1), (mug, 2)], shipping="10.00")
        house.turn()
        house.people.vendor.ships(ALFA, max(alfa.orders), number="1Z999", company="UPS")
        house.people.vendor.ships(BRAVO, max(bravo.orders))
        house.later(house.config.poll_every + 20)

    def once() -> Cost:
        cost = Cost()
        clock.use(house.clock)
        http.use_adapter(Meter(house.world, cost))
        with counted(cost):
            begun = time.perf_counter()
            live()
            cost.seconds = time.perf_counter() - begun
        assert newest_states(house) == {"shipped"}
        return cost

    once()
    fill(plain(url), past - 1)
    once()
    yield once
    house.close()


def newest_states(house: House) -> set[str]:
    with house.look() as session:
        newest = session.scalar(select(func.max(MarketplaceOrder.id)))
        states = select(VendorOrder.state).where(VendorOrder.order_id == newest)
        return set(session.scalars(states))


def r6(rounds: int, seconds: float, long: int = LONG) -> list[Figure]:
    """``seconds``: roughly how many orders, where that is more than ``rounds``."""
    with (
        private_postgres(durable=True) as postgres,
        postgres.database() as short_url,
        postgres.database() as long_url,
        settled(long_url, long) as with_long,
        settled(short_url, SHORT) as with_short,
    ):
        pairs = in_turn(max(rounds, round(seconds)), with_long, with_short)
    return [figure(field.name, pairs, long) for field in fields(Cost)]


def figure(name: str, pairs: list[tuple[Cost, Cost]], long: int) -> Figure:
    rounds = tuple((float(getattr(a, name)), float(getattr(b, name))) for a, b in pairs)
    what = f"an order's {name}, {long:,} orders stored / {SHORT}"
    at_most = 1.1 if name == "seconds" else 1.01  # a lane is looked at once more, or once less
    return Figure("R6", what, "s" if name == "seconds" else "", rounds, at_most=at_most)
