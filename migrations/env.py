"""Alembic: the tables of ``orderflow.models``, on whatever engine the app is bound to."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy.types import TypeDecorator

from orderflow.models import Base


def plain_types(kind: str, item: Any, autogenerate: Any) -> str | bool:
    """Migrations name the database's types; they must not break when a class of ours moves."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def run() -> None:
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
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
