"""The one place where this project talks to the network.

``send`` makes one call and answers with status, headers and body, or raises what the loss of the
call means: nothing was sent (StoreBusy), or nobody knows what became of a write (OutcomeUnknown).
It follows no redirect, keeps no cookie, reads no proxy or netrc, logs nothing, and reaches nothing
that ``stores.guard`` keeps shut.
"""

from __future__ import annotations

import ipaddress
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NewConnectionError,
    ReadTimeoutError,
)

from stores import bulkhead, guard, sentences
from stores.base import OutcomeUnknown, StoreBusy, StoreError, StoreRefused
from stores.deadline import LocalAdapter, PrivateAdapter, PublicAdapter, seconds_left, until
from stores.errors import BadCertificate, Trouble
from stores.texts import _

CONNECT, READ = 5.0, 20.0
LIMIT = 10 * 1024 * 1024
DEADLINE = 30.0
TIMED_OUT = (408, 499)
"""From a proxy that waited no longer, in JSON too; the store may be at it still."""
LONGEST_PAUSE = 86_400
"""Seconds; a store that asks for a longer pause is not obeyed."""
_longest = float("inf")
_hurry = threading.local()

_lock = threading.Lock()
_sessions: dict[int, requests.Session] = {}
_adapter: BaseAdapter | None = None
_authorities = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whatever came back, a 500 as well as a 200. ``headers`` ignore case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    timeout: tuple[float, float] = (CONNECT, READ),
    limit: int = LIMIT,
    deadline: float = DEADLINE,
    writes: bool | None = None,
) -> Answer:
    """One call. ``limit`` in bytes after unpacking, times in seconds; ``deadline`` is for all.

    ``writes`` says whether the call may change the store; without it, all but GET do.
    """
    writing = method != "GET" if writes is None else writes
    _spend_call()
    if not guard.may_call(url):
        raise StoreRefused(_("A store must be reached by https, at its usual port."))
    request = requests.Request(method, url, headers=dict(headers or {}), data=body).prepare()
    ends = until(min(time.monotonic() + min(deadline, _longest), _end()))
    with bulkhead.place(url), ends:
        try:
            response = _session().send(request, timeout=timeout, allow_redirects=False, stream=True)
            with response:
                content = _read(response, limit, writing)
        except (requests.RequestException, OSError) as error:
            raise _meaning(error, writing) from None
    return Answer(response.status_code, CaseInsensitiveDict(response.headers), content)


def lost(words: str, *, writing: bool, code: Trouble = Trouble.SERVER_ERROR) -> StoreError:
    """An answer that tells nothing: harmless for a read, an open question for a write."""
    return OutcomeUnknown(words, code=code) if writing else StoreBusy(words, code=code)


def retry_after(answer: Answer) -> float | None:
    """Seconds until the moment that ``Retry-After`` names, as whole seconds or as an HTTP date
    (RFC 9110, 10.2.3); None for anything else and for more than a day."""
    told = answer.headers.get("Retry-After", "").strip()[:40]
    seconds = float(told) if told.isascii() and told.isdigit() else _seconds_until(told, answer)
    return seconds if seconds is not None and 0 <= seconds <= LONGEST_PAUSE else None


