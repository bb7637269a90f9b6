"""Clocks for a World: any callable that returns an aware UTC datetime will do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def utc_now() -> datetime:
    """The machine's own time."""
    return datetime.now(UTC)


class SettableClock:
    """Stands still until told otherwise; for tests."""

    def __init__(self, start: datetime) -> None:
        self.moment = start

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class RunningClock:
    """Real time plus whatever it was advanced by; for the served sandbox."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)
