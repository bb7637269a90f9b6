"""A process that cannot do its work does not begin: one sentence says why, and holds no secret."""

from __future__ import annotations

import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import make_url, text

from orderflow import clock, keys, opening, secrets
from orderflow.config import Config
from orderflow.db import close_connections, db, reading, unit_of_work
from orderflow.models import KeySample, StoreAccess
from orderflow.opening import CannotStart
from tests.house import configuration
from webapp import create_app

FIRST, SECOND = (Fernet.generate_key().decode() for _ in range(2))


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """With a database that was just made as an operator makes it."""
    made = create_app(configured(database_url, FIRST))
    with made.app_context():
        upgrade()
        yield made
        db.session.remove()
        close_connections()
        secrets.use_keys(configuration(database_url).secret_keys)


def configured(url: str, *given: str) -> Config:
    return configuration(url, secret_keys=given)


def told(url: str, *given: str) -> str:
    """The sentence with which a process stops."""
    with pytest.raises(CannotStart) as stopped:
        opening.check(configured(url, *(given or (FIRST,))), patience=0)
    said = str(stopped.value)
    assert said.endswith(".")
    assert "\n" not in said
    assert not any(key in said for key in given)
    return said


# -- keys ------------------------------------------------------------------------------------------


def test_the_first_start_leaves_a_sample_and_the_next_opens_it(
    app: Flask, database_url: str
) -> None:
    for _ in range(2):
        opening.check(configured(database_url, FIRST))
    with reading() as session:
        assert session.get_one(KeySample, KeySample.ONLY).sealed == b"Sluice"


def test_another_key_stops_the_start(app: Flask, database_url: str) -> None:
    opening.check(configured(database_url, FIRST))
    assert told(database_url, SECOND) == opening.WRONG_KEY


def test_a_new_key_before_the_old_one_starts_and_may_stay_alone_once_all_is_rotated(
    app: Flask, database_url: str
) -> None:
    opening.check(configured(database_url, FIRST))
    opening.check(configured(database_url, SECOND, FIRST))
    assert told(database_url, SECOND) == opening.WRONG_KEY
    secrets.use_keys([SECOND, FIRST])
    assert keys.rotate_all() == 1
    opening.check(configured(database_url, SECOND))
    assert told(database_url, FIRST) == opening.WRONG_KEY


def test_what_was_sealed_before_there_was_a_sample_must_open_too(
    app: Flask, database_url: str
) -> None:
    secrets.use_keys([FIRST])
    with unit_of_work() as session:
        sealed = {"secrets": {"access_token": "x"}, "webhook_secret": {"secret": "x"}}
        access = StoreAccess(platform="shopify", address="here", **sealed)
        access.state, access.state_since = StoreAccess.OPEN, clock.now()
        session.add(access)
    assert told(database_url, SECOND) == opening.WRONG_KEY
    opening.check(configured(database_url, FIRST))


def test_ready_says_when_the_keys_no_longer_open_the_sample(app: Flask, database_url: str) -> None:
    opening.check(configured(database_url, FIRST))
    client = app.test_client()
    assert client.get("/ready").status_code == 200
    secrets.use_keys([SECOND])
    answer = client.get("/ready")
    assert (answer.status_code, answer.json) == (503, {"status": opening.WRONG_KEY})


# -- tables ----------------------------------------------------------------------------------------


def rewrite_revision(revision: str) -> None:
    with unit_of_work() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :new"), {"new": revision})


def test_tables_of_another_version_stop_the_start(app: Flask, database_url: str) -> None:
    rewrite_revision("0001")
    assert "this version needs" in told(database_url)
    rewrite_revision("9999")
    assert "a newer version" in told(database_url)


def test_no_tables_at_all_stop_the_start(app: Flask, database_url: str) -> None:
    downgrade(revision="base")
    assert opening.UPGRADE in told(database_url)
    with unit_of_work() as session:
        session.execute(text("DROP TABLE alembic_version"))
    assert opening.UPGRADE in told(database_url)


# -- the database ----------------------------------------------------------------------------------


def test_a_database_that_nobody_serves_is_waited_for_no_longer_than_it_should(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(opening, "PAUSE", 0)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        said = told(f"postgresql+psycopg://sluice:hush@127.0.0.1:{port}/sluice")
    assert said == f"The database at 127.0.0.1:{port} does not answer."


def test_a_file_in_which_somebody_writes_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "ANSWER_WITHIN", 0)
    monkeypatch.setattr(opening, "PAUSE", 0)
    file = tmp_path / "sluice.db"
    with closing(sqlite3.connect(file, check_same_thread=False)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert "locked" in told(f"sqlite:///{file}")
        timer = threading.Timer(0.1, writer.rollback)
        timer.start()
        opening.wait_for(configured(f"sqlite:///{file}", FIRST), patience=60)
        timer.join()


@pytest.mark.parametrize("spoil", ["folder", "text", "missing"])
def test_a_file_that_is_no_database_or_cannot_be_one_is_named(tmp_path: Path, spoil: str) -> None:
    file = tmp_path / "sluice.db"
    makers: dict[str, Callable[[], object]] = {
        "folder": file.mkdir,
        "text": lambda: file.write_text("no database, but more than a hundred bytes" * 9),
        "missing": lambda: None,
    }
    makers[spoil]()
    path = tmp_path / "nowhere" / "sluice.db" if spoil == "missing" else file
    said = told(f"sqlite:///{path}")
    assert said.startswith(f"SLUICE_DATABASE_URL: the file {path} cannot be written (")


def test_a_database_that_does_not_exist_is_told(app: Flask, database_url: str) -> None:
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        url = url.set(query={"mode": "ro", "uri": "true"}, database=f"file:{url.database}")
        expected = "readonly"
    else:
        url = url.set(database="nowhere")
        expected = "has no database nowhere"
    assert expected in told(url.render_as_string(hide_password=False))
