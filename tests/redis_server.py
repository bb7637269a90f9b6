"""A Redis of the tests' own: redis-server or valkey-server on the path, or .venv's."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from tests.keeper import kept


def find_redis() -> str | None:
    """The program to start: the machine's, else the one bootstrap.py puts beside our Python."""
    beside = str(Path(sys.prefix) / "bin")
    return (
        shutil.which("redis-server")
        or shutil.which("valkey-server")
        or shutil.which("redis-server", path=beside)
    )


@contextmanager
def private_redis() -> Iterator[str]:
    """The URL of an empty Redis that keeps nothing on disk and listens on a socket file only."""
    program = find_redis()
    if program is None:
        raise RuntimeError("No Redis here: install redis-server or valkey-server.")
    folder = Path(tempfile.mkdtemp(prefix="sluice-redis-"))
    url = f"unix://{folder}/redis.sock"
    command = [program, "--port", "0", "--unixsocket", str(folder / "redis.sock")]
    command += ["--save", "", "--appendonly", "no", "--dir", str(folder)]
    with kept(command, folder, lambda: answers(url)):
        yield url


def answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False
