"""Drains lanes: claims their messages and runs each in a thread.

One drainer holds many lanes at once and gives each its own few threads, so a store that hangs
keeps only its own lane waiting: while the drainer works, and also when its time is over. Where
more lanes wait than it may hold, they take turns. Whatever a handler raises puts its message off
or parks it, and says so: nothing is dropped, and nothing stands in the way of the next message.
While the database is away the drainer keeps its lanes and waits for it.
"""

from __future__ import annotations

import os
import secrets
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import structlog
from flask import Flask
from sqlalchemy import text

from orderflow import clock, doorbell, leases, outbox, parked
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
LOOK_EVERY = 0.2
"""Seconds between two looks for lanes that nobody holds."""
TURN = 2.0
"""Seconds for which a lane is held at least before it makes room for one that waits."""
HANGS_AFTER = 10.0
"""Seconds after which a lane none of whose messages was finished counts as hanging."""
GRACE = 3.0
"""Seconds that lanes have to finish what is under way when the slice is over. Those that take
longer are waited for, and the others are drained meanwhile."""
OUT_OF_ORDER = 5.0
"""Seconds for which a lane is left alone that could not be worked in."""
RENEWALS = 4
"""So often a lease is renewed within the time that it holds for."""

TROUBLE = (*POISON, *DATABASE_AWAY, MemoryError)
"""What working in one lane may raise besides what its messages do."""

log = structlog.get_logger()


