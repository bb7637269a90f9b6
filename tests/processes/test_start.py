"""A wrong configuration is told in one sentence; the lines of the Procfile start."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import redis
from cryptography.fernet import Fernet

from demo.programs import ROOT, Programs
from demo.stack import Stack, answers, find_redis, free_port
from orderflow import opening
from orderflow.config import load
from orderflow.db import close_connections, db
from orderflow.models import Base
from tests.processes.plant import wait_for
from webapp import create_app

PYTHON = [sys.executable, "-m"]
COMMANDS = {
    "worker": [*PYTHON, "workers", "work"],
    "clock": [*PYTHON, "workers", "clock"],
    "flask": [*PYTHON, "flask", "--app", "webapp", "routes"],
    "web": [*PYTHON, "webapp"],
}
WRONG = (
    ("worker", "SLUICE_PUBLIC_URL", ""),
    ("clock", "SLUICE_CLAIM_SECONDS", "5"),
    ("flask", "SLUICE_NO_SUCH_THING", "1"),
    ("web", "SLUICE_SECRET_KEYS", "not a key"),
)


def test_a_wrong_configuration_is_told_in_one_sentence_that_names_the_variable(
    tmp_path: Path,
) -> None:
    with Programs(tmp_path) as programs:
        good = Stack(programs, f"sqlite:///{tmp_path / 'sluice.db'}").environment()
    runs = {name: begin(COMMANDS[who], {**good, name: value}) for who, name, value in WRONG}
    for name, run in runs.items():
        _, said = run.communicate(timeout=60)
        assert run.returncode == 1
        assert "Traceback" not in said
        assert said.strip().splitlines()[-1].startswith(name)
        assert said.strip().endswith(".")


def prepared(programs: Programs, tmp_path: Path, **settings: object) -> Stack:
    """With an empty database that has its tables."""
    stack = Stack(programs, f"sqlite:///{tmp_path / 'sluice.db'}", **settings)
    env = stack.environment()
    app = create_app(load(env))
    with app.app_context():
        Base.metadata.create_all(db.engine)
        close_connections()
    return stack


MANAGEMENT = [*PYTHON, "flask", "--app", "webapp", "sluice", "parked"]


def test_nothing_starts_where_it_could_not_do_its_work(tmp_path: Path) -> None:
    other = Fernet.generate_key().decode()
    with Programs(tmp_path) as programs:
        stack = prepared(programs, tmp_path)
    opening.check(load(stack.environment()))
    wrong = (
        (COMMANDS["web"], {"secret_keys": other}, opening.WRONG_KEY),
        (COMMANDS["worker"], {"database_url": f"sqlite:///{tmp_path / 'new.db'}"}, "no tables"),
        (COMMANDS["clock"], {"database_url": "sqlite:////nowhere/new.db"}, "cannot be written"),
        (MANAGEMENT, {"secret_keys": other}, opening.WRONG_KEY),
    )
    runs = [begin(command, stack.environment(**settings)) for command, settings, _ in wrong]
    for run, (_, _, sentence) in zip(runs, wrong, strict=True):
        _, said = run.communicate(timeout=240)
        assert run.returncode == 1
        assert "Traceback" not in said
        assert sentence in said.strip().splitlines()[-1]
        assert other not in said


def begin(command: list[str], env: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_the_lines_of_the_procfile_start(tmp_path: Path) -> None:
    lines = dict(
        line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines() if line
    )
    assert list(lines) == ["web", "worker", "clock"]
    program = find_redis()
    assert program
    with Programs(tmp_path) as programs:
        stack = prepared(programs, tmp_path, log_level="info")
        stack.start_redis(program)
        port = free_port()
        env = stack.environment(web_port=port)
        env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), env["PATH"]])
        for name, line in lines.items():
            programs.start(name, shlex.split(line), env)
        programs.wait_until("web", lambda: answers(f"http://127.0.0.1:{port}/ready"))
        programs.wait_until("clock", lambda: "clock_started" in programs.log("clock").read_text())
        url = stack.settings["redis_url"]
        wait_for("a worker at its queue", lambda: listening(url))
        assert [programs.stop(name) for name in lines] == [0, 0, 0]


def listening(redis_url: str) -> bool:
    """Whether a worker waits at Redis for somebody to ring."""
    with redis.Redis.from_url(redis_url) as client:
        return any(each["cmd"] == "blpop" for each in client.client_list())


def test_a_port_that_is_taken_is_told_and_not_shared(tmp_path: Path) -> None:
    with Programs(tmp_path) as programs, socket.create_server(("127.0.0.1", 0)) as taken:
        stack = prepared(programs, tmp_path)
        run = begin(COMMANDS["web"], stack.environment(web_port=taken.getsockname()[1]))
        _, said = run.communicate(timeout=60)
    assert run.returncode == 1
    assert said.startswith("The web cannot listen at")


def test_no_worker_of_the_web_outlives_its_parent(tmp_path: Path) -> None:
    with Programs(tmp_path) as programs:
        stack = prepared(programs, tmp_path)
        stack.start_web()
        stack.wait_for_web()
        programs.kill("web", children=False)
        wait_for("nobody at the door", lambda: not listens(stack.port))
        assert not answers(f"{stack.url}/ready")


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
