"""Memory: what a worker takes, parent and fork together, while it drains fifty lanes at once."""

from __future__ import annotations

import time
from contextlib import ExitStack

from bench import stage
from bench.figure import Figure
from bench.machine import proportional_bytes, running, settings_of
from bench.pushing import WORKER, far_stores, house, placed
from tests.postgres import private_postgres
from tests.redis_server import private_redis

LIMIT = 150.0
"""MiB."""
LANES, ORDERS = 50, 6
ENOUGH = 0.95
"""Of the orders: one whose answer got lost on a busy machine is looked for during ten minutes."""
EVERY = 0.2
"""Seconds between two looks."""


def most_memory(lanes: int, orders: int) -> float:
    """The largest PSS in MiB of a worker that pushes ``orders`` into each of ``lanes`` stores."""
    with ExitStack() as stack:
        postgres = stack.enter_context(private_postgres())
        redis = stack.enter_context(private_redis())
        far = stack.enter_context(far_stores(lanes))
        url = stack.enter_context(house(postgres, far, orders))
        settings = settings_of(url, SLUICE_STORE_GATEWAY=far.gateway, SLUICE_REDIS_URL=redis)
        worker = stack.enter_context(running(WORKER, settings))
        stack.enter_context(running((*WORKER[:-1], "clock"), settings))
        most, deadline = 0, time.monotonic() + 600
        while placed(stage.plain(url)) < ENOUGH * lanes * orders:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{lanes} lanes are not drained after ten minutes")
            most = max(most, proportional_bytes(worker.pid))
            time.sleep(EVERY)
    return most / 2**20


def memory(rounds: int, seconds: float) -> list[Figure]:
    taken = tuple((most_memory(LANES, ORDERS), LIMIT) for _ in range(rounds))
    return [Figure("M", "worker with 50 lanes / limit", "MiB", taken, at_most=1.0)]
