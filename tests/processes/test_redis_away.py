"""Workers need nothing but the database: Redis may be gone, hang or refuse, and orders arrive."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
import redis
from rq import Queue

from tests.processes.conftest import VENDORS
from tests.processes.plant import CREATES, Plant, wait_for
from tests.processes.test_start import listening

ALFA = VENDORS["Alfa"]


@pytest.fixture
def plant(plant: Plant) -> Iterator[Plant]:
    """Redis runs again when a test ends."""
    yield plant
    if plant.programs.runs("redis"):
        os.kill(plant.programs.pid("redis"), signal.SIGCONT)
    else:
        plant.start_redis()
    listens(plant)


def listens(plant: Plant) -> None:
    wait_for("a worker at the bell", lambda: listening(plant.stack.settings["redis_url"]))


def arrives(plant: Plant, *vendors: str) -> None:
    plant.wait_for_arrival([plant.buy(*vendors)], len(vendors))


def test_redis_goes_while_a_worker_is_idle_and_comes_back(plant: Plant) -> None:
    listens(plant)
    worker = plant.programs.pid("worker")
    plant.programs.kill("redis")
    arrives(plant, "Alfa", "Bravo")
    plant.start_redis()
    listens(plant)
    arrives(plant, "Alfa")
    assert plant.programs.runs("worker")
    assert plant.programs.pid("worker") == worker
    assert plant.counted() == (0, 0)


def test_redis_goes_while_a_worker_is_busy_and_is_away_when_another_starts(plant: Plant) -> None:
    plant.slow(ALFA, CREATES["shopify"], 1.5)
    fired = plant.fired(ALFA)
    order = plant.buy("Alfa", "Bravo")
    wait_for("the create", lambda: plant.fired(ALFA) > fired)
    plant.programs.kill("redis")
    plant.wait_for_arrival([order], 2)
    assert plant.programs.runs("worker")
    assert plant.programs.stop("worker") == 0
    plant.stack.start_worker()
    arrives(plant, "Alfa", "Bravo")
    assert plant.programs.runs("worker")
    assert plant.counted() == (0, 0)


def test_redis_hangs_or_takes_no_writes_and_a_worker_works_and_stops(plant: Plant) -> None:
    with redis.Redis.from_url(plant.stack.settings["redis_url"]) as client:
        client.config_set("maxmemory", 1)
        arrives(plant, "Bravo")
        client.config_set("maxmemory", 0)
        client.replicaof("127.0.0.1", 1)
        arrives(plant, "Bravo")
        client.replicaof("no", "one")
    os.kill(plant.programs.pid("redis"), signal.SIGSTOP)
    arrives(plant, "Alfa", "Bravo")
    assert plant.programs.runs("worker")
    assert plant.programs.stop("worker") == 0
    plant.stack.start_worker()
    assert plant.counted() == (0, 0)


def test_whoever_reaches_redis_has_no_worker_run_anything(plant: Plant) -> None:
    made = plant.programs.folder / "made"
    with redis.Redis.from_url(plant.stack.settings["redis_url"]) as client:
        for serializer in ("json", "pickle"):
            queue = Queue("lanes", connection=client, serializer=serializer)
            queue.enqueue("os.mkdir", str(made))
        client.rpush("rq:queue:lanes", b"\xff", "nobody")
        wait_for("an empty queue", lambda: not client.llen("rq:queue:lanes"))
    arrives(plant, "Alfa")
    assert not made.exists()
