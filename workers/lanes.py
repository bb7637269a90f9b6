"""Drains lanes: claims their messages and runs each in a thread. RQ calls ``drain`` alone, with a
lane's name.

One drainer holds many lanes at once and gives each its own few threads, so a store that hangs
keeps only its own lane waiting: while the drainer works, and also when its time is over. Whatever
a handler raises puts its message off or parks it, and says so: nothing is dropped, and nothing
stands in the way of the next message.
"""

from __future__ import annotations

import signal
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import structlog
from flask import Flask

from orderflow import clock, doorbell, leases, outbox
from orderflow.config import Config
from orderflow.db import DATABASE_AWAY, reading, unit_of_work
from orderflow.outbox import Claimed
from workers.failures import POISON, put_back
from workers.gear import Shore
from workers.held import Held
from workers.limiter import Limiter
from workers.running import Running

LANES_AT_ONCE = 50
"""Lanes that a drainer holds, besides those that hang."""
MOST_LANES = 4 * LANES_AT_ONCE
PARALLEL = 8
"""Messages of one lane under way at once, where the platform does not say otherwise."""
THREADS = MOST_LANES * PARALLEL
"""Enough for every lane to hang; a thread is made only when it is needed."""
SLICE_SECONDS = 600
LOOK_EVERY = 0.2
"""Seconds between two looks for lanes that nobody holds."""
HANGS_AFTER = 10.0
"""Seconds after which a lane none of whose messages was finished counts as hanging."""
GRACE = 3.0
"""Seconds that lanes have to finish what is under way when the slice is over. Those that take
longer are waited for, and the others are drained meanwhile."""

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


class Drainer:
    """Holds lanes and runs their messages. ``stop`` lets it finish what is under way."""

    def __init__(self, app: Flask, stopping: threading.Event | None = None) -> None:
        self._app = app
        self._config: Config = app.extensions["sluice_config"]
        self._held: dict[str, Held] = {}
        self._stopping = stopping or threading.Event()
        self._looked = 0.0
        self._left: set[str] = set()
        """Lanes that hung when a slice was over; this drainer takes them no more."""

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
                self._turn(pool, forever=forever)
            while self._held:
                self._let_go_lane_by_lane(pool)

    def _go_on(self, end: float, forever: bool) -> bool:
        if self._stopping.is_set():
            return False
        return forever or (bool(self._held) and time.monotonic() < end)

    def _turn(self, pool: ThreadPoolExecutor, *, forever: bool = False, take: bool = True) -> None:
        """One look at every lane."""
        if take:
            self._take_waiting()
        for held in list(self._held.values()):
            self._work(held, pool)
        self._wait(forever)

    def _let_go_lane_by_lane(self, pool: ThreadPoolExecutor) -> None:
        """Every lane that is held now finishes what is under way and is released. While one hangs,
        the others do not wait for it: after GRACE they are taken again, by whoever comes first."""
        for held in self._held.values():
            held.closing = True
        patient = time.monotonic() + GRACE
        while self._closing():
            hurried = time.monotonic() >= patient and not self._stopping.is_set()
            if hurried:
                self._left.update(held.name for held in self._closing())
            self._turn(pool, take=hurried)

    def _closing(self) -> list[Held]:
        return [held for held in self._held.values() if held.closing]

    # -- taking lanes --------------------------------------------------------------------------

    def _take_waiting(self) -> None:
        moment = time.monotonic()
        room = self._room(moment)
        if moment - self._looked < LOOK_EVERY or room <= 0:
            return
        self._looked = moment
        with reading() as session:
            waiting = leases.waiting(session, now=clock.now(), limit=LANES_AT_ONCE)
        for lane in waiting[:room]:
            if lane not in self._held and lane not in self._left:
                self._take(lane)

    def _room(self, moment: float) -> int:
        """How many lanes more may be held; those that hang take no other lane's place."""
        busy = sum(not held.hangs(moment, HANGS_AFTER) for held in self._held.values())
        return min(LANES_AT_ONCE - busy, MOST_LANES - len(self._held))

    def _take(self, lane: str) -> None:
        with unit_of_work() as session:
            lease = leases.take(session, lane, now=clock.now(), seconds=self._config.lease_seconds)
            known = leases.gauge(session, lane)
        if lease is None:
            return
        try:
            held = self._opened(lane, lease, Limiter(known))
        except POISON as poison:
            # The lease stays ours until it lapses, so this lane is not looked at in every turn.
            log.error("lane_cannot_be_taken", lane=lane, error=type(poison).__name__)
            return
        if held is None:
            self._close(lane, lease)
            return
        doorbell.hold(lane)
        self._held[lane] = held

    def _opened(self, lane: str, lease: int, limiter: Limiter) -> Held | None:
        """None: we have forgotten the store of this lane."""
        if not lane.startswith("store:"):
            return Held(lane, lease, PARALLEL, limiter, None)
        shore = Shore(int(lane.partition(":")[2]), limiter, self._config)
        able = shore.can()
        return Held(lane, lease, able.parallel_calls, limiter, shore) if able else None

    @staticmethod
    def _close(lane: str, lease: int) -> None:
        """Its store was forgotten after somebody saw that the lane had something to do."""
        log.info("lane_closed", lane=lane)
        with unit_of_work() as session:
            leases.close(session, lane, lease)

    # -- working in them -----------------------------------------------------------------------

    def _work(self, held: Held, pool: ThreadPoolExecutor) -> None:
        """Collect what is finished, keep the lease, start what is due; let go when all is quiet."""
        if held.collect(pool):
            held.next_claim = 0.0
        if not self._keep(held):
            return
        for message in self._claim(held):
            held.start(Running(self._app, message, held.shore, put_back), pool)
        if not held.running:
            self._let_go(held)

    def _keep(self, held: Held) -> bool:
        """Renew the lease of the lane, and the claims of what is still being handled in it."""
        moment = time.monotonic()
        if moment - held.renewed < self._config.lease_seconds / 3:
            return True
        now, alive = clock.now(), held.being_handled(moment)
        with unit_of_work() as session:
            ours = leases.renew(
                session, held.name, held.lease, now=now, seconds=self._config.lease_seconds
            )
            if ours and alive:
                outbox.extend(session, alive, now=now, seconds=self._config.claim_seconds)
        held.renewed = moment
        doorbell.hold(held.name)
        if not ours and not held.running:
            del self._held[held.name]
        return ours

    def _claim(self, held: Held) -> list[Claimed]:
        """As many as there is room for. A lane that had less is asked again after a while, or when
        one of its messages is finished."""
        room = held.parallel - len(held.running)
        closing = held.closing or self._stopping.is_set()
        if closing or room <= 0 or time.monotonic() < held.next_claim:
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

    def _wait(self, forever: bool) -> None:
        running: list[Future[None]] = [
            future for held in self._held.values() for future in held.running
        ]
        if running:
            wait(running, timeout=0.05, return_when=FIRST_COMPLETED)
        elif forever:
            self._stopping.wait(LOOK_EVERY)
