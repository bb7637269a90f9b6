"""R1, R2: webhooks in. Ours against the least that anybody could do, and against Shopify's own."""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from bench.deliveries import Pile, pile_up
from bench.figure import Figure, in_turn
from bench.load import post
from bench.machine import cpu_seconds, parent_of
from bench.servers import Intake, flask_insert, node_is_ready, ours, shopify_express
from tests.postgres import private_postgres
from tests.redis_server import private_redis

MOST_A_SECOND = 6000
"""Deliveries prepared for each second of load."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Of one round: answers a second, CPU µs for each, of the web server and of all servers."""

    rate: float
    web: float
    all: float


def take(intake: Intake, pile: Pile, seconds: float) -> Taken:
    """One round. RuntimeError when an answer was not 2xx, or when one has no row."""
    with psycopg.connect(intake.database, autocommit=True) as admin:
        empty(admin, intake)
        database = parent_of(admin.info.backend_pid)
        before = cpu_seconds(intake.pid), cpu_seconds(database)
        load = post(intake.port, pile, seconds)
        after = cpu_seconds(intake.pid), cpu_seconds(database)
        rows = min(count(admin, table) for table in intake.tables)
    if load.bad or not 0 < load.answered <= rows:
        raise RuntimeError(f"{load} left {rows} rows in {intake.tables}")
    web, stored = (1e6 * (b - a) / load.answered for a, b in zip(before, after, strict=True))
    return Taken(load.answered / load.seconds, web, web + stored)


def empty(admin: psycopg.Connection, intake: Intake) -> None:
    """Wait for what the round before left under way; begin with nothing to be written back."""
    busy = "select 1 from pg_stat_activity where state <> 'idle' and pid <> pg_backend_pid()"
    while admin.execute(busy).fetchone():
        time.sleep(0.05)
    tables = sql.SQL(", ").join(map(sql.Identifier, intake.tables))
    admin.execute(sql.SQL("truncate {}").format(tables))
    admin.execute("checkpoint")


def count(admin: psycopg.Connection, table: str) -> int:
    query = sql.SQL("select count(*) from {}").format(sql.Identifier(table))
    row = admin.execute(query).fetchone()
    return int(row[0]) if row else 0


def compare(us: Intake, them: Intake, rounds: int, seconds: float) -> list[tuple[Taken, Taken]]:
    with tempfile.TemporaryDirectory() as folder:
        pile = pile_up(Path(folder), int(MOST_A_SECOND * max(seconds, 1)))
        for each in (us, them):
            take(each, pile, 1)  # until statements are prepared and pools are filled
        return in_turn(rounds, lambda: take(us, pile, seconds), lambda: take(them, pile, seconds))


def figures(
    key: str,
    what: str,
    pairs: list[tuple[Taken, Taken]],
    rate: float | None = None,
    cpu: float | None = None,
) -> list[Figure]:
    def rounds(name: str) -> tuple[tuple[float, float], ...]:
        return tuple((getattr(a, name), getattr(b, name)) for a, b in pairs)

    return [
        Figure(key, what, "answers/s", rounds("rate"), at_least=rate),
        Figure(key, f"{what}: CPU, the web server's", "µs each", rounds("web")),
        Figure(key, f"{what}: CPU, with the database's", "µs each", rounds("all"), at_most=cpu),
    ]


def r1(rounds: int, seconds: float) -> list[Figure]:
    with private_postgres(durable=True) as postgres, flask_insert(postgres) as floor:
        with ours(postgres) as us:
            bare = compare(us, floor, rounds, seconds)
        with private_redis() as redis, ours(postgres, redis) as us:
            rung = compare(us, floor, rounds, seconds)
    return [
        *figures("R1", "intake / Flask", bare, rate=0.90, cpu=1.15),
        *figures("R1", "intake with the bell / Flask", rung),
    ]


def r2(rounds: int, seconds: float) -> list[Figure]:
    """Nothing where there is no Node."""
    if not node_is_ready():
        print(
            "R2 is left out: there is no Node here, or its packages cannot be had.", file=sys.stderr
        )
        return []
    with (
        private_postgres(durable=True) as postgres,
        ours(postgres) as us,
        shopify_express(postgres) as node,
    ):
        return figures("R2", "intake / Node", compare(us, node, rounds, seconds))
