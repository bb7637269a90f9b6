"""The ways in which a store can fail us; what each means is told in ``stores.base``."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class Trouble(StrEnum):
    """Why a store could not be used, for the sentence that tells its owner what to do."""

    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    FIREWALL = "firewall"
    """Something before the store (a security plugin, a host's firewall, a challenge page) turned
    the call away; the store itself never saw it."""
    UNREADABLE = "unreadable"
    CACHED = "cached"
    """The answer came from a cache: it says how things were, not how they are."""
    ENDLESS = "endless"
    """A list without end, or more calls than one job may make."""
    THROTTLED = "throttled"
    MAINTENANCE = "maintenance"
    SERVER_ERROR = "server_error"
    ACCESS_LOST = "access_lost"
    REFUSED = "refused"


class StoreError(Exception):
    """A store did not do what it was asked.

    ``words`` are shown to people. They are our own sentence with, at most, the status and a known
    code of the answer; only StoreRefused quotes the store (at most 500 characters).
    """

    usual = Trouble.SERVER_ERROR

    def __init__(self, words: str, *, code: Trouble | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.code = code or self.usual


class StoreBusy(StoreError):
    """Throttled, down for maintenance, or never reached. Nothing was done.

    ``retry_after`` is in seconds (0 to 86,400), None when the store named no time. ``throttled``
    tells a limiter that the store counted our calls differently from us.
    """

    usual = Trouble.UNREACHABLE

    def __init__(
        self,
        words: str,
        retry_after: float | None = None,
        *,
        throttled: bool = False,
        code: Trouble | None = None,
    ) -> None:
        super().__init__(words, code=code or (Trouble.THROTTLED if throttled else None))
        self.retry_after = retry_after
        self.throttled = throttled


class StoreClosed(StoreBusy):
    """The platform keeps the whole store shut, by its owner's doing. Nothing was done; it may open
    again after days, or never."""

    usual = Trouble.MAINTENANCE


class BadCertificate(StoreBusy):
    """It was reached, but cannot prove that it is who it says; it may mend that any moment."""

    usual = Trouble.CERTIFICATE


class StoreRefused(StoreError):
    """The store understood and said no. ``fields`` are the paths it objected to, if it told."""

    usual = Trouble.REFUSED

    def __init__(
        self, words: str, fields: Sequence[str] = (), *, code: Trouble | None = None
    ) -> None:
        super().__init__(words, code=code)
        self.fields = tuple(fields)

    def requote(self, words: str) -> None:
        """Say it in these words from now on: the store's, without what may not be kept."""
        self.words = words
        self.args = (words,)


class StoreLocked(StoreError):
    """The token, key or right is gone, in the platform's own words. Every call fails until a
    person connects again. A firewall's 401 or 403 is no such word."""

    usual = Trouble.ACCESS_LOST


class OutcomeUnknown(StoreError):
    """A write left us and no trustworthy answer came back. It may land now, later or never."""
