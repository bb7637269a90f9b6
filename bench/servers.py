"""The servers that take webhooks, ours and those beside it: each with a database of its own.

All have two processes; ours and the Flask floor four threads in each, Node four connections.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import psycopg

from bench import stage
from bench.floors.flask_insert import TABLE
from bench.machine import ROOT, SECRET, free_port, running, settings_of
from tests.postgres import Postgres

GUNICORN = ("-k", "gthread", "--workers=2", "--threads=4", "--preload", "--log-level=error")
OURS = {"SLUICE_WEB_WORKERS": "2", "SLUICE_WEB_THREADS": "4"}
NODE = ROOT / "bench" / "floors" / "node"
INSTALL = ("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")


@dataclass(frozen=True, slots=True)
class Intake:
    """``tables`` get one row each for every delivery."""

    port: int
    pid: int
    database: str
    tables: tuple[str, ...]


@contextmanager
def ours(postgres: Postgres, redis: str = "") -> Iterator[Intake]:
    with postgres.database() as url:
        with stage.opened(url) as session:
            stage.merchant(session)
        port = free_port()
        bell = {"SLUICE_REDIS_URL": redis} if redis else {}
        settings = settings_of(url, **bell, **OURS, SLUICE_WEB_PORT=str(port))
        with running([sys.executable, "-m", "webapp"], settings, port) as it:
            yield Intake(port, it.pid, stage.plain(url), ("webhook", "message"))


def flask_insert(postgres: Postgres) -> AbstractContextManager[Intake]:
    port = free_port()
    return floor(postgres, port, gunicorn(port, "bench.floors.flask_insert:app"))


def shopify_express(postgres: Postgres) -> AbstractContextManager[Intake]:
    port = free_port()
    return floor(postgres, port, ["node", str(NODE / "server.js"), str(port)])


@contextmanager
def floor(postgres: Postgres, port: int, command: Sequence[str]) -> Iterator[Intake]:
    with postgres.database() as url:
        database = stage.plain(url)
        with psycopg.connect(database, autocommit=True) as admin:
            admin.execute(TABLE)
        given = {"BENCH_DATABASE": database, "BENCH_SECRET": SECRET}
        with running(command, given, port) as server:
            yield Intake(port, server.pid, database, ("delivery",))


def gunicorn(port: int, app: str) -> list[str]:
    return [sys.executable, "-m", "gunicorn", *GUNICORN, f"--bind=127.0.0.1:{port}", app]


def node_is_ready() -> bool:
    """Whether Node and the packages of its floor are here; fetches the packages if need be."""
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    if (NODE / "node_modules").is_dir():
        return True
    return subprocess.run(INSTALL, cwd=NODE).returncode == 0
