"""The doorbell: an RQ queue that tells workers which lane has something to do, and nothing else.

A lane that was rung is not rung again until somebody came, so a thousand webhooks cost one job.
Redis may lose everything at any moment: the clock finds lanes that wait and rings again, and
workers look at the database themselves while Redis is away. Ringing never fails and never takes
long: after Redis did not answer, it is left alone for some seconds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog
from redis import ConnectionError as RedisConnectionError
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue

QUEUE = "lanes"
FUNCTION = "workers.lanes.drain"
"""The only function that a job may name. No worker imports it: it stands for *drain this lane*."""
ANSWER_WITHIN = 10
"""Seconds after which a ring that nobody answered may be repeated."""
KEPT = 3600
"""Seconds for which a job stays in Redis if no worker takes it."""
CONNECTS_WITHIN, ANSWERS_WITHIN = 0.5, 1.0
"""Seconds that Redis has to be reached, and to answer."""
REST = 5.0
"""Seconds for which nobody rings after Redis did not answer."""
TROUBLE = (RedisError, OSError, ValueError, TypeError, LookupError, AttributeError)
"""What may be raised when Redis is away, answers with an error, or is no Redis at all."""

log = structlog.get_logger()


def connect(url: str, answers_within: float = ANSWERS_WITHIN) -> Redis:
    """A client that gives up soon. It connects once more where the connection it had is dead."""
    return Redis.from_url(
        url,
        socket_connect_timeout=CONNECTS_WITHIN,
        socket_timeout=answers_within,
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
    )


class Doorbell:
    """Rings through one Redis. For any number of threads."""

    def __init__(self, redis: Redis, moment: Callable[[], float] = time.monotonic) -> None:
        self._redis = redis
        self._queue = Queue(QUEUE, connection=redis, serializer="json")
        self._moment = moment
        self._silent_until = 0.0
        self._probe = threading.Lock()

    def ring(self, lane: str) -> None:
        self._try(lambda: self._ring(lane))

    def hold(self, lane: str) -> None:
        self._try(lambda: self._redis.set(_name(lane), 1, ex=ANSWER_WITHIN))

    def listen(self, lane: str) -> None:
        self._try(lambda: self._redis.delete(_name(lane)))

    def _ring(self, lane: str) -> None:
        if self._redis.set(_name(lane), 1, nx=True, ex=ANSWER_WITHIN):
            self._queue.enqueue(FUNCTION, lane, ttl=KEPT, result_ttl=0)

    def _try(self, act: Callable[[], object]) -> None:
        """``act``, unless Redis did not answer lately. After that, one caller alone finds out
        whether it does again; the others do without."""
        if not self._silent_until:
            self._attempt(act)
        elif self._moment() >= self._silent_until and self._probe.acquire(blocking=False):
            try:
                self._attempt(act)
            finally:
                self._probe.release()

    def _attempt(self, act: Callable[[], object]) -> None:
        try:
            act()
        except TROUBLE as trouble:
            if not self._silent_until:
                log.warning("doorbell_out_of_order", error=type(trouble).__name__)
            self._silent_until = self._moment() + REST
        else:
            self._silent_until = 0.0


_bell: Doorbell | None = None


def use_redis(url: str | None) -> None:
    """Ring through this Redis from now on; None: nobody is rung."""
    global _bell
    _bell = Doorbell(connect(url)) if url else None


def ring(lane: str) -> None:
    """Have a worker come for ``lane``, if it can be done; the message is safe either way."""
    if _bell is not None:
        _bell.ring(lane)


def hold(lane: str) -> None:
    """A worker holds ``lane``: further rings are not needed for a while."""
    if _bell is not None:
        _bell.hold(lane)


def listen(lane: str) -> None:
    """The worker has released ``lane``: the next message rings again."""
    if _bell is not None:
        _bell.listen(lane)


def _name(lane: str) -> str:
    return f"sluice:rung:{lane}"
