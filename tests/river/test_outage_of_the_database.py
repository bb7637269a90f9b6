"""The database goes away and comes back while deliveries arrive: none is said to be kept that is
not, and the first one after it is taken."""

from __future__ import annotations

import uuid
from contextlib import closing

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from orderflow import db as database
from orderflow.db import close_connections
from orderflow.models import Merchant
from tests.house import House
from tests.postgres import Postgres
from tests.river.test_webhooks import kept, post

BODY = {"id": 9_200_000_000_000_777}


@pytest.fixture
def admin(postgres: Postgres) -> psycopg.Connection:
    url = postgres.url("postgres").replace("+psycopg", "")
    return psycopg.connect(url, autocommit=True)


def test_deliveries_are_refused_while_the_database_is_away_and_taken_afterwards(
    postgres: Postgres, admin: psycopg.Connection
) -> None:
    name = postgres.create()
    house = House(postgres.url(name))
    house.merchant()
    assert post(house, BODY, delivery=str(uuid.uuid4())).status_code == 200
    before = kept(house)
    switch = sql.SQL("alter database {} with allow_connections {}")
    try:
        admin.execute(switch.format(sql.Identifier(name), sql.SQL("false")))
        hang_up(admin, name)
        assert [post(house, BODY).status_code for _ in range(3)] == [503, 503, 503]
        admin.execute(switch.format(sql.Identifier(name), sql.SQL("true")))
        with house.app.app_context():
            close_connections()  # the workers' connections broke as well
        assert kept(house) == before
        assert post(house, BODY).json == {"status": "new"}
    finally:
        house.close()
        admin.close()
        postgres.drop(name)


def test_after_a_restart_of_the_database_at_most_one_delivery_is_refused(
    postgres: Postgres, admin: psycopg.Connection
) -> None:
    """All idle connections broke at once; the first that notices drops the others too."""
    name = postgres.create()
    house = House(postgres.url(name))
    house.merchant()
    try:
        post(house, BODY)
        hang_up(admin, name)
        answers = [post(house, BODY).status_code for _ in range(4)]
        assert answers in ([503, 200, 200, 200], [200, 200, 200, 200])
    finally:
        house.close()
        admin.close()
        postgres.drop(name)


def test_after_a_restart_nobody_is_given_a_connection_that_broke(
    postgres: Postgres, admin: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "RESTED", 0.0)
    with postgres.database() as url, closing(House(url)) as house:
        house.merchant()
        assert post(house, BODY).json == {"status": "new"}
        hang_up(admin, url.rpartition("/")[2].partition("?")[0])
        assert house.parts() == []
        assert post(house, BODY).json == {"status": "new"}


def test_who_stands_still_in_a_transaction_keeps_nobody_waiting(postgres: Postgres) -> None:
    """A worker was stopped after it had locked a row. Here its limit is shortened."""
    with postgres.database() as url, closing(House(url)) as house:
        house.merchant()
        lock = select(Merchant.id).with_for_update()
        stopped = database.unit_of_work()
        with house.web.app_context():
            held = stopped.__enter__()
            limit = held.scalar(text("SHOW idle_in_transaction_session_timeout"))
            assert limit == f"{database.STANDSTILL:.0f}s"
            held.execute(text("SET LOCAL idle_in_transaction_session_timeout = 50"))
            held.execute(lock)
            with house.unit() as session:
                assert len(session.scalars(lock).all()) == 1
            with pytest.raises(DBAPIError):
                stopped.__exit__(None, None, None)


def hang_up(admin: psycopg.Connection, name: str) -> None:
    admin.execute(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s", (name,)
    )
