"""The migrations make exactly the tables that the models describe, from nothing and back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from orderflow.db import close_connections, db
from orderflow.models import Base
from tests.house import configuration
from webapp import create_app


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    app = create_app(configuration(database_url))
    with app.app_context():
        yield app
        db.session.remove()
        close_connections()


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_up_from_nothing_and_down_to_nothing(app: Flask) -> None:
    upgrade()
    assert tables() == set(Base.metadata.tables)
    downgrade(revision="base")
    assert tables() == set()
    upgrade()
    assert tables() == set(Base.metadata.tables)


def test_models_and_migrations_have_not_drifted_apart(app: Flask) -> None:
    upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
