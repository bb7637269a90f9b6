"""Alembic: the tables of ``orderflow.models``, on whatever engine the app is bound to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

from orderflow import opening
from orderflow.models import Base


def plain_types(kind: str, item: Any, autogenerate: Any) -> str | bool:
    """Migrations name the database's types; they must not break when a class of ours moves."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


@contextmanager
def tables_may_be_rebuilt(connection: Connection) -> Iterator[None]:
    """SQLite changes a column by copying its table and dropping the old one, which it refuses
    while rows refer to it. The check cannot be put off, and is switched only between transactions.
    """
    on_sqlite = connection.dialect.name == "sqlite"
    raw = connection.connection
    if on_sqlite:
        raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        if on_sqlite:
            connection.rollback()
            raw.execute("PRAGMA foreign_keys=ON")


def run() -> None:
    opening.wait_for(current_app.extensions["sluice_config"])
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection, tables_may_be_rebuilt(connection):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=plain_types,
            render_as_batch=True,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations need a database: give SLUICE_DATABASE_URL.")
run()
