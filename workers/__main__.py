"""``python -m workers work`` drains lanes; ``python -m workers clock`` rings for those that wait.

Without SLUICE_REDIS_URL a worker looks at the database itself, and no clock is needed.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from typing import Any

import structlog
from flask import Flask
from redis import Redis
from rq import Queue, Worker
from sqlalchemy.orm import configure_mappers

from orderflow import config, doorbell, opening
from orderflow.db import DATABASE_AWAY, close_connections
from workers import clock, create_app, lanes

log = structlog.get_logger()


class LaneWorker(Worker):
    """RQ's forking worker, asked to stop: its child finishes what is under way and comes back."""

    def request_stop(self, signum: int, frame: Any) -> None:
        if self.horse_pid:
            os.kill(self.horse_pid, signal.SIGUSR1)
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]


def work(app: Flask, redis_url: str | None) -> None:
    lanes.use_app(app)
    if redis_url is None:
        _look_by_itself(app)
        return
    _warm_up(app)
    redis = Redis.from_url(redis_url)
    queue = Queue(doorbell.QUEUE, connection=redis, serializer="json")
    worker = LaneWorker(
        [queue],
        connection=redis,
        serializer="json",
        worker_ttl=45,
        maintenance_interval=30,
        job_monitoring_interval=10,
    )
    worker.work(logging_level="WARNING")


def _look_by_itself(app: Flask) -> None:
    """Without a doorbell: until SIGTERM, whatever the database does meanwhile."""
    stopping = threading.Event()
    with app.app_context():
        while not stopping.wait(lanes.LOOK_EVERY):
            drainer = lanes.Drainer(app, stopping)
            signal.signal(signal.SIGTERM, drainer.stop)
            signal.signal(signal.SIGINT, drainer.stop)
            try:
                drainer.run([], seconds=0, forever=True)
            except DATABASE_AWAY as down:
                log.error("database_does_not_answer", error=type(down).__name__)


def _warm_up(app: Flask) -> None:
    """What every fork would otherwise do again; a fork must not inherit an open connection."""
    configure_mappers()
    with app.app_context():
        close_connections()
    gc.collect()
    gc.freeze()  # or the fork's collector would touch, and so copy, every page that they share


def main() -> None:
    command = sys.argv[1] if len(sys.argv) == 2 else ""
    if command not in ("work", "clock"):
        raise SystemExit("usage: python -m workers work|clock")
    settings = config.load()
    opening.check(settings)
    app = create_app(settings)
    if command == "work":
        work(app, settings.redis_url)
        return
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    clock.run(app, stopping)


if __name__ == "__main__":
    main()