def _seconds_until(date: str, answer: Answer) -> float | None:
    """By the server's own clock, where its answer tells the time."""
    try:
        moment = parsedate_to_datetime(date)
        told = answer.headers.get("Date")
        now = parsedate_to_datetime(told) if told else datetime.now(UTC)
        return max((moment - now).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return None


def _read(response: requests.Response, limit: int, writing: bool) -> bytes:
    content = bytearray()
    for chunk in response.iter_content(64 * 1024):
        content += chunk
        seconds_left()
        if len(content) > limit:
            words = sentences.TOO_LONG % {"limit": limit}
            raise lost(words, writing=writing, code=Trouble.UNREADABLE)
    return bytes(content)


def _meaning(error: Exception, writing: bool) -> StoreError:
    if _has_bad_certificate(error):
        return BadCertificate(_("The store's certificate is not valid; nothing was sent."))
    if _never_sent(error):
        return StoreBusy(_("The store could not be reached."))
    reason = error.args[0] if error.args else None
    if isinstance(error, requests.Timeout | TimeoutError) or isinstance(reason, ReadTimeoutError):
        words = _("The store did not answer in time.")
    else:
        words = _("The connection broke before the store had answered.")
    return lost(words, writing=writing, code=Trouble.UNREACHABLE)


def _never_sent(error: Exception) -> bool:
    reason = error.args[0] if error.args else None
    if isinstance(reason, MaxRetryError):
        reason = reason.reason
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def _has_bad_certificate(error: Exception) -> bool:
    return isinstance(error, requests.exceptions.SSLError) and (
        "CERTIFICATE_VERIFY_FAILED" in str(error)
    )


def _session() -> requests.Session:
    """One session with its pool of connections for each process; a fork starts its own."""
    session = _sessions.get(os.getpid())
    if session is None:
        with _lock:
            session = _sessions.setdefault(os.getpid(), _new_session())
    return session


def _new_session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = _adapter or PublicAdapter(pool_connections=256, pool_maxsize=16)
    session.adapters.clear()
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    if _adapter is None and _authorities:
        for origin in guard.allowed("https"):
            session.mount(f"{origin}/", PrivateAdapter(_authorities, pool_maxsize=16))
    return session


def trust(authorities: str) -> None:
    """Take certificates of these authorities (PEM text) too, from the stores that the operator
    named to ``guard.allow`` and from no others. ``""``: the public ones alone."""
    global _authorities
    with _lock:
        _authorities = authorities
        _sessions.clear()


def limit_calls(seconds: float) -> None:
    """No call of this process takes longer, whatever deadline it comes with."""
    global _longest
    _longest = seconds


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """All calls of this thread in here are over in ``seconds``: a person waits for them."""
    _hurry.end = time.monotonic() + seconds
    try:
        yield
    finally:
        del _hurry.end


def _end() -> float:
    return min(float(getattr(_hurry, "end", "inf")), _budget().end)


@dataclass
class _Budget:
    """What is left of the calls and the time that one job may spend on stores."""

    calls: float = float("inf")
    end: float = float("inf")


def _budget() -> _Budget:
    return getattr(_hurry, "budget", _NO_LIMIT)


_NO_LIMIT = _Budget()


@contextmanager
def budget(calls: int, seconds: float) -> Iterator[None]:
    """All that this thread does in here makes at most ``calls`` calls and is over in ``seconds``.
    What goes beyond raises StoreBusy with ``Trouble.ENDLESS`` before anything is sent."""
    _hurry.budget = _Budget(calls, time.monotonic() + seconds)
    try:
        yield
    finally:
        del _hurry.budget


def _spend_call() -> None:
    left = _budget()
    if left.calls <= 0 or time.monotonic() >= left.end:
        raise StoreBusy(
            _("The store kept us busy for longer than one task may take; it goes on later."),
            code=Trouble.ENDLESS,
        )
    if left is not _NO_LIMIT:
        left.calls -= 1


# -- other roads, for tests and the demo -----------------------------------------------------------


def use_adapter(adapter: BaseAdapter | None) -> None:
    """Send every call of this process through ``adapter``; None: to the internet again."""
    global _adapter
    with _lock:
        _adapter = adapter
        _sessions.clear()


def use_gateway(url: str) -> None:
    """Send every call to ``url``, which must be on this machine; ValueError when it is not."""
    use_adapter(GatewayAdapter(url))


def for_browsers(url: str) -> str:
    """Where a person's browser finds what ``send`` finds at ``url``: the same, but behind a gateway
    a name that every browser takes to this machine."""
    if not isinstance(_adapter, GatewayAdapter):
        return url
    parts = urlsplit(url)
    place = f"{parts.hostname}.localhost:{_adapter.port}"
    return urlunsplit(parts._replace(scheme="http", netloc=place))


class GatewayAdapter(LocalAdapter):
    """Takes every call to one loopback address and leaves the name of the store in ``Host``."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme != "http" or not _is_loopback(host):
            raise ValueError("A gateway must be plain http on this machine.")
        self._netloc, self.port = parts.netloc, parts.port or 80
        super().__init__(pool_connections=4, pool_maxsize=64)

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        original = urlsplit(request.url or "")
        request.headers["Host"] = original.netloc
        request.headers["X-Forwarded-Proto"] = original.scheme
        request.url = urlunsplit(original._replace(scheme="http", netloc=self._netloc))
        return super().send(request, *args, **options)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
