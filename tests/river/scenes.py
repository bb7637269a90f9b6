"""A stage that was set once is put up again as it was: the rows of the book, and the world.

Setting it connects stores through their real protocols, which takes a third of what most tests do.
"""

from __future__ import annotations

import io
import itertools
import pickle
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from typing import Any, cast

import psycopg
from sqlalchemy import make_url

from orderflow.config import Config
from orderflow.db import db
from orderflow.models import Base
from sandbox.clock import SettableClock
from tests.house import House
from tests.postgres import libpq_url

OUTSIDE = ("clock", "post", "sleep")
"""What a world got from its house."""

Things = dict[str, Any]
_kept: dict[tuple[Config, str], Scene] = {}


def put_up(house: House, name: str, set_it: Callable[[], Things]) -> Things:
    """What ``set_it``, so named, puts into an empty house; nothing else may have happened there."""
    if not isinstance(house.clock, SettableClock):
        return set_it()
    scene = _kept.get((_like(house.config), name))
    if scene is not None:
        return scene.put_up(house)
    things = set_it()
    _kept[_like(house.config), name] = Scene(house, things)
    return things


def _like(config: Config) -> Config:
    """The port at which mail is caught is another one each time."""
    return config.model_copy(update={"mail_url": "smtp://" if config.mail_url else ""})


class Scene:
    """``house`` as it stands now, and ``things`` of its world."""

    def __init__(self, house: House, things: Things) -> None:
        self._moment: datetime = house.clock()
        url = house.config.database_url
        self._book: Book = InFile(url) if url.startswith("sqlite") else OnServer(url)
        world = {name: value for name, value in vars(house.world).items() if name not in OUTSIDE}
        self._world = _frozen(house, (world, things))

    def put_up(self, house: House) -> Things:
        self._book.put_up(house)
        house.clock.advance((self._moment - house.clock()).total_seconds())
        world, things = _Thaw(house, self._world).load()
        vars(house.world).update(world)
        house.sluice = house.world.apps[house.sluice.client_id]
        return dict(things)


# -- the world -------------------------------------------------------------------------------------

LOCKS = {type(threading.Lock()): threading.Lock, type(threading.RLock()): threading.RLock}


class _Freeze(pickle.Pickler):
    """The world and its clock stay those of the house; a lock is a new one, and open."""

    def __init__(self, house: House, file: io.BytesIO) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._stays = {id(house.world): "world", id(house.clock): "clock"}

    def persistent_id(self, thing: Any) -> str | None:
        return self._stays.get(id(thing))

    def reducer_override(self, thing: Any) -> Any:
        if type(thing) in LOCKS:
            return LOCKS[type(thing)], ()
        if isinstance(thing, itertools.count):
            return itertools.count, (int(repr(thing).strip("count()")),)
        return NotImplemented


class _Thaw(pickle.Unpickler):
    def __init__(self, house: House, frozen: bytes) -> None:
        super().__init__(io.BytesIO(frozen))
        self._stays = {"world": house.world, "clock": house.clock}

    def persistent_load(self, name: str) -> Any:
        return self._stays[name]


def _frozen(house: House, things: Any) -> bytes:
    file = io.BytesIO()
    _Freeze(house, file).dump(things)
    return file.getvalue()


# -- the book --------------------------------------------------------------------------------------


class InFile:
    """The rows of an SQLite database."""

    def __init__(self, url: str) -> None:
        self._path = make_url(url).database or ""
        self._rows = sqlite3.connect(":memory:", check_same_thread=False)
        with closing(sqlite3.connect(self._path)) as book:
            book.backup(self._rows)

    def put_up(self, house: House) -> None:
        with closing(sqlite3.connect(self._path)) as book:
            self._rows.backup(book)


class OnServer:
    """The rows of a PostgreSQL database, and where its sequences stand."""

    def __init__(self, url: str) -> None:
        with psycopg.connect(libpq_url(make_url(url))) as book:
            tables = ((each.name, _copied(book, each.name)) for each in Base.metadata.sorted_tables)
            self._rows = [(name, rows) for name, rows in tables if rows]
            stand = book.execute(
                "select sequencename, last_value from pg_sequences where last_value is not null"
            ).fetchall()
        self._set_sequences = "; ".join(f"select setval('{each}', {last})" for each, last in stand)

    def put_up(self, house: House) -> None:
        with house.app.app_context(), closing(db.engine.raw_connection()) as pooled:
            book = cast("psycopg.Connection", pooled.driver_connection)
            with book.cursor() as cursor:
                for name, rows in self._rows:
                    with cursor.copy(f'copy "{name}" from stdin') as copy:
                        copy.write(rows)
                cursor.execute(self._set_sequences)
            book.commit()


Book = InFile | OnServer


def _copied(book: psycopg.Connection, table: str) -> bytes:
    with book.cursor() as cursor, cursor.copy(f'copy "{table}" to stdout') as copy:
        return b"".join(copy)
