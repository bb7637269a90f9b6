"""The leaking bucket of one app in one shop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime


class Bucket:
    """Points that refill at ``rate`` a second up to ``capacity``, by the world's clock."""

    def __init__(self, clock: Callable[[], datetime], capacity: float, rate: float) -> None:
        self.clock = clock
        self.capacity = capacity
        self.rate = rate
        self._level = capacity
        self._at = clock()

    @property
    def available(self) -> float:
        now = self.clock()
        self._level = min(
            self.capacity, self._level + self.rate * max((now - self._at).total_seconds(), 0)
        )
        self._at = now
        return self._level

    def take(self, points: float) -> bool:
        """Reserve points; False, and nothing taken, when there are too few."""
        if points > self.available:
            return False
        self._level -= points
        return True

    def give_back(self, points: float) -> None:
        self._level = min(self.capacity, self._level + points)

    def status(self) -> dict[str, float]:
        """``throttleStatus`` of the answer's cost extension."""
        return {
            "maximumAvailable": float(self.capacity),
            "currentlyAvailable": int(self.available),
            "restoreRate": float(self.rate),
        }
