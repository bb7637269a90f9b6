"""R13: eight of fifty stores lie, hang or flood; what the others notice.

The worker is the real one, in a process of its own; the stores are the sandbox's, in another. Push
messages fall due at a steady pace, for all fifty stores alike, whether they lie or not.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from statistics import quantiles
from typing import Any

from sqlalchemy import delete, select

from bench import stage
from bench.figure import Figure, in_turn
from bench.machine import proportional_bytes, running, settings_of
from bench.pushing import WORKER, Far, far_stores, sights
from orderflow import clock
from orderflow.intake import record
from orderflow.models import Message, StoreAccess
from tests.postgres import Postgres, private_postgres

STORES = 50
LIES = (
    "hangs",
    "endless_cursor",
    "retry_after_infinite",
    "huge_texts",
    "quadratic_texts",
    "quadratic_error",
    "garbage",
    "challenge_200",
)
"""What each of the lying stores does, all the time; ``bench.slow_store`` adds *hangs*."""
APART = 20.0
"""Seconds between two orders of one store."""
START, END = 8.0, 10.0
"""Seconds from the start until the first order falls due, and after the last one."""
MEMORY = 200.0
"""MiB that the worker may hold."""


@dataclass(frozen=True)
class Seen:
    """Of the stores that never lie: seconds from an order's due time until it stood, one for each
    that stood in the end; the worker's largest PSS in MiB."""

    wanted: int
    lags: tuple[float, ...]
    memory: float

    @property
    def share(self) -> float:
        """Of the orders that were due, those that stood when the bench ended."""
        return len(self.lags) / self.wanted

    @property
    def p99(self) -> float:
        return quantiles(self.lags, n=100, method="inclusive")[98]


def push(seconds: float, lies: tuple[str, ...]) -> Seen:
    orders = max(1, round(seconds / APART))
    with ExitStack() as stack:
        postgres = stack.enter_context(private_postgres(durable=True))
        far = stack.enter_context(far_stores(STORES, lies))
        url, due = stack.enter_context(paced_house(postgres, far, orders))
        settings = settings_of(url, SLUICE_STORE_GATEWAY=far.gateway)
        worker = stack.enter_context(running(WORKER, settings))
        sizes = stack.enter_context(watched(worker.pid))
        time.sleep(max(0.0, max(max(each) for each in due.values()) + END - time.time()))
    return seen_of(list(far.tokens)[len(LIES) :], due, far.ledger["stood"], max(sizes))


def seen_of(
    honest: list[str], due: dict[str, list[float]], stood: list[tuple[str, float]], memory: float
) -> Seen:
    created = defaultdict(list)
    for host, moment in stood:
        created[host].append(moment)
    pairs = [zip(sorted(due[host]), sorted(created[host]), strict=False) for host in honest]
    lags = [max(then - when, 0.001) for each in pairs for when, then in each]
    return Seen(sum(len(due[host]) for host in honest), tuple(lags), memory)


@contextmanager
def paced_house(
    postgres: Postgres, far: Far, orders: int
) -> Iterator[tuple[str, dict[str, list[float]]]]:
    """A database whose push messages fall due one after another, and each store's due times."""
    names = [f"Vendor {number}" for number in range(len(far.tokens))]
    due: dict[str, list[float]] = defaultdict(list)
    with postgres.database() as url:
        with stage.opened(url) as session:
            owner = stage.merchant(session)
            stage.vendors(session, owner, names, far.tokens)
            for seen in sights(names, orders):
                record.record(session, owner, seen, clock.now())
            session.execute(delete(Message).where(Message.kind.not_in(("push", "poll"))))
            hosts = {row.lane: row.address for row in session.scalars(select(StoreAccess))}
            pushes = session.scalars(select(Message).where(Message.kind == "push")).all()
            begin = clock.now() + timedelta(seconds=START)
            for number, message in enumerate(pushes):
                turn = len(due[hosts[message.lane]])
                message.due_at = begin + timedelta(
                    seconds=turn * APART + number % STORES * APART / STORES
                )
                due[hosts[message.lane]].append(message.due_at.timestamp())
        yield url, due


@contextmanager
def watched(pid: int) -> Iterator[list[float]]:
    """The worker's size in MiB, looked at several times a second."""
    sizes = [0.0]
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.25):
            sizes.append(proportional_bytes(pid) / 2**20)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield sizes
    finally:
        done.set()
        watcher.join()


def r13(rounds: int, seconds: float) -> list[Figure]:
    """``seconds``: for which orders fall due in each round."""
    pairs = in_turn(rounds, lambda: push(seconds, LIES), lambda: push(seconds, ()))

    def of(what: str, unit: str, name: str, **bound: Any) -> Figure:
        told = tuple((getattr(a, name), getattr(b, name)) for a, b in pairs)
        return Figure("R13", what, unit, told, **bound)

    memory = tuple((lying.memory, MEMORY) for lying, _ in pairs)
    return [
        of("42 honest of 50 stores: orders that stood", "share", "share", at_least=0.95),
        of("42 honest of 50 stores: p99 of the lag", "s", "p99", at_most=1.2),
        Figure("R13", "worker among eight liars", "MiB", memory, at_most=1.0),
    ]
