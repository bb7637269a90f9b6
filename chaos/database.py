"""A private PostgreSQL that can be restarted, killed and frozen."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import URL

from chaos.processes import children_of, send
from demo.programs import Programs
from tests.postgres import QUICK, SETTINGS, answers, find_programs, initialise, libpq_url, reachable

NAME = "postgres"


class Database:
    """The server is the program *postgres* of ``programs``; ``url`` is that of one database."""

    def __init__(self, programs: Programs, folder: Path, binaries: Path, user: int | None) -> None:
        self._programs, self._folder, self._user = programs, folder, user
        socket = {"host": str(folder)}
        self._admin = URL.create("postgresql", "sluice", database="postgres", query=socket)
        named = self._admin.set(drivername="postgresql+psycopg", database="sluice")
        self.url = named.render_as_string(hide_password=False)
        self._command = [str(binaries / "postgres"), "-D", str(folder / "data"), "-k", str(folder)]
        self._frozen: list[int] = []
        for setting in (*SETTINGS, *QUICK):
            self._command += ["-c", setting]

    def start(self) -> None:
        self._programs.start(NAME, self._command, os.environ, user=self._user, folder=self._folder)
        self._programs.wait_until(NAME, lambda: answers(self._admin), 60)

    def create(self) -> None:
        with psycopg.connect(libpq_url(self._admin), autocommit=True) as admin:
            admin.execute("create database sluice")

    def restart(self) -> None:
        """A fast shutdown: whoever is connected is thrown out."""
        self._programs.stop(NAME, signal.SIGINT)
        self.start()

    def crash(self) -> None:
        """``kill -9`` of the server; it recovers from its log when it starts."""
        self._programs.kill(NAME)
        self.start()

    def freeze(self) -> None:
        leader = self._programs.pid(NAME)
        self._frozen = [*children_of(leader), leader]
        send(signal.SIGSTOP, self._frozen)

    def thaw(self) -> None:
        """Nothing, where nothing is frozen. A frozen child would outlive the server."""
        send(signal.SIGCONT, self._frozen)
        self._frozen = []


@contextmanager
def private_database(programs: Programs) -> Iterator[Database]:
    """Running, with one empty database. PostgreSQL refuses to run as root: then as *nobody*."""
    folder = Path(tempfile.mkdtemp(prefix="sluice-chaos-"))
    user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
    if user is not None:
        os.chown(folder, user, user)
    try:
        binaries = reachable(find_programs(), folder, user)
        initialise(binaries, folder, user)
        database = Database(programs, folder, binaries, user)
        database.start()
        database.create()
        try:
            yield database
        finally:
            database.thaw()
        programs.stop(NAME, signal.SIGINT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
