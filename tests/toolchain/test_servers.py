"""The private servers: quick databases from a template, and nothing left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from sqlalchemy import make_url

from tests.postgres import Postgres, libpq_url, private_postgres
from tests.redis_server import private_redis

ROOT = Path(__file__).resolve().parent.parent.parent
HOLD_A_REDIS = """
from tests.redis_server import private_redis
with private_redis() as url:
    print(url, flush=True)
    input()
"""


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with private_postgres() as server:
        yield server


def test_a_database_is_a_copy_of_its_template(postgres: Postgres) -> None:
    template = postgres.create()
    with psycopg.connect(libpq_url(make_url(postgres.url(template)))) as connection:
        connection.execute("create table parcel (id integer)")
    with postgres.database(template) as url, psycopg.connect(libpq_url(make_url(url))) as copy:
        assert copy.execute("select count(*) from parcel").fetchone() == (0,)
    postgres.drop(template)


def test_a_database_ends_with_its_test_though_somebody_is_connected(postgres: Postgres) -> None:
    with postgres.database() as url:
        left_open = psycopg.connect(libpq_url(make_url(url)))
    with pytest.raises(psycopg.OperationalError):
        left_open.execute("select 1")
    left_open.close()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(libpq_url(make_url(url)))


def test_a_redis_starts_empty_and_ends_with_its_block() -> None:
    with private_redis() as url, redis.Redis.from_url(url) as client:
        assert client.dbsize() == 0
        assert client.lpush("lane", "one") == 1
    with pytest.raises(redis.ConnectionError):
        redis.Redis.from_url(url).ping()


def test_a_killed_test_run_leaves_no_server_and_no_folder() -> None:
    command = [sys.executable, "-c", HOLD_A_REDIS]
    run = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert run.stdout is not None
    folder = Path(run.stdout.readline().strip().removeprefix("unix://")).parent
    assert folder.is_dir()
    os.kill(run.pid, signal.SIGKILL)
    run.communicate()
    deadline = time.monotonic() + 10
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not folder.exists()
