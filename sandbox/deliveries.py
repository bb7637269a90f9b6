"""Outgoing webhooks of all pretend stores: one queue, one wire, and a log of what was sent.

A store adds a ``Delivery`` and is told the status through ``on_result``; whether and when to try
again is the store's decision, made by adding the delivery once more.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.world import World

DROPPED = -1
"""Status in the log of a delivery that the network swallowed; its sender never learns of it."""
LOG_SIZE = 5_000
"""Attempts remembered; a body is several kilobytes."""


@dataclass(eq=False)
class Delivery:
    """``tries`` counts the attempts made; ``on_result`` gets the HTTP status, 0 for no answer."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    topic: str
    due: datetime
    on_result: Callable[[Delivery, int], None] | None = None
    tries: int = 0


@dataclass(frozen=True)
class Sent:
    delivery: Delivery
    status: int
    at: datetime


class Deliveries:
    """``duplicate`` and ``drop`` are probabilities; ``shuffle`` mixes each batch."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.queue: list[Delivery] = []
        self.log: deque[Sent] = deque(maxlen=LOG_SIZE)
        self.duplicate = 0.0
        self.drop = 0.0
        self.shuffle = False
        self._lock = threading.Lock()

    def add(self, delivery: Delivery) -> None:
        with self._lock:
            self.queue.append(delivery)

    def sent(self) -> list[Sent]:
        """The attempts so far; a copy, because others go on sending."""
        with self._lock:
            return list(self.log)

    def _note(self, delivery: Delivery, status: int) -> None:
        with self._lock:
            self.log.append(Sent(delivery, status, self.world.now()))

    def retry(self, delivery: Delivery, due: datetime) -> None:
        """Queue the same headers and body again."""
        self.add(replace(delivery, due=due))

    def send_due(self) -> int:
        """Post everything that is due now; returns how many posts were made."""
        batch = self._take_due()
        return sum(self._send(delivery) for delivery in batch)

    def _take_due(self) -> list[Delivery]:
        now = self.world.now()
        with self._lock:
            due = [each for each in self.queue if each.due <= now]
            if due:
                self.queue = [each for each in self.queue if each.due > now]
        due.sort(key=lambda each: each.due)
        if self.shuffle:
            self.world.random.shuffle(due)
        return due

    def _send(self, delivery: Delivery) -> int:
        delivery.tries += 1
        if self._chance(self.drop):
            self._note(delivery, DROPPED)
            return 0
        copies = 2 if self._chance(self.duplicate) else 1
        for _ in range(copies):
            status = self.world.post(delivery.url, delivery.headers, delivery.body)
            self._note(delivery, status)
        if delivery.on_result:
            delivery.on_result(delivery, status)
        return copies

    def _chance(self, probability: float) -> bool:
        return probability > 0 and self.world.random.random() < probability
