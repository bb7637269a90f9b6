"""Keeps a server in a folder of its own for as long as the tests that started it live.

    python keeper.py FOLDER USER COMMAND…        (USER: a uid, or "-" for the one we are)

The keeper holds the reading end of a pipe. When the pipe closes, because the tests ended, were
interrupted or were killed, it stops the server and removes the folder.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

START_SECONDS = 20.0
STOP_SECONDS = 10.0


@contextmanager
def kept(
    command: Sequence[str], folder: Path, answers: Callable[[], bool], uid: int | None = None
) -> Iterator[None]:
    """Run ``command`` in ``folder`` until the block ends. ``answers`` tells when it serves."""
    keeper = subprocess.Popen(
        [sys.executable, "-I", __file__, str(folder), str(uid or "-"), *command],
        stdin=subprocess.PIPE,
        start_new_session=True,  # a Ctrl-C in the terminal is for the tests, not for the server
    )
    try:
        wait_until(answers, keeper, folder)
        yield
    finally:
        keeper.communicate()


def wait_until(answers: Callable[[], bool], keeper: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers():
        if keeper.poll() is not None or time.monotonic() > deadline:
            said = (folder / "server.log").read_text(errors="replace")[-2000:]
            raise RuntimeError(f"the server in {folder} does not answer. It said:\n{said}")
        time.sleep(0.02)


def keep(folder: Path, uid: int | None, command: Sequence[str]) -> None:
    with open(folder / "server.log", "w") as log:
        server = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            **as_user(uid),
        )
    sys.stdin.read()
    server.send_signal(signal.SIGINT)  # to PostgreSQL a fast shutdown, to Redis a shutdown
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    shutil.rmtree(folder, ignore_errors=True)


class User(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[str | int]


def as_user(uid: int | None) -> User:
    """What subprocess is told so that a program gives up being root; None: it stays who we are."""
    return {} if uid is None else {"user": uid, "group": uid, "extra_groups": []}


if __name__ == "__main__":
    keep(Path(sys.argv[1]), None if sys.argv[2] == "-" else int(sys.argv[2]), sys.argv[3:])
