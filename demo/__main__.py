"""``python -m demo`` (``make demo``): everything really runs, on this machine alone.

With ONCE=1 in the environment it tells its story, prints one JSON object last, and ends.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
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
from demo.merchant import Merchant, PageRefused
from demo.pretend import SandboxRefused
from demo.programs import ProgramFailed, Programs
from demo.stack import Stack, find_redis
from demo.story import tell
from demo.telling import Stage, StoryFailed
from demo.vendor import PASSWORD, Vendor
from orderflow.config import load
from webapp import create_app

FAILURES = (StoryFailed, ProgramFailed, PageRefused, SandboxRefused, requests.RequestException)
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
        database = f"sqlite:///{folder / 'sluice.db'}"
        token = secrets.token_hex(16)
        stack = Stack(programs, database, poll_every=POLL_EVERY, metrics_token=token)
        stage = _open(stack, without_redis)
        tell(stage)
        counted = count(stage.sandbox, stage.book, cast.HARBOUR, [cast.ALFA, cast.BRAVO])
        counted["seconds"] = round(time.monotonic() - started, 1)
        if once:
            say(json.dumps(counted, ensure_ascii=False))
        else:
            with suppress(KeyboardInterrupt):
                _stay(stage, counted)
    if not once:
        say("All have stopped.")
    if counted["duplicates"] or counted["lost"]:
        raise StoryFailed("Not every order stands in its store exactly once.")


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


def _open(stack: Stack, without_redis: bool) -> Stage:
    """Start everything, and set the merchant up."""
    if without_redis or not _choose_redis(stack):
        say("Redis: none, so the worker looks at the database by itself")
    say("Starting the sandbox, the web process, a worker and the clock")
    sandbox, made = stack.start_sandbox(cast.world(stack.url))
    app = create_app(load(stack.environment()))
    operator = cast.Operator(app, say)
    operator.run("db", "upgrade")
    stack.start_web()
    stack.start_worker()
    stack.start_clock()
    stack.wait_for_web()
    merchant = Merchant(sandbox, stack.url, cast.HARBOUR)
    cast.set_up(operator, merchant, sandbox, made, say)
    vendor = Vendor(stack.url, cast.BY_HAND[1])
    return Stage(sandbox, Book(app), merchant, vendor, stack.url, stack.status_url, say)


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
    for address, shows in _places(stage).items():
        say(f"  {address}   {shows}")
    try:
        signal.pause()
    finally:
        say("\nStopping the web, the worker, the clock, the sandbox and Redis")


def _places(stage: Stage) -> dict[str, str]:
    pretend = stage.sandbox.url
    return {
        stage.merchant.admin: "the app in the merchant's admin",
        stage.vendor.portal: f"the vendor's portal: {stage.vendor.email}, {PASSWORD!r}",
        f"{pretend}/shops/{cast.HARBOUR}": "the merchant's shop: what was bought",
        f"{pretend}/shops/{cast.ALFA}": "a vendor's shop: what arrived",
        f"{pretend}/sites/{cast.BRAVO}": "another vendor's, on WooCommerce",
        f"{pretend}/mail": "every mail that was sent",
        f"{pretend}/": "all pretend stores",
        stage.status_url: "what an operator looks at",
    }


if __name__ == "__main__":
    try:
        main()
    except FAILURES as failure:
        sys.exit(f"demo: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
