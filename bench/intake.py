"""R1, R2: webhooks in. Ours against the least that anybody could do, and against Shopify's own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench import stage
from bench.deliveries import Pile, pile_up
from bench.figure import Figure, in_turn
from bench.floors.flask_insert import TABLE
from bench.load import post
from bench.machine import ROOT, SECRET, cpu_seconds, free_port, parent_of, running, settings_of
from tests.postgres import Postgres, private_postgres
from tests.redis_server import private_redis

GUNICORN = ("-k", "gthread", "--workers", "2", "--threads", "4", "--preload", "--log-level", "error")
NODE = ROOT / "bench" / "floors" / "node"
MOST_A_SECOND = 6000
"""Deliveries prepared for each second of load."""


@dataclass(frozen=True, slots=True)
class Intake:
    """A server that takes webhooks, and the tables that it fills, the first one once for each."""

    port: int
    pid: int
    database: str
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """Of one round: answers a second, CPU µs for each, of the server and with the database's."""

    rate: float
    web: float
    all: float


def take(intake: Intake, pile: Pile, seconds: float) -> Taken:
    """One round. Raises when an answer was not 2xx, or when one has no row."""
    with psycopg.connect(intake.database, autocommit=True) as admin:
        admin.execute(f"truncate {', '.join(intake.tables)}")
        admin.execute("checkpoint")
        server = parent_of(admin.info.backend_pid)
        before = cpu_seconds(intake.pid), cpu_seconds(server)
        load = post(intake.port, pile, seconds)
        after = cpu_seconds(intake.pid), cpu_seconds(server)
        for table in intake.tables:
            rows = admin.execute(f"select count(*) from {table}").fetchone()
            if load.bad or rows is None or rows[0] < load.answered:
                raise RuntimeError(f"{load} left {rows} rows in {table}")
    web, database = (1e6 * (b - a) / load.answered for a, b in zip(before, after, strict=True))
    return Taken(load.answered / load.seconds, web, web + database)


@contextmanager
def ours(postgres: Postgres, redis: str = "") -> Iterator[Intake]:
    with postgres.database() as url, ExitStack() as stack:
        with stage.opened(url) as session:
            stage.merchant(session)
        port = free_port()
        bell = {"SLUICE_REDIS_URL": redis} if redis else {}
        command = gunicorn(port, "webapp:create_app()")
        server = stack.enter_context(running(command, port, **settings_of(url, **bell)))
        yield Intake(port, server.pid, plain(url), ("webhook", "message"))


@contextmanager
def flask_insert(postgres: Postgres) -> Iterator[Intake]:
    with postgres.database() as url:
        yield from _floor(url, lambda port: gunicorn(port, "bench.floors.flask_insert:app"))


@contextmanager
def shopify_express(postgres: Postgres) -> Iterator[Intake]:
    with postgres.database() as url:
        yield from _floor(url, lambda port: ["node", str(NODE / "server.js"), str(port)])


def _floor(url, command):
    database = plain(url)
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute(TABLE)
    port = free_port()
    given = {"BENCH_DATABASE": database, "BENCH_SECRET": SECRET}
    with running(command(port), port, **given) as server:
        yield Intake(port, server.pid, database, ("delivery",))


def gunicorn(port: int, app: str) -> list[str]:
    return [sys.executable, "-m", "gunicorn", *GUNICORN, "--bind", f"127.0.0.1:{port}", app]


def plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


def compare(us: Intake, them: Intake, rounds: int, seconds: float) -> list[tuple[Taken, Taken]]:
    with tempfile.TemporaryDirectory() as folder:
        pile = pile_up(Path(folder), int(MOST_A_SECOND * seconds))
        for each in (us, them):
            take(each, pile, min(seconds, 2))  # until statements are prepared and pools are filled
        return in_turn(
            rounds, lambda: take(us, pile, seconds), lambda: take(them, pile, seconds)
        )


def figures(key: str, what: str, pairs: list[tuple[Taken, Taken]], **bounds: float) -> list[Figure]:
    def rounds(name: str) -> tuple[tuple[float, float], ...]:
        return tuple((getattr(a, name), getattr(b, name)) for a, b in pairs)

    cpu = bounds.get("cpu")
    return [
        Figure(key, what, "answers/s", rounds("rate"), at_least=bounds.get("rate")),
        Figure(key, f"{what}: CPU of the web server", "µs each", rounds("web"), at_most=None),
        Figure(key, f"{what}: CPU with the database's", "µs each", rounds("all"), at_most=cpu),
    ]


def r1(rounds: int, seconds: float) -> list[Figure]:
    with private_postgres(durable=True) as postgres, private_redis() as redis:
        with ours(postgres) as us, flask_insert(postgres) as floor, ours(postgres, redis) as bell:
            bare = compare(us, floor, rounds, seconds)
            rung = compare(bell, floor, rounds, seconds)
    return [
        *figures("R1", "intake", bare, rate=0.90, cpu=1.15),
        *figures("R1", "intake, ringing Redis", rung),
    ]
