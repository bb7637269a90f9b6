"""What must hold before a process of ours begins: a database that answers, may be written, has the
tables of this version, and was sealed with our keys.

``check`` is called by the web, the worker, the clock and the operator's commands. It stops them
with one sentence that says what to put right and holds no secret.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, inspect, make_url, select
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from orderflow import secrets
from orderflow.config import Config
from orderflow.db import insert_new
from orderflow.models import KeySample, StoreAccess

MIGRATIONS = Path(__file__).parent.parent / "migrations"
UPGRADE = "run `flask --app webapp db upgrade`"
PATIENCE = 30.0
"""Seconds for which a database that does not answer is asked again: both may start at once."""
ANSWER_WITHIN = 5
"""Seconds for one try to connect."""
PAUSE = 0.5
WRONG_KEY = (
    "SLUICE_SECRET_KEYS does not hold the key that this database was sealed with: put that key "
    "back, after a newer one if there is one."
)


class CannotStart(SystemExit):
    """The message is one sentence that says what to put right."""


def check(config: Config, patience: float = PATIENCE) -> None:
    """Raises CannotStart. Nothing is sealed or opened by this process before it has returned."""
    secrets.use_keys(config.secret_keys)

    def look(connection: Connection) -> None:
        _check_schema(connection)
        _check_keys(connection)

    _repeated(config, look, patience)


def wait_for(config: Config, patience: float = PATIENCE) -> None:
    """Until the database answers and may be written, be there tables in it or not. Raises
    CannotStart."""
    _repeated(config, lambda _: None, patience)


def _repeated(config: Config, look: Callable[[Connection], None], patience: float) -> None:
    """``look`` at the database once it lets us. What will not change by itself is not waited for:
    a database that comes and goes, because it is being started, is asked again."""
    url, until = make_url(config.database_url), time.monotonic() + patience
    engine = _engine(url)
    while True:
        try:
            with engine.connect() as connection:
                _check_writing(connection)
                look(connection)
            return
        except DBAPIError as error:
            if _known_reason(error, url) or time.monotonic() >= until:
                raise CannotStart(_told(error, url)) from None
        finally:
            engine.dispose()
        time.sleep(PAUSE)


def keys_fit(session: Session) -> bool:
    """Whether the keys of this process open the sample. True where there is none yet. Raises
    what the database raises."""
    try:
        _sample(session)
    except secrets.SecretsError:
        return False
    return True


def _sample(session: Session) -> bytes | None:
    """The sample, opened. Raises SecretsError."""
    return session.scalar(select(KeySample.sealed).where(KeySample.id == KeySample.ONLY))


def _engine(url: URL) -> Engine:
    wait = "timeout" if _is_file(url) else "connect_timeout"
    return create_engine(
        url,
        connect_args={wait: ANSWER_WITHIN},
        hide_parameters=True,
        isolation_level="AUTOCOMMIT",
        poolclass=NullPool,
    )


def _is_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _told(error: DBAPIError, url: URL) -> str:
    if _is_file(url):
        reason = str(error.orig).partition("\n")[0]
        return f"SLUICE_DATABASE_URL: the file {url.database} cannot be written ({reason})."
    place = f"{url.host or 'this machine'}:{url.port or 5432}"
    return f"The database at {place} {_known_reason(error, url) or 'does not answer'}."


def _known_reason(error: DBAPIError, url: URL) -> str:
    """Why the server, or the file system, said no; "" when nobody did, so that it may yet come."""
    said = str(error.orig)
    if _is_file(url):
        return "" if "locked" in said else said  # somebody writes, and will be done
    if "password authentication failed" in said or "no password supplied" in said:
        return "refuses the user or the password of SLUICE_DATABASE_URL"
    if "does not exist" in said and "database" in said:
        return f"has no database {url.database}: make it, or correct SLUICE_DATABASE_URL"
    if "read-only" in said:
        return "may only be read: SLUICE_DATABASE_URL must name one that may be written"
    if "permission denied" in said:
        return "does not let the user of SLUICE_DATABASE_URL at its tables"
    return ""


def _check_writing(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.exec_driver_sql("ROLLBACK")
    elif connection.scalar(sql("SHOW transaction_read_only")) == "on":
        raise CannotStart("The database of SLUICE_DATABASE_URL may only be read.")


def _check_schema(connection: Connection) -> None:
    """Tables that were made of the models, as tests do, have no revision and are as new as they."""
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" not in tables:
        if KeySample.__tablename__ not in tables:
            raise CannotStart(f"The database has no tables of this version: {UPGRADE}.")
        return
    found = connection.scalar(sql("SELECT version_num FROM alembic_version"))
    newest, known = _revisions()
    if found is None:
        raise CannotStart(f"The database has no tables yet: {UPGRADE}.")
    if found not in known:
        raise CannotStart(
            f"The database was upgraded to {found} by a newer version of Sluice: start that one."
        )
    if found != newest:
        raise CannotStart(
            f"The database is at {found}, and this version needs {newest}: {UPGRADE}."
        )


@cache
def _revisions() -> tuple[str, frozenset[str]]:
    """The newest revision, and all of them."""
    script = ScriptDirectory(str(MIGRATIONS))
    return script.get_current_head() or "", frozenset(
        each.revision for each in script.walk_revisions()
    )


def _check_keys(connection: Connection) -> None:
    """The first process leaves the sample, if what is stored already opens."""
    with Session(connection) as session:
        try:
            if _sample(session) is None:
                session.scalar(select(StoreAccess.secrets).limit(1))
                values = {"id": KeySample.ONLY, "sealed": b"Sluice"}
                insert_new(session, KeySample, values, ["id"])
                _sample(session)
        except secrets.SecretsError:
            raise CannotStart(WRONG_KEY) from None
