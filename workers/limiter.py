"""How fast one store may be called: by the points it says are left, or by calls at once.

A store that tells its bucket (``Spend``) is called as fast as the bucket refills and no faster;
one that tells nothing is called ``parallel`` times at once. Shared by all calls of a lane.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from orderflow.clock import now
from stores.base import Spend, StoreBusy
from stores.texts import _

T = TypeVar("T")
UNKNOWN_COST = 25.0
MARGIN = 1.5
"""How many calls' worth of points is left in the bucket, for what others may spend there."""
SHORTEST = 0.001
"""Seconds; a shorter wait would fill no bucket, for a clock counts no finer."""
PATIENCE = 8.0
"""Seconds that a call waits for points; after that its message is put off instead."""
FIRST_ANSWER = 2.0
"""Seconds that other calls wait for the first one's answer, which tells how deep the bucket is."""
DEEPEST, FASTEST, SLOWEST, DEAREST = 100_000.0, 100_000.0, 1.0, 1_000.0
"""Points: no bucket holds more, refills faster or slower (a second), no call costs more. What a
store says beyond that is cut, so that whatever it says its lane waits for minutes at the most."""
OPERATIONS = 100
"""Different operations whose costs are remembered."""


def points(told: Any, most: float = DEEPEST) -> float | None:
    """``told`` as a number of points from 0 to ``most``; None for what is no finite number."""
    if isinstance(told, bool) or not isinstance(told, int | float):
        return None
    told = min(max(told, 0), most)  # an int may be too large for a float
    return float(told) if math.isfinite(told) else None


def refill_rate(told: Any) -> float:
    """Points a second; 0 for a store that tells none."""
    rate = points(told, FASTEST)
    return max(rate, SLOWEST) if rate else 0.0


class Spender(Protocol):
    @property
    def spend(self) -> Spend: ...


class Limiter:
    """Points are estimated between answers and set right by each answer."""

    def __init__(
        self,
        known: dict[str, Any] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        known = known if isinstance(known, dict) else {}
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        costs = known.get("costs")
        kept = costs.items() if isinstance(costs, dict) else ()
        self._costs = {name: cost for name, told in kept if (cost := points(told, DEAREST))}
        self._capacity = points(known.get("capacity"))
        self._refill = refill_rate(known.get("refill"))
        self._left = points(known.get("left")) or 0.0
        if self._capacity is not None and (since := points(known.get("at"), float("inf"))):
            idle = max(now().timestamp() - since, 0.0)
            self._left = min(self._capacity, self._left + idle * self._refill)
        self._flying = 0.0
        self._heard = bool(known)
        self._calls = 0
        self._at = clock()
        self.throttled = 0

    def gauge(self) -> dict[str, Any]:
        """What the next holder of the lane should know."""
        with self._lock:
            self._flow()
            return {
                "costs": self._costs,
                "capacity": self._capacity,
                "refill": self._refill,
                "left": max(self._left, 0.0),
                "at": now().timestamp(),
            }

    def call(self, operation: str, store: Spender, act: Callable[[], T]) -> T:
        """``act``, once there are points for it. StoreBusy when that would take too long."""
        cost = self._take(operation)
        try:
            result = act()
        except StoreBusy as busy:
            self._learn(operation, cost, store.spend, throttled=busy.throttled)
            raise
        except BaseException:
            self._learn(operation, cost, store.spend, throttled=False)
            raise
        self._learn(operation, cost, store.spend, throttled=False)
        return result

    def _take(self, operation: str) -> float:
        begun = self._clock()
        deadline = begun + PATIENCE
        while True:
            with self._lock:
                self._flow()
                cost = self._costs.get(operation, UNKNOWN_COST)
                wait = self._wait_for(cost, self._at - begun)
                if wait <= 0:
                    self._left -= cost
                    self._flying += cost
                    self._calls += 1
                    return cost
            if self._clock() + wait > deadline:
                raise StoreBusy(_("Our calls to this store are used up."), wait, throttled=True)
            self._sleep(max(wait, SHORTEST))

    def _wait_for(self, cost: float, waited: float) -> float:
        """Seconds until there should be points for a call; negative when there are some over."""
        if self._calls and not self._heard and waited < FIRST_ANSWER:
            return 0.05
        if self._capacity is None or self._refill <= 0:
            return 0.0
        return (min(cost * (1 + MARGIN), self._capacity) - self._left) / self._refill

    def _flow(self) -> None:
        moment = self._clock()
        if self._capacity is not None:
            self._left = min(self._capacity, self._left + (moment - self._at) * self._refill)
        self._at = moment

    def _learn(self, operation: str, taken: float, spend: Spend, *, throttled: bool) -> None:
        with self._lock:
            self._flow()
            self._heard = True
            self._flying -= taken
            self.throttled += throttled
            requested, available = points(spend.requested, DEAREST), points(spend.available)
            if requested and (operation in self._costs or len(self._costs) < OPERATIONS):
                self._costs[operation] = requested
            if available is None:
                return
            self._capacity, self._refill = points(spend.capacity), refill_rate(spend.refill)
            self._left = available - self._flying
