"""One plant for all tests of an engine: real programs take seconds to start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from demo.programs import Programs
from tests.postgres import Postgres
from tests.processes.plant import Plant

VENDORS = {
    "Alfa": "alfa.myshopify.com",
    "Bravo": "bravo.example.com",
    "Charlie": "charlie.myshopify.com",
}


NewDatabase = Callable[[], AbstractContextManager[str]]


@pytest.fixture(scope="session")
def database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> NewDatabase:
    """Makes empty databases of this engine; in this folder several plants stand on one engine."""

    @contextmanager
    def on_sqlite() -> Iterator[str]:
        yield f"sqlite:///{tmp_path_factory.mktemp('database') / 'sluice.db'}"

    @contextmanager
    def on_postgresql() -> Iterator[str]:
        server: Postgres = request.getfixturevalue("postgres")
        name = server.create()
        yield server.url(name)
        server.drop(name)

    return on_sqlite if request.param == "sqlite" else on_postgresql


@pytest.fixture(scope="session")
def running(database_url: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    with database_url() as url, Programs(tmp_path_factory.mktemp("plant")) as programs:
        built = Plant(url, programs, VENDORS)
        built.start()
        yield built
        built.close()


@pytest.fixture
def plant(running: Plant) -> Iterator[Plant]:
    """Whatever a test broke is whole again when it ends: a worker runs, all faults are gone."""
    yield running
    running.recover()
