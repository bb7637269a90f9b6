"""The four ways a store can fail us; what each means is told in ``stores.base``."""

from __future__ import annotations

from collections.abc import Sequence


class StoreError(Exception):
    """A store did not do what it was asked. ``words`` is what it said, without personal data."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class StoreBusy(StoreError):
    """Throttled, down for maintenance, or never reached. Nothing was done.

    ``retry_after`` is in seconds, None when the store named no time. ``throttled`` tells a
    limiter that the store counted our calls differently from us.
    """

    def __init__(
        self, words: str, retry_after: float | None = None, *, throttled: bool = False
    ) -> None:
        super().__init__(words)
        self.retry_after = retry_after
        self.throttled = throttled


class StoreClosed(StoreBusy):
    """The platform keeps the whole store shut, by its owner's doing. Nothing was done; it may open
    again after days, or never."""


class BadCertificate(StoreBusy):
    """It was reached, but cannot prove that it is who it says; it may mend that any moment."""


class StoreRefused(StoreError):
    """The store understood and said no. ``fields`` are the paths it objected to, if it told."""

    def __init__(self, words: str, fields: Sequence[str] = ()) -> None:
        super().__init__(words)
        self.fields = tuple(fields)


class StoreLocked(StoreError):
    """The token, key or right is gone. Every call fails until a person connects again."""


class OutcomeUnknown(StoreError):
    """A write left us and no trustworthy answer came back. It may land now, later or never."""
