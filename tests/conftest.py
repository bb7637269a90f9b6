"""The same suite on both engines: whoever asks for ``house`` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import House
from tests.postgres import Postgres, private_postgres

ENGINES = ("sqlite", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=ENGINES, help="only on this engine; default: on both")
    parser.addoption("--pictures", action="store_true", help="leave every page in var/looks")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_url" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        engines = (chosen,) if chosen else ENGINES
        metafunc.parametrize("database_url", engines, indirect=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with private_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def furnished_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with every table and no row."""
    path = tmp_path_factory.mktemp("furnished") / "sluice.db"
    House(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def furnished_database(postgres: Postgres) -> str:
    """The name of such a database of PostgreSQL."""
    name = postgres.create()
    House(postgres.url(name)).close()
    return name


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database; for a house a copy of a furnished one, which is made much quicker."""
    furnished = "house" in request.fixturenames
    if request.param == "sqlite":
        path = tmp_path / "sluice.db"
        if furnished:
            shutil.copy(request.getfixturevalue("furnished_file"), path)
        yield f"sqlite:///{path}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = server.create(*([request.getfixturevalue("furnished_database")] if furnished else []))
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    built = House(database_url)
    yield built
    built.close()


def pytest_configure() -> None:
    """Few cycles, and large libraries that stay: looking for garbage seldom saves time."""
    gc.set_threshold(100_000, 20, 50)
