"""R7: what each page costs the server, with a hundred times as many orders in the book.

The same pages as the tests of the query plans look at; both houses answer in turn. What else runs
on the machine is in the p95 of a page, and hardly in its CPU.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice

import psycopg

from bench.archive import fill
from bench.figure import Figure, in_turn
from bench.machine import cpu_seconds, parent_of
from bench.stage import plain
from orderflow import clock
from orderflow.models import Merchant
from orderflow.read import figures as figures_of_home
from stores import http
from tests.house import ALFA, BRAVO, HARBOUR, House
from tests.postgres import private_postgres
from tests.webapp.pages import PAGES
from tests.webapp.shop_floor import Floor
from tests.wsgi_adapter import WsgiAdapter

FEW, MANY = 1_000, 100_000
HELD = "update vendor_order set state = 'held', main_reason = 'not_paid' where id % 10 = 0"
"""A tenth of the past still waits for something: there is something to count and to list."""
CHUNKS = 2
"""Of a download that is written while it is read: its head, and the first page of rows."""


@dataclass(frozen=True, eq=False)
class Site:
    """A house with its past, and the address of each page in it."""

    floor: Floor
    addresses: dict[str, str]

    def ask(self, page: str) -> tuple[float, int]:
        """(milliseconds of the server, bytes of the answer)."""
        clock.use(self.floor.house.clock)
        headers, client = self.floor.door.headers(), self.floor.door.client
        begun = time.perf_counter()
        answer = client.get(self.addresses[page], headers=headers)
        size = sum(len(chunk) for chunk in islice(answer.iter_encoded(), CHUNKS))
        took = time.perf_counter() - begun
        answer.close()
        if answer.status_code != 200:
            raise RuntimeError(f"{page}: {answer.status}")
        return 1000 * took, size


@contextmanager
def site(url: str, past: int) -> Iterator[Site]:
    house = House(url)
    floor = Floor(house)
    floor.sells((floor.lamp, 1), (floor.mug, 2))
    house.people.vendor.ships(ALFA, max(floor.alfa.orders), number="1Z999", company="UPS")
    house.people.vendor.ships(BRAVO, max(floor.bravo.orders))
    house.later(house.config.poll_every + 20)
    fill(plain(url), past - 1)
    with psycopg.connect(plain(url), autocommit=True) as admin:
        admin.execute(HELD)
        admin.execute("vacuum analyze")
    with house.unit() as session:
        figures_of_home.keep_days(session, house.one(session, Merchant, shop=HARBOUR), clock.now())
    http.use_adapter(WsgiAdapter(house.world))
    yield Site(floor, {page: address(floor) for page, address in PAGES.items()})
    house.close()


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one page in one round: the slowest but five in a hundred, the CPU that one request takes
    here and in the database, and the size of the answer."""

    p95: float
    cpu: float
    size: float


def cost(one: Site, page: str, requests: int, database: int) -> Cost:
    """``database``: the process id of its server."""
    begun = time.process_time() + cpu_seconds(database)
    asked = [one.ask(page) for _ in range(requests)]
    spent = time.process_time() + cpu_seconds(database) - begun
    times = sorted(took for took, _ in asked)
    return Cost(times[math.ceil(0.95 * requests) - 1], 1000 * spent / requests, float(asked[-1][1]))


def r7(rounds: int, seconds: float, many: int = MANY, few: int = FEW) -> list[Figure]:
    """``seconds``: how many requests a page gets in a round."""
    with (
        private_postgres(durable=True) as postgres,
        postgres.database() as many_url,
        postgres.database() as few_url,
        site(many_url, many) as large,
        site(few_url, few) as small,
        psycopg.connect(plain(few_url)) as admin,
    ):
        requests, server = max(1, round(seconds)), parent_of(admin.info.backend_pid)

        def asked(one: Site, page: str) -> Cost:
            return cost(one, page, requests, server)

        for page in PAGES:
            large.ask(page), small.ask(page)
        told = {
            page: in_turn(rounds, partial(asked, large, page), partial(asked, small, page))
            for page in PAGES
        }
    return [figure for page, pairs in told.items() for figure in figures(page, pairs, many, few)]


def figures(page: str, pairs: list[tuple[Cost, Cost]], many: int, few: int) -> list[Figure]:
    def rounds(name: str) -> tuple[tuple[float, float], ...]:
        return tuple((getattr(a, name), getattr(b, name)) for a, b in pairs)

    what = f"{page}, {many:,} orders / {few:,}"
    return [
        Figure("R7", f"{what}: p95", "ms", rounds("p95"), at_most=1.5),
        Figure("R7", f"{what}: CPU", "ms", rounds("cpu"), at_most=1.5),
        Figure("R7", f"{what}: size", "bytes", rounds("size"), at_most=1.05),
    ]
