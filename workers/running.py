"""One claimed message from its handler's start until it is settled, whatever is raised on the way.

    handle ──► done
       └─ failed ──► put back ──► put off, or given up
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
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from orderflow import logs
from orderflow.config import Config
from orderflow.outbox import Claimed, Fenced
from workers.failures import park_alone, park_as_it_is
from workers.gear import Job, Shore
from workers.handlers import ceiling, handle

AWAY = (OperationalError, InterfaceError, PoolTimeout)
"""The database did not answer. No message can be put back now; its claim lapses instead."""

log = structlog.get_logger()
Step = Callable[[], None]
PutBack = Callable[[Claimed, BaseException, Shore | None], None]


class Running:
    """``put_back`` is what is done with a message whose handler failed."""

    def __init__(
        self, app: Flask, message: Claimed, shore: Shore | None, put_back: PutBack
    ) -> None:
        self.message = message
        self._app, self._shore, self._put_back = app, shore, put_back
        self._config: Config = app.extensions["sluice_config"]
        self._ends = time.monotonic() + ceiling(message.kind).seconds
        self._next: list[Callable[[BaseException], Step]] = [
            self._putting_back,
            self._parking,
            self._parking_alone,
        ]
        self._error: BaseException | None = None

    def handle(self) -> None:
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
        settling = self._error is not None
        if settling and (isinstance(error, AWAY) or not self._next):
            trail = logs.trail(error)
            log.error("message_left", error=type(error).__name__, where=trail, **self._fields())
            return None
        return self._next.pop(0)(error)

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
