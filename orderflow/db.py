"""The database: engine and session by Flask-SQLAlchemy, and the unit of work, which alone commits.

SQLite begins a unit of work with BEGIN IMMEDIATE, so a read-then-write never finds that somebody
wrote in between (a deferred transaction fails there with "database is locked", whatever the busy
time-out). Readers outside a unit of work begin deferred and wait for nobody. Threads of one process
queue for the lock before they ask SQLite, which would let each sleep and look again (up to 100 ms).
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from typing import Any, cast

import psycopg
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    Connection,
    CursorResult,
    Engine,
    PoolProxiedConnection,
    Result,
    TextClause,
    event,
)
from sqlalchemy.dialects import postgresql as postgresql_dialect
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.dialects.postgresql.psycopg import dialect as psycopg_dialect
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from orderflow import doorbell
from orderflow.config import Config
from orderflow.models.base import Base

DATABASE_AWAY = (DBAPIError, PoolTimeout)
"""What the database, or waiting for it, may raise."""
WRITES = "sluice_writes"
LANES = "sluice_lanes"
AT_ONCE = "at_once"
WRITER = "sluice_writer"
IDLE_SINCE = "sluice_idle_since"
RESTED = 2.0
STANDSTILL = 10.0
"""Seconds for which a process may stand still within a transaction, such as one that was stopped or
frozen. Then PostgreSQL ends it, or whoever needs the rows that it locked would wait for as long."""
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON")
"""Of SQLite; ``secure_delete`` overwrites what is deleted or shortened with zeros."""

db = SQLAlchemy(
    model_class=Base, disable_autonaming=True, session_options={"expire_on_commit": False}
)

_writers: dict[str, threading.Lock] = {}
"""By the address of an SQLite database: held by the thread of this process that writes into it."""


def init_database(app: Flask, config: Config, patience: float) -> None:
    """Bind ``db`` to ``app``. ``patience``: seconds that SQLite waits for another's lock."""
    url = app.config["SQLALCHEMY_DATABASE_URI"] = config.database_url
    if url.startswith("sqlite"):
        ours: dict[str, Any] = {"connect_args": {"timeout": patience, "check_same_thread": False}}
    else:
        ours = {"pool_size": 8, "max_overflow": 24, "pool_recycle": 1800}
        alone = {"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None}
        app.config["SQLALCHEMY_BINDS"] = {AT_ONCE: {"url": url, **ours, **alone}}
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"hide_parameters": True, **ours}
    db.init_app(app)
    with app.app_context():
        if url.startswith("sqlite"):
            app.extensions[WRITER] = _writers.setdefault(url, threading.Lock()), patience
            _tune_sqlite(db.engine)
        else:
            for engine in db.engines.values():
                _end_transactions_at_a_standstill(engine)
                _try_rested_connections(engine)


def close_connections() -> None:
    """Let go of every connection; the next who needs one makes it."""
    for engine in db.engines.values():
        engine.dispose()


def _end_transactions_at_a_standstill(engine: Engine) -> None:
    """https://www.postgresql.org/docs/current/runtime-config-client.html"""

    @event.listens_for(engine, "connect")
    def limit(connection: psycopg.Connection[Any], _record: ConnectionPoolEntry) -> None:
        milliseconds = round(1000 * STANDSTILL)
        connection.execute(f"SET idle_in_transaction_session_timeout = {milliseconds}")
        connection.commit()


def _try_rested_connections(engine: Engine) -> None:
    """A connection that was idle for RESTED seconds may be broken, such as after a restart of the
    database: it is tried before somebody gets it. Where it is, all idle ones are made anew."""

    @event.listens_for(engine, "checkin")
    def note(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info[IDLE_SINCE] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def try_it(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        since = record.info.pop(IDLE_SINCE, None)
        if since is None or time.monotonic() - since < RESTED:
            return
        try:
            engine.dialect.do_ping(connection)
        except psycopg.Error as broken:
            raise InvalidatePoolError from broken


def _tune_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """All of it is kept, or none. Needs an application context; never open during a store call.

    It has a session of its own: one that has read already could not begin as a writer any more.
    The bell of each lane that got something to do is rung after the commit, not before."""
    session = db.session.session_factory()
    with _turn_to_write():
        try:
            session.connection(execution_options={WRITES: True})
            yield session
            session.commit()
            lanes = session.info.pop(LANES, ())
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()
            if db.session.registry.has():
                db.session.rollback()  # what a page has read before is old now
    for lane in lanes:
        doorbell.ring(lane)


@contextmanager
def _turn_to_write() -> Iterator[None]:
    """On SQLite, wait until no other thread of this process writes. Whoever has waited for too long
    goes on without a turn, and hears from SQLite that the database is locked."""
    lock, patience = current_app.extensions.get(WRITER, (None, 0.0))
    ours = lock is not None and lock.acquire(timeout=patience)
    try:
        yield
    finally:
        if ours:
            lock.release()


def empty_log() -> bool:
    """After something was erased for good: on SQLite, move the write-ahead log into the file and
    cut it to nothing, because pages from before stand in it. False: others still read in it."""
    if on_postgresql():
        return True
    with closing(db.engine.raw_connection()) as pooled:
        connection = cast("sqlite3.Connection", pooled.driver_connection)
        busy, _pages, _moved = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def on_postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"


def write_at_once(statement: TextClause, values: dict[str, Any]) -> Any:
    """One statement that is a whole unit of work, on PostgreSQL: the first row it returns.

    It commits by itself, so it takes one round trip where a session takes three, and its way past
    SQLAlchemy's execution saves as much CPU again. Whatever psycopg says against it is raised as
    OperationalError.
    """
    try:
        with closing(db.engines[AT_ONCE].raw_connection()) as pooled:
            return _execute_alone(pooled, _as_psycopg_takes_it(statement), values)
    except psycopg.Error as error:
        raise OperationalError("one statement", None, error) from error


def _execute_alone(pooled: PoolProxiedConnection, statement: bytes, values: dict[str, Any]) -> Any:
    """A connection that failed is never used again; where one broke, the idle ones are suspect."""
    connection = cast("psycopg.Connection[Any]", pooled.driver_connection)
    try:
        return connection.execute(statement, values).fetchone()
    except BaseException:
        if connection.closed:
            db.engines[AT_ONCE].dispose()
        pooled.invalidate()
        raise


@cache
def _as_psycopg_takes_it(statement: TextClause) -> bytes:
    dialect = psycopg_dialect()  # type: ignore[no-untyped-call]
    return str(statement.compile(dialect=dialect)).encode()


def ring_after(session: Session, lane: str) -> None:
    """Ring for ``lane`` once this unit of work is committed."""
    session.info.setdefault(LANES, set()).add(lane)


def rows_hit(result: Result[Any]) -> int:
    """How many rows an UPDATE or DELETE found."""
    return cast("CursorResult[Any]", result).rowcount


def insert_new(
    session: Session, model: type[Base], values: dict[str, Any], unique: list[str]
) -> None:
    """Insert a row unless one with the same ``unique`` columns is there already."""
    postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql_dialect.insert if postgresql else sqlite_dialect.insert
    statement = insert(model).values(values).on_conflict_do_nothing(index_elements=unique)
    session.execute(statement)


@contextmanager
def reading() -> Iterator[Session]:
    """A look at the database that keeps nothing."""
    session = db.session.session_factory()
    try:
        yield session
    finally:
        session.close()
