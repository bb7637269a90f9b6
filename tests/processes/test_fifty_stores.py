"""One worker and many stores: it stays small, and a store that hangs keeps nobody waiting."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from demo.programs import Programs
from tests.postgres import Postgres
from tests.processes.plant import CREATES, Plant, wait_for

STORES = {f"Store {n}": f"store{n}.example.com" for n in range(50)}
HANGING = "hanging.myshopify.com"
MEGABYTES = 200
"""What a worker and its child may hold together, pages that they share counted once."""
LIES = (
    "retry_after_infinite",
    "endless_pages",
    "garbage",
    "huge_error",
    "quadratic_error",
    "challenge_200",
    "firewall_for_all",
    "truncated",
)


@pytest.fixture(scope="module")
def wide(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """A plant whose worker would wait for a store for half a minute."""
    with postgres.database() as url, Programs(tmp_path_factory.mktemp("wide")) as programs:
        built = Plant(url, programs, STORES | {"Hanging": HANGING})
        built.stack.settings |= {"call_seconds": "35", "claim_seconds": "80"}
        built.start()
        yield built
        built.close()


def test_a_worker_that_drains_fifty_lanes_stays_small(wide: Plant) -> None:
    with largest_size(wide) as sizes:
        wide.wait_for_arrival([wide.buy(*STORES)], 50)
    assert wide.counted() == (0, 0)
    assert 20 < max(sizes) < MEGABYTES


def test_a_store_that_hangs_for_half_a_minute_keeps_no_other_waiting(wide: Plant) -> None:
    wide.slow(HANGING, CREATES["shopify"], 30, times=20)
    hanging = [wide.buy("Hanging") for _ in range(20)]
    wait_for("creates that hang", lambda: wide.fired(HANGING) > 1)
    order = wide.buy(*list(STORES)[:5])
    wide.wait_for_arrival([order], 5)
    assert "pushed" not in wide.states(hanging)
    assert wide.standing(HANGING) == []
    wide.programs.kill("worker")


def test_eight_stores_that_lie_keep_no_other_waiting(wide: Plant) -> None:
    """The others get their orders while every answer of the eight is a lie."""
    for host, lie in zip(list(STORES.values())[:8], LIES, strict=True):
        wide.sandbox.post("/lies", host=host, name=lie)
    names = list(STORES)
    if not wide.programs.runs("worker"):
        wide.stack.start_worker()
    with largest_size(wide) as sizes:
        lied_to = [wide.buy(*names[:8]) for _ in range(3)]
        for _ in range(3):
            wide.wait_for_arrival([wide.buy(*names[8:30])], 22)
    assert max(sizes) < MEGABYTES
    assert wide.states(lied_to).count("pushed") < 24
    wide.sandbox.post("/lies/stop")


@contextmanager
def largest_size(plant: Plant) -> Iterator[list[float]]:
    """Megabytes that the worker and its fork hold together, looked at ten times a second."""
    sizes: list[float] = []
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.1):
            sizes.append(sum(map(proportional_size, plant.workers_of())))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield sizes
    finally:
        done.set()
        watcher.join()


def proportional_size(pid: int) -> float:
    """PSS in megabytes; 0 for a process that has just ended. Linux only."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0
