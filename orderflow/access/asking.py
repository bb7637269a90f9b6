"""A page asks a vendor's store something, while a person waits: with no transaction open.

The answer is noted in the log like every other call.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

from orderflow import clock
from orderflow.access import calls, store_access
from orderflow.access.calls import About, Called
from orderflow.db import db, unit_of_work
from orderflow.models import Connection
from stores.base import Access, Store, StoreBusy, Variant

T = TypeVar("T")
Dial = Callable[[Access], AbstractContextManager[Store]]
"""How a door reaches a store: ``stores.dial``."""


def variants(connection: Connection, sku: str, dial: Dial) -> list[Variant]:
    """The store's products of exactly that SKU. Raises a StoreError."""
    return ask(connection, "variants", lambda store: store.variants([sku]), dial)


def ask(connection: Connection, operation: str, act: Callable[[Store], T], dial: Dial) -> T:
    """``act`` with the store behind ``connection``; only reads. Raises a StoreError."""
    row, access_id = connection.access, connection.access_id
    about = About("connection", connection.id)
    known = store_access.way_in(row)
    db.session.rollback()
    notes: list[Called] = []
    try:
        with dial(_still_good(known)) as store:
            return calls.watch(
                notes, access_id, operation, lambda: act(store), about=about, spender=store
            )
    finally:
        with unit_of_work() as session:
            calls.keep(session, notes)


def _still_good(known: Access) -> Access:
    """Only the worker that holds the store's lane renews, or two would renew at the same time."""
    if known.expires_at is not None and known.expires_at <= clock.now():
        raise StoreBusy("The access is being renewed; try again in a minute.")
    return known
