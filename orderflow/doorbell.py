"""RQ is a doorbell: it tells a worker that a lane has something to do, and carries nothing else.

A lane that was rung is not rung again until somebody came, so a thousand webhooks cost one job.
Redis may lose everything at any moment: the clock finds lanes that wait and rings again, and
without Redis at all the workers look at the database themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from redis import Redis, RedisError
from rq import Queue

QUEUE = "lanes"
ANSWER_WITHIN = 10
"""Seconds after which a ring that nobody answered may be repeated."""
JOB_SECONDS = 3600
"""A drainer goes on for ten minutes, and then for as long as one store hangs; this ends it only
where it is stuck for good."""

log = structlog.get_logger()
_redis: Redis | None = None


def use_redis(url: str | None) -> None:
    """Ring through this Redis from now on; None: nobody is rung."""
    global _redis
    _redis = Redis.from_url(url, socket_timeout=5, socket_connect_timeout=1) if url else None


def ring(lane: str) -> None:
    """Have a worker come for ``lane``, if it can be done; the message is safe either way."""
    with _best_effort() as redis:
        if redis and redis.set(_name(lane), 1, nx=True, ex=ANSWER_WITHIN):
            Queue(QUEUE, connection=redis, serializer="json").enqueue(
                "workers.lanes.drain",
                lane,
                result_ttl=0,
                failure_ttl=3600,
                job_timeout=JOB_SECONDS,
            )


def _name(lane: str) -> str:
    return f"sluice:rung:{lane}"


def hold(lane: str) -> None:
    """Somebody is there: further rings are not needed for a while."""
    with _best_effort() as redis:
        if redis:
            redis.set(_name(lane), 1, ex=ANSWER_WITHIN)


def listen(lane: str) -> None:
    """Nobody is there any more: the next ring counts."""
    with _best_effort() as redis:
        if redis:
            redis.delete(_name(lane))


@contextmanager
def _best_effort() -> Iterator[Redis | None]:
    try:
        yield _redis
    except RedisError as down:
        log.warning("doorbell_out_of_order", error=type(down).__name__)
