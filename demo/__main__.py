"""``python -m demo`` (``make demo``): everything really runs, on this machine alone.

With ONCE=1 in the environment it tells its story, prints one JSON object last, and ends.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import requests

from demo import stage as cast
from demo.book import Book
from demo.counting import count
from demo.pretend import SandboxRefused
from demo.programs import ProgramFailed, Programs
from demo.stack import Stack, find_redis
from demo.story import tell
from demo.telling import Stage, StoryFailed
from orderflow.config import load
from webapp import create_app

POLL_EVERY = 5
"""Seconds between two looks into a vendor's store, for what no webhook told."""


def say(words: str) -> None:
    print(words, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m demo", description="Sluice over pretend stores"
    )
    parser.add_argument("--without-redis", action="store_true", help="as if none were here")
    without_redis = parser.parse_args().without_redis
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    once, started = bool(os.environ.get("ONCE")), time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="sluice-demo-"))
    say(f"Logs and database: {folder}")
    with Programs(folder) as programs:
        stack = Stack(programs, f"sqlite:///{folder / 'sluice.db'}", poll_every=POLL_EVERY)
        stage = _open(stack, without_redis)
        tell(stage)
        counted = count(stage.sandbox, stage.book, cast.HARBOUR, [cast.ALFA, cast.BRAVO])
        counted["seconds"] = round(time.monotonic() - started, 1)
        if once:
            say(json.dumps(counted, ensure_ascii=False))
        else:
            with suppress(KeyboardInterrupt):
                _stay(stage, counted)
    if counted["duplicates"] or counted["lost"]:
        raise StoryFailed("Not every order stands in its store exactly once.")


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


def _open(stack: Stack, without_redis: bool) -> Stage:
    """Start everything, and set the merchant up."""
    if without_redis or not _choose_redis(stack):
        say("Redis: none, so the worker looks at the database by itself")
    say("Starting the sandbox, the web process, a worker and the clock")
    sandbox, made = stack.start_sandbox(cast.world(f"{stack.url}/webhooks/shopify"))
    app = create_app(load(stack.environment()))
    operator = cast.Operator(app, say)
    operator.run("db", "upgrade")
    stack.start_web()
    stack.start_worker()
    stack.start_clock()
    stack.wait_for_web()
    cast.set_up(operator, sandbox, made)
    return Stage(sandbox, Book(app), operator, stack.url, say)


def _choose_redis(stack: Stack) -> bool:
    given = os.environ.get("SLUICE_REDIS_URL") or os.environ.get("REDIS_URL")
    program = find_redis()
    if given:
        stack.settings["redis_url"] = given
        say(f"Redis: the one at {given.rpartition('@')[2]}")
    elif program:
        stack.start_redis(program)
        say(f"Redis: {program}")
    return bool(given or program)


def _stay(stage: Stage, counted: dict[str, Any]) -> None:
    say(f"\nOrders twice: {counted['duplicates']}. Orders lost: {counted['lost']}.")
    say("\nOpen these, until you press Ctrl-C:")
    say(f"  {stage.sandbox.url}/   the stores and their orders")
    for host in (cast.HARBOUR, cast.ALFA):
        say(f"  {stage.sandbox.url}/shops/{host}")
    say(f"  {stage.sandbox.url}/sites/{cast.BRAVO}")
    say(f"  {stage.url}/ready   whether the app can do its work")
    signal.pause()


if __name__ == "__main__":
    try:
        main()
    except (StoryFailed, ProgramFailed, SandboxRefused, requests.RequestException) as failure:
        sys.exit(f"demo: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