class Drainer:
    """Holds lanes and runs their messages. ``stop`` lets it finish what is under way.

    ``holder`` names this process in the leases, so that its lanes can be freed when it has died."""

    def __init__(self, app: Flask, holder: str = "") -> None:
        self._app = app
        self._config: Config = app.extensions["sluice_config"]
        self._holder = holder or secrets.token_hex(8)
        self._parent = os.getppid()
        self._held: dict[str, Held] = {}
        self._stopping = False
        self._looked = self._renewed = 0.0
        self._without_room = 0
        """Lanes that waited at the last look, and that there was no room for."""
        self._served: dict[str, float] = {}
        """When lanes were let go, so that those are taken first that were not."""
        self._left: set[str] = set()
        """Lanes that hung when a slice was over; this drainer takes them no more."""

    def stop(self, *_: object) -> None:
        """Claim nothing more. For signal handlers: takes no lock."""
        self._stopping = True

    def is_stopping(self) -> bool:
        return self._stopping

    def run(self, lanes: list[str], *, seconds: float, forever: bool = False) -> None:
        """Drain ``lanes`` and whatever else waits; return when nothing is due, or after
        ``seconds``. ``forever`` goes on looking for all that time instead."""
        end = time.monotonic() + seconds
        with ThreadPoolExecutor(THREADS) as pool:
            wanted = list(lanes)
            self._turn(pool, wanted, forever=forever)
            while self._go_on(end, forever or bool(wanted)):
                self._turn(pool, wanted, forever=forever)
            while self._held and not self._is_lost():
                self._let_go_lane_by_lane(pool)

    def _go_on(self, end: float, forever: bool) -> bool:
        if os.getppid() != self._parent:
            self._stopping = True  # whoever watched over us has died: somebody else takes over
        if self._stopping:
            return False
        return (forever or bool(self._held or self._without_room)) and time.monotonic() < end

    def _turn(
        self,
        pool: ThreadPoolExecutor,
        wanted: list[str],
        *,
        forever: bool = False,
        take: bool = True,
    ) -> None:
        """One look at every lane. ``wanted`` are taken first, and taken off that list."""
        try:
            while wanted:
                self._take(wanted[0])
                wanted.pop(0)
            if take:
                self._take_waiting()
            self._renew()
            for held in list(self._held.values()):
                self._work_in_spite(held, pool)
        except DATABASE_AWAY as down:
            log.error("database_does_not_answer", error=type(down).__name__)
            time.sleep(LOOK_EVERY if self._stopping else 1.0)
        self._wait(forever)

    def _is_lost(self) -> bool:
        """To end, with nothing under way, and the database does not even let lanes be released:
        their leases lapse by themselves."""
        if not self._stopping or any(held.running for held in self._held.values()):
            return False
        return not self._database_answers()

    def _let_go_lane_by_lane(self, pool: ThreadPoolExecutor) -> None:
        """Every lane that is held now finishes what is under way and is released. While one hangs,
        the others do not wait for it: after GRACE they are taken again, by whoever comes first."""
        for held in self._held.values():
            held.closing = True
        patient = time.monotonic() + GRACE
        while self._closing() and not self._is_lost():
            hurried = time.monotonic() >= patient and not self._stopping
            if hurried:
                self._left.update(held.name for held in self._closing())
            self._turn(pool, [], take=hurried)

    def _closing(self) -> list[Held]:
        return [held for held in self._held.values() if held.closing]

    # -- taking lanes --------------------------------------------------------------------------

    def _take_waiting(self) -> None:
        """Take lanes that wait, those first that this drainer has not served lately. Where there
        is no room for all, lanes that were held for a TURN make some."""
        moment = time.monotonic()
        if moment - self._looked < LOOK_EVERY:
            return
        self._looked = moment
        with reading() as session:
            found = leases.waiting(session, now=clock.now())
        waiting = [lane for lane in found if lane not in self._held and lane not in self._left]
        waiting.sort(key=lambda lane: self._served.get(lane, 0.0))
        room = max(self._room(moment), 0)
        for lane in waiting[:room]:
            self._take(lane)
        self._without_room = max(len(waiting) - room, 0)
        self._make_room(self._without_room, moment)

    def _room(self, moment: float) -> int:
        """How many lanes more may be held; those that hang take no other lane's place."""
        busy = sum(not held.hangs(moment, HANGS_AFTER) for held in self._held.values())
        return min(LANES_AT_ONCE - busy, MOST_LANES - len(self._held))

    def _make_room(self, lanes: int, moment: float) -> None:
        """So many lanes, those that were held longest, finish what is under way and are let go.
        Lanes that hang are not: they take nobody's place."""
        over = [
            held
            for held in self._held.values()
            if moment - held.taken >= TURN and not held.hangs(moment, HANGS_AFTER)
        ]
        over.sort(key=lambda held: held.taken)
        for held in over[:lanes]:
            held.closing = True

    def _take(self, lane: str) -> None:
        seconds = self._config.lease_seconds
        with unit_of_work() as session:
            lease = leases.take(
                session, lane, now=clock.now(), seconds=seconds, holder=self._holder
            )
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

    def _work_in_spite(self, held: Held, pool: ThreadPoolExecutor) -> None:
        """Work in a lane. Trouble of this lane alone leaves it for a while, and the others go on;
        raises what the database says while it is away."""
        try:
            self._work(held, pool)
        except TROUBLE as trouble:
            if isinstance(trouble, DATABASE_AWAY) and not self._database_answers():
                raise
            held.rests_until = time.monotonic() + OUT_OF_ORDER
            log.error("lane_out_of_order", lane=held.name, error=type(trouble).__name__)
            with unit_of_work() as session:
                unreadable = parked.park_unreadable(session, held.name, clock.now())
            if unreadable:
                held.rests_until = 0.0
                log.error("messages_unreadable", lane=held.name, count=unreadable)

    @staticmethod
    def _database_answers() -> bool:
        try:
            with reading() as session:
                session.execute(text("SELECT 1"))
        except DATABASE_AWAY:
            return False
        return True

    def _work(self, held: Held, pool: ThreadPoolExecutor) -> None:
        """Collect what is finished and start what is due; let go when all is quiet."""
        if held.collect(pool):
            held.next_claim = 0.0
        for message in self._claim(held):
            run = Running(self._app, message, held.shore, put_back, self.is_stopping)
            held.start(run, pool)
        if not held.running and (held.closing or time.monotonic() >= held.rests_until):
            self._let_go(held)

    def _renew(self) -> None:
        """Renew the leases of all lanes, and the claims of what is still being handled in them.
        A lane that somebody else has taken is left; what is under way in it will be refused."""
        moment = time.monotonic()
        if moment - self._renewed < self._config.lease_seconds / RENEWALS or not self._held:
            return
        now = clock.now()
        held = {lane.name: lane.lease for lane in self._held.values()}
        with unit_of_work() as session:
            ours = leases.renew(session, held, now=now, seconds=self._config.lease_seconds)
            alive = [m for name in ours for m in self._held[name].being_handled(moment)]
            if alive:
                outbox.extend(session, alive, now=now, seconds=self._config.claim_seconds)
        self._renewed = moment
        for name in held:
            if name in ours:
                doorbell.hold(name)
            else:
                self._held[name].closing = True

    def _claim(self, held: Held) -> list[Claimed]:
        """As many as there is room for. A lane that had less is asked again after a while, or when
        one of its messages is finished."""
        room = held.parallel - len(held.running)
        closing = held.closing or self._stopping
        moment = time.monotonic()
        if closing or room <= 0 or moment < max(held.next_claim, held.rests_until):
            return []
        suspect = not any(lane.has_suspect() for lane in self._held.values())
        with unit_of_work() as session:
            claimed = outbox.claim(
                session,
                held.name,
                held.lease,
                room,
                now=clock.now(),
                seconds=self._config.claim_seconds,
                suspect=suspect,
            )
        if len(claimed) < room:
            held.next_claim = moment + LOOK_EVERY
        return claimed

    def _let_go(self, held: Held) -> None:
        with unit_of_work() as session:
            leases.release(session, held.name, held.lease, held.limiter.gauge())
        del self._held[held.name]
        self._served[held.name] = time.monotonic()
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
        elif forever or self._without_room:
            time.sleep(LOOK_EVERY)
