"""A pretend world far away: each call takes LATENCY ± JITTER more, and the bucket is shallow.

python -m bench.slow_store SHOPS [LIE …]    # prints {"port", "tokens"}, at SIGTERM its ledger

The first shops tell the lies that are named, one each; *hangs* answers after a minute.
"""

from __future__ import annotations

import json
import random
import signal
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

from werkzeug.wrappers import Request, Response

from bench.machine import CLIENT_ID, SECRET
from sandbox.clock import RunningClock
from sandbox.server import Server
from sandbox.shopify import App, Shop
from sandbox.world import World
from tests.house import SCOPES

LATENCY, JITTER = 0.2, 0.05
"""Seconds."""
CAPACITY, RATE, PRICE = 100, 100.0, 11.0
"""Points the bucket holds, points a second that it refills, points of an orderCreate."""


class SlowWorld(World):
    """``created``: when each order was created, by the monotonic clock; ``stood``: in which shop,
    and when by the clock on the wall."""

    def __init__(self) -> None:
        super().__init__(RunningClock())
        self.created: list[float] = []
        self.stood: list[tuple[str, float]] = []
        self.calls = self.throttled = 0
        self._ledger = threading.Lock()

    def answer(self, request: Request) -> Response:
        half = random.uniform(LATENCY - JITTER, LATENCY + JITTER) / 2
        time.sleep(half)
        response = super().answer(request)
        with self._ledger:
            self.calls += 1
            self.throttled += b'"THROTTLED"' in response.get_data()
            if b"orderCreate" in request.get_data():
                self.created.append(time.monotonic())
                self.stood.append((request.host, time.time()))
        time.sleep(half)
        return response

    def ledger(self) -> dict[str, Any]:
        counted = {"calls": self.calls, "throttled": self.throttled}
        return {**counted, "created": self.created, "stood": self.stood}


def build(count: int, lies: Sequence[str] = ()) -> tuple[SlowWorld, dict[str, str]]:
    """The world, and a token for each of its shops by domain."""
    world = SlowWorld()
    app = App(CLIENT_ID, SECRET, SCOPES)
    tokens = {}
    for number in range(count):
        shop = Shop(world, f"store-{number}.myshopify.com", capacity=CAPACITY, restore_rate=RATE)
        tokens[shop.domain] = shop.install(app).access_token
    for lie, host in zip(lies, tokens, strict=False):
        if lie == "hangs":
            world.faults.add("slow", host, times=10**6, seconds=60)
        else:
            world.liar(host).tell(lie)
    return world, tokens


def main() -> None:
    world, tokens = build(int(sys.argv[1]), sys.argv[2:])
    leaving = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: leaving.set())
    with Server(world) as server:
        print(json.dumps({"port": server.port, "tokens": tokens}), flush=True)
        leaving.wait()
    print(json.dumps(world.ledger()), flush=True)


if __name__ == "__main__":
    main()
