"""The clock: once a second it rings for every lane that has something due and nobody there.

Any number of clocks may run; ringing twice does no harm.
"""

from __future__ import annotations

import threading

import structlog
from flask import Flask

from orderflow import clock, doorbell, leases
from orderflow.db import DATABASE_AWAY, reading

log = structlog.get_logger()


def tick(app: Flask) -> int:
    """Ring where it is needed; how many lanes were waiting."""
    with app.app_context():
        with reading() as session:
            waiting = leases.waiting(session, now=clock.now())
        for lane in waiting:
            doorbell.ring(lane)
        return len(waiting)


def run(app: Flask, stopping: threading.Event, every: float = 1.0) -> None:
    log.info("clock_started")
    while not stopping.wait(every):
        try:
            tick(app)
        except DATABASE_AWAY as down:
            log.error("database_does_not_answer", error=type(down).__name__)
