"""R16: one order, store, message, tenant, visitor, worker, connection or Redis is bad; how much
later are the orders of all others?

Everything is real and runs with the settings of production: web, two workers, clock, PostgreSQL,
Redis, and the sandbox in a process of its own. Orders are bought at a steady pace, with and without
the bad thing in turn, and each one's lag is taken from the purchase until we know that the order
stands in the vendor's store.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles

from sqlalchemy import select

from bench.figure import Figure, in_turn
from demo.programs import Programs
from orderflow.config import Config
from orderflow.models import MarketplaceOrder, Push, VendorOrder
from tests.postgres import private_postgres
from tests.processes.bad_ones import BAD_ONES, GOOD, SHOPS, VENDORS, BadOne, one_worker
from tests.processes.plant import Plant

PACE = 0.5
"""Seconds between two orders of the others."""
TAKEN_OVER = 15.0
"""Seconds within which others take over what a worker holds that has stopped."""
PATIENCE = 180.0
SETTLING = 20.0
PRODUCTION = ("call_seconds", "claim_seconds", "lease_seconds", "look_waits")


@dataclass(frozen=True)
class Lags:
    """Seconds, one for each order."""

    all: tuple[float, ...]

    @property
    def p50(self) -> float:
        return median(self.all)

    @property
    def p99(self) -> float:
        return quantiles(self.all, n=100, method="inclusive")[98]


def r16(rounds: int, seconds: float) -> list[Figure]:
    """``seconds``: for which the others buy in each half of a round."""
    with crowd() as plant:
        lags_of(plant, seconds, None)  # what is loaded at the first time
        return [each for what in BAD_ONES for each in figures(plant, what, rounds, seconds)]


@contextmanager
def crowd() -> Iterator[Plant]:
    defaults = {name: Config.model_fields[name].default for name in PRODUCTION}
    waits = ",".join(map(str, defaults.pop("look_waits")))
    with ExitStack() as stack:
        postgres = stack.enter_context(private_postgres(durable=True))
        url = stack.enter_context(postgres.database())
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sluice-bench-"))
        programs = stack.enter_context(Programs(Path(folder)))
        plant = Plant(url, programs, VENDORS, SHOPS, look_waits=waits, **defaults)
        stack.callback(plant.close)
        plant.stack.start_worker("worker2")
        plant.start()
        yield plant


def figures(plant: Plant, what: str, rounds: int, seconds: float) -> Iterator[Figure]:
    bad = BAD_ONES[what]
    pairs = in_turn(
        rounds, lambda: lags_of(plant, seconds, bad), lambda: lags_of(plant, seconds, None)
    )
    halves = tuple((ours.p50, theirs.p50) for ours, theirs in pairs)
    yield Figure("R16", f"{what}: p50 of the others' lag", "s", halves)
    if bad is one_worker:
        slowest = tuple((max(ours.all), TAKEN_OVER) for ours, _ in pairs)
        yield Figure("R16", f"{what}: longest lag, against 15 s", "s", slowest, at_most=1.0)
    else:
        tails = tuple((ours.p99, theirs.p99) for ours, theirs in pairs)
        yield Figure("R16", f"{what}: p99 of the others' lag", "s", tails, at_most=1.2)


def lags_of(plant: Plant, seconds: float, bad: BadOne | None) -> Lags:
    """Of the others' orders, all of which arrive while the bad one is still bad."""
    names, bought = cycle(GOOD), {}
    with nullcontext() if bad is None else bad(plant):
        begun = time.monotonic()
        for number in range(round(seconds / PACE)):
            time.sleep(max(0.0, begun + number * PACE - time.monotonic()))
            moment = time.time()
            bought[plant.buy(next(names))] = moment
        plant.wait_for_arrival(list(bought), len(bought), PATIENCE)
    arrived = placed(plant, list(bought))
    if not plant.programs.runs("worker"):
        plant.stack.start_worker()
    settle(plant)
    return Lags(tuple(max(arrived[each] - moment, 0.001) for each, moment in bought.items()))


def settle(plant: Plant) -> None:
    """What the bad one has left is done, or has had its time; poison may come for ever."""
    end = time.monotonic() + SETTLING
    while not plant.is_quiet() and time.monotonic() < end:
        time.sleep(0.5)


def placed(plant: Plant, orders: list[str]) -> dict[str, float]:
    """When each of these orders stood, by the clock on the wall."""
    rows = (
        select(MarketplaceOrder.remote_id, Push.placed_at)
        .join(VendorOrder, VendorOrder.order_id == MarketplaceOrder.id)
        .join(Push, Push.vendor_order_id == VendorOrder.id)
        .where(MarketplaceOrder.remote_id.in_(orders))
    )
    with plant.unit() as session:
        return {name: moment.timestamp() for name, moment in session.execute(rows) if moment}
