"""The worker's side of the doorbell: waits for a ring and reads the lane's name off the job.

RQ's own worker runs whatever function a job names, unpickles what it brings, and ends with Redis.
This reads jobs as data: one that is not exactly *drain this lane* is dropped with a word in the
log, whoever put it there, so reaching Redis gives nobody more than a look into lanes sooner.
"""

from __future__ import annotations

import json
import re
import time
import zlib

import structlog
from redis import Redis
from redis.exceptions import AuthenticationError, AuthorizationError, NoPermissionError
from rq import Queue
from rq.job import Job

from orderflow import doorbell
from orderflow.doorbell import TROUBLE

LANE = re.compile(r"(orders|store|mail|privacy):[0-9]{1,19}", re.ASCII)
LONGEST = 2000
"""Bytes; no job of ours is longer, packed or not."""
PROVED_EVERY = 5.0
"""Seconds between two proofs that Redis takes writes: one that does not cannot be rung."""
REFUSED = (AuthenticationError, AuthorizationError, NoPermissionError)
SLACK = 2.0
"""Seconds that Redis has to say that nobody rang, after the time for which it waited."""
MEANWHILE = "This worker looks for work in the database meanwhile."

log = structlog.get_logger()


class NotALane(ValueError):
    """A job that is no order to drain a lane; its words say why and quote nothing of it."""


class Bell:
    """``wait`` for a ring while Redis ``answers``. Never raises what Redis says."""

    def __init__(self, url: str, patience: float) -> None:
        """``patience``: the longest time, in seconds, that ``wait`` is asked to take."""
        self._redis: Redis = doorbell.connect(url, patience + SLACK)
        self._probe: Redis = doorbell.connect(url)
        self._key = Queue(doorbell.QUEUE, connection=self._redis).key
        self._proved = 0.0
        self._down = ""

    def answers(self) -> bool:
        """Whether Redis can be rung: it takes a write. Said in the log when that changes."""
        try:
            self._probe.set("sluice:listening", 1, ex=60)
        except TROUBLE as trouble:
            self._silent(trouble)
            return False
        if self._down:
            log.info("doorbell_answers_again")
        self._down, self._proved = "", time.monotonic()
        return True

    def wait(self, seconds: float) -> str | None:
        """The lane that was rung for within ``seconds``; None: nobody rang, or Redis is away."""
        if time.monotonic() - self._proved > PROVED_EVERY and not self.answers():
            return None
        try:
            rung = self._redis.blpop([self._key], timeout=seconds)
            return None if rung is None else self._lane_of(rung[1])
        except TROUBLE as trouble:
            self._silent(trouble)
            return None

    @property
    def is_down(self) -> bool:
        """Whether Redis failed when it was asked last."""
        return bool(self._down)

    def _lane_of(self, job_id: bytes | str) -> str | None:
        """The lane that a job names; None, and a word in the log, where it names none."""
        try:
            key = Job.key_for(job_id.decode("ascii") if isinstance(job_id, bytes) else job_id)
            packed = self._packed(key)
            self._redis.delete(key)
            return lane_in(packed)
        except (NotALane, UnicodeError) as odd:
            log.warning("job_dropped", why=str(odd) if isinstance(odd, NotALane) else "its id")
            return None

    def _packed(self, key: str) -> bytes:
        if self._redis.type(key) != b"hash":
            raise NotALane("it is gone, or no job")
        if self._redis.hstrlen(key, "data") > LONGEST:
            raise NotALane("it is too long")
        packed = self._redis.hget(key, "data") or b""
        return packed if isinstance(packed, bytes) else packed.encode()

    def _silent(self, trouble: BaseException) -> None:
        kind = type(trouble).__name__
        if kind != self._down:
            what = "Redis cannot be used."
            if isinstance(trouble, REFUSED):
                what = "Redis does not accept the name or password in SLUICE_REDIS_URL."
            log.error("doorbell_away", error=kind, words=f"{what} {MEANWHILE}")
        self._down = kind


def lane_in(packed: bytes) -> str:
    """The lane that the data of a job names. Raises NotALane for everything that is not exactly
    the function that the doorbell names with one lane as its only argument."""
    try:
        unpacking = zlib.decompressobj()
        told = json.loads(unpacking.decompress(packed, LONGEST))
    except (zlib.error, ValueError, RecursionError):
        raise NotALane("its data cannot be read") from None
    match told:
        case [doorbell.FUNCTION, None, [str(lane)], dict(named)] if not named:
            if LANE.fullmatch(lane):
                return lane
            raise NotALane("it names no lane")
    raise NotALane("it asks for something else than to drain a lane")
