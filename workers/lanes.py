"""Draining lanes. ``drain`` is the only function that RQ calls; it is given a lane's name.

One drainer holds many lanes at once and gives each its own few threads, so a store that hangs
keeps only its own lane waiting. Whatever a handler does not expect puts its message off and says
so: nothing is dropped, and nothing stands in the way of the next message.
"""

from __future__ import annotations

import signal
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import structlog
from flask import Flask

from orderflow import clock, doorbell, leases, outbox
from orderflow.config import Config
from orderflow.db import DATABASE_AWAY, reading, unit_of_work
from orderflow.outbox import Claimed, Fenced
from workers.failures import put_back
from workers.gear import Job, Shore
from workers.handlers import HANDLERS
from workers.limiter import Limiter

LANES_AT_ONCE = 50
PARALLEL = 8
"""Messages of one lane under way at once, where the platform does not say otherwise."""
THREADS = LANES_AT_ONCE * PARALLEL
"""Enough for every lane to hang; a thread is made only when it is needed."""
SLICE_SECONDS = 600
LOOK_EVERY = 0.2
"""Seconds between two looks for lanes that nobody holds."""

log = structlog.get_logger()
_app: Flask | None = None


def use_app(app: Flask) -> None:
    """The application that jobs run in; set once, before the worker forks."""
    global _app
    _app = app


def drain(lane: str) -> None:
    """Work in ``lane``, and in every lane that waits meanwhile, until nothing is due."""
    if _app is None:
        raise RuntimeError("start workers with `python -m workers work`")
    with _app.app_context():
        try:
            Drainer(_app).run([lane], seconds=SLICE_SECONDS)
        except DATABASE_AWAY as down:
            log.error("database_does_not_answer", error=type(down).__name__)


@dataclass
class Held:
    """A lane that is ours."""

    name: str
    lease: int
    parallel: int
    renewed: float
    limiter: Limiter
    shore: Shore | None
    running: dict[Future[None], Claimed] = field(default_factory=dict)
    next_claim: float = 0.0


class Drainer:
    """Holds lanes and runs their messages. ``stop`` lets it finish what is under way."""

    def __init__(self, app: Flask, stopping: threading.Event | None = None) -> None:
        self._app = app
        self._config: Config = app.extensions["sluice_config"]
        self._held: dict[str, Held] = {}
        self._stopping = stopping or threading.Event()
        self._looked = 0.0
        self._winding_down = False

    def stop(self, *_: object) -> None:
        self._stopping.set()

    def run(self, lanes: list[str], *, seconds: float, forever: bool = False) -> None:
        """Drain ``lanes`` and whatever else waits; return when nothing is due, or after
        ``seconds``. ``forever`` goes on looking instead."""
        end = time.monotonic() + seconds
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGUSR1, self.stop)
        with ThreadPoolExecutor(THREADS) as pool:
            for lane in lanes:
                self._take(lane)
            while self._go_on(end, forever):
                self._take_waiting()
                for held in list(self._held.values()):
                    self._work(held, pool)
                self._wait(forever)
            self._winding_down = True
            while self._held:
                for held in list(self._held.values()):
                    self._work(held, pool)
                self._wait(forever=False)

    @property
    def _done(self) -> bool:
        return self._winding_down or self._stopping.is_set()

    def _go_on(self, end: float, forever: bool) -> bool:
        if self._stopping.is_set():
            return False
        return forever or (bool(self._held) and time.monotonic() < end)

    def _take_waiting(self) -> None:
        moment = time.monotonic()
        if moment - self._looked < LOOK_EVERY or len(self._held) >= LANES_AT_ONCE:
            return
        self._looked = moment
        with reading() as session:
            waiting = leases.waiting(session, now=clock.now(), limit=LANES_AT_ONCE)
        for lane in waiting[: LANES_AT_ONCE - len(self._held)]:
            if lane not in self._held:
                self._take(lane)

    def _take(self, lane: str) -> None:
        with unit_of_work() as session:
            lease = leases.take(session, lane, now=clock.now(), seconds=self._config.lease_seconds)
            known = leases.gauge(session, lane)
        if lease is None:
            return
        limiter = Limiter(known)
        shore = None
        parallel = PARALLEL
        if lane.startswith("store:"):
            shore = Shore(int(lane.partition(":")[2]), limiter, self._config)
            able = shore.can()
            if able is None:
                self._close(lane, lease)
                return
            parallel = able.parallel_calls
        doorbell.hold(lane)
        self._held[lane] = Held(lane, lease, parallel, time.monotonic(), limiter, shore)

    @staticmethod
    def _close(lane: str, lease: int) -> None:
        """Its store was forgotten after somebody saw that the lane had something to do."""
        log.info("lane_closed", lane=lane)
        with unit_of_work() as session:
            leases.close(session, lane, lease)

    def _work(self, held: Held, pool: ThreadPoolExecutor) -> None:
        """Collect what is finished, keep the lease, start what is due; let go when all is quiet."""
        for future in [f for f in held.running if f.done()]:
            self._finish(held, held.running.pop(future), future)
            held.next_claim = 0.0
        if not self._keep(held):
            return
        for message in self._claim(held):
            held.running[pool.submit(self._handle, message, held.shore)] = message
        if not held.running:
            self._let_go(held)

    def _keep(self, held: Held) -> bool:
        moment = time.monotonic()
        if moment - held.renewed < self._config.lease_seconds / 3:
            return True
        with unit_of_work() as session:
            ours = leases.renew(
                session,
                held.name,
                held.lease,
                now=clock.now(),
                seconds=self._config.lease_seconds,
            )
        held.renewed = moment
        doorbell.hold(held.name)
        if not ours and not held.running:
            del self._held[held.name]
        return ours

    def _claim(self, held: Held) -> list[Claimed]:
        """As many as there is room for. A lane that had less is asked again after a while, or when
        one of its messages is finished."""
        room = held.parallel - len(held.running)
        if self._done or room <= 0 or time.monotonic() < held.next_claim:
            return []
        with unit_of_work() as session:
            claimed = outbox.claim(
                session,
                held.name,
                held.lease,
                room,
                now=clock.now(),
                seconds=self._config.claim_seconds,
            )
        if len(claimed) < room:
            held.next_claim = time.monotonic() + LOOK_EVERY
        return claimed

    def _let_go(self, held: Held) -> None:
        del self._held[held.name]
        with unit_of_work() as session:
            leases.release(session, held.name, held.lease, held.limiter.gauge())
        doorbell.listen(held.name)
        with reading() as session:
            if outbox.is_due(session, held.name, now=clock.now()):
                doorbell.ring(held.name)  # it came while we held the bell

    def _handle(self, message: Claimed, shore: Shore | None) -> None:
        job = Job(message, shore, self._config)
        with self._app.app_context():
            try:
                HANDLERS[message.kind](job)
            finally:
                job.keep_calls()

    def _finish(self, held: Held, message: Claimed, future: Future[None]) -> None:
        error = future.exception()
        try:
            if isinstance(error, Fenced):
                raise error
            if error is not None:
                put_back(message, error, held.shore)
        except Fenced:
            log.warning("fenced", lane=message.lane, kind=message.kind, message=message.id)

    def _wait(self, forever: bool) -> None:
        running = [future for held in self._held.values() for future in held.running]
        if running:
            wait(running, timeout=0.05, return_when=FIRST_COMPLETED)
        elif forever:
            self._stopping.wait(LOOK_EVERY)
