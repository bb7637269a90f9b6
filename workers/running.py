"""One claimed message from its handler's start until it is settled, whatever is raised on the way.

    handle ──► done
       └─ failed ──► put back ──► put off, or given up
                        ├─ the database is away ──► put back once more, a little later
                        └─ failed ──► parked, its order marked
                                         └─ failed ──► parked alone
                                                          └─ failed ──► its claim lapses

Each step runs in a thread of the pool, where a Future holds whatever it raises: no error of one
message, not even SystemExit or KeyboardInterrupt, reaches the drainer that serves all lanes.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from flask import Flask

from orderflow import logs, outbox
from orderflow.config import Config
from orderflow.outbox import Claimed, Fenced
from workers.failures import AWAY, KillsWorkers, park_alone, park_as_it_is
from workers.gear import Job, Shore
from workers.handlers import ceiling, handle

AGAIN_AFTER = 1.0
"""Seconds until a message is put back again, where the database was away."""

log = structlog.get_logger()
Step = Callable[[], None]
PutBack = Callable[[Claimed, BaseException, Shore | None], None]


class Running:
    """``put_back`` is what is done with a message whose handler failed; ``leaving`` says whether
    this process is to end, so that nothing may wait any more."""

    def __init__(
        self,
        app: Flask,
        message: Claimed,
        shore: Shore | None,
        put_back: PutBack,
        leaving: Callable[[], bool] = lambda: False,
    ) -> None:
        self.message = message
        self._app, self._shore, self._put_back = app, shore, put_back
        self._leaving = leaving
        self._config: Config = app.extensions["sluice_config"]
        self._ends = time.monotonic() + ceiling(message.kind).seconds
        self._next: list[Callable[[BaseException], Step]] = [
            self._putting_back,
            self._parking,
            self._parking_alone,
        ]
        self._error: BaseException | None = None
        self._last: Step | None = None

    @property
    def is_suspect(self) -> bool:
        """Whether the message may be what killed its workers."""
        return self.message.crashes >= outbox.SUSPECT

    def handle(self) -> None:
        if self.message.crashes >= outbox.CRASHES:
            raise KillsWorkers
        job = Job(self.message, self._shore, self._config)
        with self._app.app_context():
            try:
                handle(job)
            finally:
                job.keep_calls()

    def overdue(self, moment: float) -> bool:
        """Its handler should have ended, by ``time.monotonic``."""
        return moment > self._ends

    def after(self, error: BaseException | None) -> Step | None:
        """What follows from how the last step ended. None: nothing, the message is settled."""
        if error is None:
            return None
        if isinstance(error, Fenced):
            log.warning("fenced", **self._fields())
            return None
        if self._last is not None and isinstance(error, AWAY) and not self._leaving():
            return self._again(self._last)
        if self._last is not None and (isinstance(error, AWAY) or not self._next):
            trail = logs.trail(error)
            log.error("message_left", error=type(error).__name__, where=trail, **self._fields())
            return None
        self._last = self._next.pop(0)(error)
        return self._last

    def _again(self, step: Step) -> Step:
        def run() -> None:
            time.sleep(AGAIN_AFTER)
            step()

        return run

    def _putting_back(self, error: BaseException) -> Step:
        self._error = error
        return self._inside(lambda: self._put_back(self.message, error, self._shore))

    def _parking(self, failed_with: BaseException) -> Step:
        error = self._error or failed_with
        return self._inside(lambda: park_as_it_is(self.message, error, failed_with))

    def _parking_alone(self, failed_with: BaseException) -> Step:
        error = self._error or failed_with
        return self._inside(lambda: park_alone(self.message, error))

    def _inside(self, act: Step) -> Step:
        def run() -> None:
            with self._app.app_context():
                act()

        return run

    def _fields(self) -> dict[str, object]:
        return {"lane": self.message.lane, "kind": self.message.kind, "message": self.message.id}
