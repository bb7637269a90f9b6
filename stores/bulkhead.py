"""How many requests of people may wait for stores at a time: few for one store, some in all.

A page that asks a vendor's store keeps a thread until the store has answered, and a slow store
would keep them all. In the web process, what goes beyond the limit is told at once that the store
is asked already. Workers have lanes instead, so for them there is no limit.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from stores.base import StoreBusy
from stores.texts import _


class Crowded(StoreBusy):
    """Others wait for the store already. Nothing was sent, and nothing is known of the store."""


@dataclass
class _Bulkhead:
    """``taken`` counts the threads that wait, by host."""

    per_store: float = float("inf")
    in_all: float = float("inf")
    taken: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)


_limits = _Bulkhead()
_mine = threading.local()


def limit(per_store: float = float("inf"), in_all: float = float("inf")) -> None:
    """From now on, for this process."""
    with _limits.lock:
        _limits.per_store, _limits.in_all = per_store, in_all


@contextmanager
def place(address: str) -> Iterator[None]:
    """A place for whatever this thread asks of the store at ``address`` (an origin, a URL or a bare
    host). Raises Crowded where there is none. Whoever has one already needs no second."""
    host = (urlsplit(address).netloc or address).lower()
    held: set[str] = _mine.__dict__.setdefault("hosts", set())
    if host in held:
        yield
        return
    _take(host)
    held.add(host)
    try:
        yield
    finally:
        held.discard(host)
        _leave(host)


def _take(host: str) -> None:
    with _limits.lock:
        if _limits.taken[host] >= _limits.per_store or _limits.taken.total() >= _limits.in_all:
            raise Crowded(
                _("The store is slow to answer, and other pages are already waiting for it.")
            )
        _limits.taken[host] += 1


def _leave(host: str) -> None:
    with _limits.lock:
        _limits.taken[host] -= 1
        if not _limits.taken[host]:
            del _limits.taken[host]
