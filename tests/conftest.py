"""The same suite on both engines: whoever asks for ``house`` runs on SQLite and on PostgreSQL.
Where a database makes no difference of its own, tests take turns."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

import pytest

from orderflow.models import Base
from tests import agreement, fuzz
from tests.house import House, close_doors
from tests.postgres import Postgres, in_memory, private_postgres
from tests.spread import spread

ENGINES = ("sqlite", "postgresql")
TAKE_TURNS = ("mail", "portal", "privacy", "processes", "river", "webapp")
"""Folders whose tests run on one of them, but for files that are about what a database does."""
ON_BOTH = (
    "test_database_away",
    "test_killed_workers",
    "test_many_workers",
    "test_orders",
    "test_outage_of_the_database",
    "test_plans",
    "test_redaction",
    "test_stale_sights",
    "test_tenancy",
    "test_webhooks",
)
LONG = (
    "test_any_order",
    "test_bench",
    "test_demo",
    "test_every_event",
    "test_fifty_stores",
    "test_killed_workers",
    "test_looks",
    "test_lying_stores",
    "test_many_workers",
    "test_money_adds_up",
    "test_quoting_stores",
    "test_redis",
    "test_rerouted",
    "test_among_liars",
)
"""Files whose tests begin first: some take longer than a second worker would wait at the end."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=(*ENGINES, "both"),
        help="all tests on this engine, or on both; default: some take turns",
    )
    parser.addoption("--pictures", action="store_true", help="leave every page in var/looks")
    parser.addoption("--examples", type=int, help="so many new examples for tests/fuzz")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    if workers > 1:
        long = [item for item in items if item.path.stem in LONG]
        items[:] = spread(long, [item for item in items if item.path.stem not in LONG], workers)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_url" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        engines = {None: _engines(metafunc.definition), "both": ENGINES}.get(chosen, (chosen,))
        metafunc.parametrize("database_url", engines, indirect=True)


def _engines(test: pytest.Function) -> tuple[str, ...]:
    """Both, or one by turns, always the same for the same test."""
    if test.path.parent.name not in TAKE_TURNS or test.path.stem in ON_BOTH:
        return ENGINES
    return (ENGINES[crc32(test.name.encode()) % len(ENGINES)],)


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
def furnished_database(postgres: Postgres) -> Iterator[str]:
    """The name of such a database of PostgreSQL."""
    name = postgres.create()
    House(postgres.url(name)).close()
    yield name
    close_doors()


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """For SQLite's files, in memory where there is such a place: tests need no durable ones."""
    with TemporaryDirectory(prefix="sluice-", dir=in_memory()) as made:
        yield Path(made)


def empty_file(folder: Path, furnished: Path | None) -> str:
    """The address of an SQLite database without a row; what was there before is gone."""
    for left in folder.glob("sluice.db*"):
        left.unlink()
    if furnished:
        shutil.copy(furnished, folder / "sluice.db")
    return f"sqlite:///{folder / 'sluice.db'}"


@pytest.fixture
def database_url(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """An empty database. For a house it has its tables already, and always the same name, so that
    applications which know it need not be built again."""
    furnished = "house" in request.fixturenames
    if request.param == "sqlite":
        yield empty_file(folder, request.getfixturevalue("furnished_file") if furnished else None)
        return
    server: Postgres = request.getfixturevalue("postgres")
    if furnished:
        name = request.getfixturevalue("furnished_database")
        server.empty(name, Base.metadata.sorted_tables)
        yield server.url(name)
        return
    with server.database() as url:
        yield url


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """Whatever a test does, the book and the vendors' stores agree at its end."""
    built = House(database_url)
    try:
        yield built
        assert agreement.differences(built) == []
    finally:
        built.close()


def pytest_configure(config: pytest.Config) -> None:
    """Few cycles, and large libraries that stay: looking for garbage seldom saves time."""
    gc.set_threshold(100_000, 20, 50)
    fuzz.examples = config.getoption("--examples")
