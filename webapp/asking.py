"""A page asks a vendor's store something, while a person waits: briefly, and with no transaction.

The answer is noted in the log like every other call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import current_app

import stores
from orderflow import calls, clock, register
from orderflow.calls import About, Called
from orderflow.config import Config
from orderflow.db import db, unit_of_work
from orderflow.models import Connection
from stores import http
from stores.base import Access, AppKeys, Store

T = TypeVar("T")
PATIENCE = 8.0
"""Seconds that a person waits for a store."""


def ask(connection: Connection, operation: str, act: Callable[[Store], T]) -> T:
    """``act`` with the store behind ``connection``; only reads. Raises a StoreError."""
    row, access_id = connection.access, connection.access_id
    about = About("connection", connection.id)
    known = Access(row.platform, row.address, row.secrets, row.expires_at)
    db.session.rollback()
    notes: list[Called] = []
    try:
        with http.within(PATIENCE):
            store = stores.open_store(_renewed(known))
            return calls.watch(
                notes, access_id, operation, lambda: act(store), about=about, spender=store
            )
    finally:
        with unit_of_work() as session:
            calls.keep(session, notes)


def _renewed(known: Access) -> Access:
    config: Config = current_app.extensions["sluice_config"]
    keys = AppKeys(config.app_client_id, config.app_secrets[0])
    fresh = stores.renew(known, keys, clock.now())
    if fresh is not known:
        with unit_of_work() as session:
            register.keep_access(session, fresh, clock.now())
    return fresh
