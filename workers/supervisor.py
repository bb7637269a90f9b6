"""One worker: waits for work, and has a child process do it, one at a time.

    ring ──► child drains that lane and all that wait ──► ends when nothing is due
    Redis away, or none ──► child looks at the database itself, for a slice of time

The child alone touches the database and stores, so whatever ends it (a crash, too little memory)
ends no more than that: its lanes are freed and another child goes on. While a child works, Redis
is not asked for anything that matters. Waiting, the worker also looks at the database now and then,
for rings get lost.
"""

from __future__ import annotations

import gc
import os
import secrets
import signal
import sys
import time

import structlog
from flask import Flask
from sqlalchemy.orm import configure_mappers

from orderflow import leases, logs
from orderflow.config import Config
from orderflow.db import close_connections, unit_of_work
from workers.bell import Bell
from workers.lanes import Drainer

RING_WAIT = 1.0
"""Seconds for which Redis is asked to wait for a ring; a signal is minded after that at the
latest."""
SWEEP_EVERY = 10.0
"""Seconds between two looks into the database while nobody rings."""
SLICE, SLICE_AWAY = 600.0, 5.0
"""Seconds after which a child makes room for a fresh one; the second while Redis is away, so that
the worker finds out when it is back."""
LONGEST = 3600.0
"""Seconds after which a child counts as stuck for good and is killed. One whose slice is over goes
on only for as long as one store hangs."""
POLL = 0.02
"""Seconds between two looks whether the child has ended."""
BACKOFF = (0.0, 0.2, 1.0, 5.0)
"""Seconds before the next child, by how many have failed in a row; the last one repeats."""

log = structlog.get_logger()


class Supervisor:
    """``run`` returns after SIGTERM or SIGINT, once the child has finished what was under way or,
    after ``stop_seconds``, was killed."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._config: Config = app.extensions["sluice_config"]
        url = self._config.redis_url
        self._bell = Bell(url, RING_WAIT) if url else None
        self._stopping = False
        self._child = 0
        self._swept = 0.0
        self._failed = 0
        self._dead: list[str] = []
        """Children that did not end by themselves, as leases name them."""

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        self._warm_up()
        log.info("worker_started", redis=self._bell is not None)
        while not self._stopping:
            self._go_on()

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _go_on(self) -> None:
        """Wait for work, and have it done."""
        bell = self._bell
        if bell is None:
            self._have_done([], SLICE, forever=True)
            return
        lane = None if self._dead else bell.wait(RING_WAIT)
        if self._stopping:
            return
        if bell.is_down:
            self._have_done([], SLICE_AWAY, forever=True)
            bell.answers()
        elif lane or self._dead or time.monotonic() - self._swept > SWEEP_EVERY:
            self._have_done([lane] if lane else [], SLICE, forever=False)

    # -- the child -----------------------------------------------------------------------------

    def _have_done(self, lanes: list[str], seconds: float, *, forever: bool) -> None:
        """Fork a child that drains, and see it through."""
        holder = secrets.token_hex(8)
        pause = BACKOFF[min(self._failed, len(BACKOFF) - 1)]
        until = time.monotonic() + pause
        while time.monotonic() < until and not self._stopping:
            time.sleep(POLL)
        with self._app.app_context():
            close_connections()  # a fork must not inherit one
        sys.stderr.flush()
        child = os.fork()
        if child == 0:
            self._be_child(holder, lanes, seconds, forever=forever)
        self._child = child
        ended = self._see_through(child)
        self._swept = time.monotonic()
        if ended == 0:
            self._failed, self._dead = 0, []
            return
        self._failed += 1
        self._dead = [*self._dead, holder]
        log.error("child_died", status=ended, in_a_row=self._failed)

    def _see_through(self, child: int) -> int:
        """Wait until the child has ended; its exit status, negative for a signal."""
        begun, asked_at = time.monotonic(), 0.0
        while True:
            pid, status = os.waitpid(child, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            moment = time.monotonic()
            if self._stopping and not asked_at:
                asked_at = moment
                os.kill(child, signal.SIGTERM)
            late = asked_at and moment - asked_at > self._config.stop_seconds
            if late or moment - begun > LONGEST:
                log.error("child_killed", why="asked to stop" if late else "stuck")
                os.kill(child, signal.SIGKILL)
                return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            time.sleep(POLL)

    def _be_child(self, holder: str, lanes: list[str], seconds: float, *, forever: bool) -> None:
        """Drain and exit: 0, or 1 where something went wrong that no message did."""
        try:
            drainer = Drainer(self._app, holder)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, drainer.stop)
            if self._stopping:
                drainer.stop()
            with self._app.app_context():
                free_lanes_of(self._dead)
                drainer.run(lanes, seconds=seconds, forever=forever)
        finally:
            error = sys.exception()
            if error is not None:
                trail = logs.trail(error)
                log.error("child_failed", error=type(error).__name__, where=trail)
            sys.stderr.flush()
            os._exit(0 if error is None else 1)

    def _warm_up(self) -> None:
        """What every child would otherwise do again."""
        configure_mappers()
        gc.collect()
        gc.freeze()  # or the child's collector would touch, and so copy, every page that they share


def free_lanes_of(dead: list[str]) -> None:
    """Let others have the lanes of children that have died, without waiting for their leases."""
    if dead:
        with unit_of_work() as session:
            freed = leases.release_all_of(session, dead)
        log.warning("lanes_freed", lanes=freed)
