"""The doorbell, with a real Redis and with ones that are none."""

from __future__ import annotations

import json
import os
import socket
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rq import Queue
from rq.job import Job
from structlog.testing import capture_logs

from orderflow import doorbell
from orderflow.doorbell import Doorbell
from tests.redis_server import private_redis
from workers.bell import LONGEST, Bell, NotALane, lane_in

LANE = "store:12"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with private_redis() as found:
        yield found


@pytest.fixture
def redis(url: str) -> Iterator[Redis]:
    with Redis.from_url(url) as client:
        client.flushall()
        yield client


def ring(redis: Redis, lane: str = LANE) -> None:
    Doorbell(redis).ring(lane)


def test_who_rings_is_heard_once(redis: Redis, url: str) -> None:
    bell = Bell(url, 1)
    ring(redis)
    ring(redis)
    assert bell.wait(0.1) == LANE
    assert bell.wait(0.1) is None
    assert not bell.is_down
    assert list(redis.scan_iter("*job*")) == []


def test_a_job_that_names_a_function_runs_nothing(redis: Redis, url: str, tmp_path: Path) -> None:
    bell, made = Bell(url, 1), tmp_path / "made"
    Queue(doorbell.QUEUE, connection=redis).enqueue(os.mkdir, str(made))
    Queue(doorbell.QUEUE, connection=redis, serializer="json").enqueue("os.mkdir", str(made))
    Queue(doorbell.QUEUE, connection=redis).enqueue(doorbell.FUNCTION, LANE)  # pickled
    ring(redis)
    assert [bell.wait(0.1) for _ in range(4)] == [None, None, None, LANE]
    assert not made.exists()


def packed(told: Any) -> bytes:
    return zlib.compress(told if isinstance(told, bytes) else json.dumps(told).encode())


RUN = doorbell.FUNCTION
NO_LANES: list[Any] = [
    ["os.mkdir", None, [LANE], {}],
    ["workers.lanes.Drainer", None, [LANE], {}],
    [RUN, "an object", [LANE], {}],
    [RUN, None, [LANE, "2"], {}],
    [RUN, None, [], {}],
    [RUN, None, [12], {}],
    [RUN, None, [LANE], {"lane": "mail:1"}],
    [RUN, None, ["store:x"], {}],
    [RUN, None, [LANE + "\n"], {}],
    [RUN, None, ["store:\u0661"], {}],
    [RUN, None, [LANE], {}, 5],
    {"function": RUN},
    LANE,
    None,
    b"\x80\x04\x95 a pickle",
    b"[" * (LONGEST - 1),
    b"[1" + b" " * 10_000_000 + b"]",
    b'{"a": 1',
    b"",
]


@pytest.mark.parametrize("told", NO_LANES, ids=lambda told: repr(told)[:30])
def test_whatever_is_not_exactly_a_lane_to_drain_is_dropped(told: Any) -> None:
    with pytest.raises(NotALane):
        lane_in(packed(told))


def test_a_job_that_is_not_even_packed_is_dropped() -> None:
    with pytest.raises(NotALane):
        lane_in(json.dumps([RUN, None, [LANE], {}]).encode())


def test_jobs_that_are_none_are_dropped_and_the_next_ring_is_heard(redis: Redis, url: str) -> None:
    bell, key = Bell(url, 1), Queue(doorbell.QUEUE, connection=redis).key
    redis.set(Job.key_for("text"), "no hash")
    redis.hset(Job.key_for("empty"), "status", "queued")
    redis.hset(Job.key_for("long"), "data", b"x" * (LONGEST + 1))
    for name in ("gone", b"\xff\xfe", "text", "empty", "long", ""):
        redis.rpush(key, name)
    ring(redis)
    assert [bell.wait(0.1) for _ in range(7)] == [None] * 6 + [LANE]
    assert not bell.is_down


def test_a_queue_that_is_none_counts_as_no_redis(redis: Redis, url: str) -> None:
    redis.set(Queue(doorbell.QUEUE, connection=redis).key, "no list")
    bell = Bell(url, 1)
    assert bell.wait(0.1) is None
    assert bell.is_down
    ring(redis)
    redis.flushall()
    assert bell.answers()
    ring(redis)
    assert bell.wait(0.1) == LANE


@contextmanager
def says(answer: bytes | None) -> Iterator[str]:
    """The address of a server that answers everything with that; None: it never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held: list[socket.socket] = []

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                held.append(connection)
                threading.Thread(target=talk, args=[connection], daemon=True).start()

        def talk(connection: socket.socket) -> None:
            with suppress(OSError):
                while answer is not None and connection.recv(4096):
                    connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        for each in held:
            each.close()


TROUBLE = {
    "hangs": None,
    "loading": b"-LOADING Redis is loading the dataset in memory\r\n",
    "read only": b"-READONLY You can't write against a read only replica.\r\n",
    "full": b"-OOM command not allowed when used memory > 'maxmemory'.\r\n",
    "disk": b"-MISCONF Redis is configured to save RDB snapshots\r\n",
    "password": b"-WRONGPASS invalid username-password pair\r\n",
    "no password": b"-NOAUTH Authentication required.\r\n",
    "a web server": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "garbage": b"\x00\xff\xfe?\r\n",
}


@pytest.mark.parametrize("answer", TROUBLE.values(), ids=list(TROUBLE))
def test_trouble_of_redis_is_told_once_and_never_raised(
    answer: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorbell, "ANSWERS_WITHIN", 0.1)
    with says(answer) as url, capture_logs() as told:
        bell = Bell(url, 0.1)
        ringing = Doorbell(doorbell.connect(url, 0.1))
        for _ in range(3):
            assert bell.wait(0.1) is None
            assert not bell.answers()
            ringing.ring(LANE)
            ringing.hold(LANE)
            ringing.listen(LANE)
        assert bell.is_down
    assert [each["event"] for each in told].count("doorbell_away") == 1


def test_a_wrong_password_is_told_in_a_sentence() -> None:
    with says(TROUBLE["password"]) as url, capture_logs() as told:
        assert not Bell(url.replace("//", "//:wrong@"), 0.1).answers()
    assert "does not accept the name or password in SLUICE_REDIS_URL." in told[-1]["words"]


def test_who_rings_waits_for_a_silent_redis_once_in_a_while_and_alone() -> None:
    moment, asked = 0.0, 0

    class Silent:
        def set(self, *_: object, **__: object) -> None:
            nonlocal asked
            asked += 1
            raise TimeoutError

        delete = set

    ringing = Doorbell(Silent(), lambda: moment)  # type: ignore[arg-type]
    for _ in range(50):
        ringing.ring(LANE)
        ringing.hold(LANE)
    assert asked == 1
    moment += doorbell.REST
    for _ in range(50):
        ringing.listen(LANE)
    assert asked == 2
