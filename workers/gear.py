"""What a handler works with: its message, and the way into the store of its lane."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

import stores
from orderflow import clock, outbox
from orderflow.access import calls, store_access
from orderflow.access.calls import About, Called
from orderflow.config import Config
from orderflow.db import reading, unit_of_work
from orderflow.models import StoreAccess
from orderflow.outbox import Claimed
from stores.base import Access, AppKeys, Capabilities, Marketplace, Store
from workers.limiter import Limiter

T = TypeVar("T")
RENEW_BEFORE = timedelta(minutes=5)


def hooks_address(config: Config, access: StoreAccess) -> str:
    """Where that store's webhooks go."""
    return f"{config.public_url}/webhooks/{access.platform}/{access.public_id}"


class Shore:
    """One store, for as long as its lane is ours: its access, renewed by one caller at a time."""

    def __init__(self, access_id: int, limiter: Limiter, config: Config) -> None:
        self.access_id, self.limiter = access_id, limiter
        self._keys = AppKeys(config.app_client_id, config.app_secrets[0])
        self._lock = threading.Lock()

    def access(self, notes: list[Called]) -> Access:
        """Our way in, with a token that lives for some minutes more. Raises StoreLocked."""
        with self._lock:
            row = self._row()
            known = store_access.way_in(row)
            if known.expires_at is None or known.expires_at > clock.now() + RENEW_BEFORE:
                return known
            fresh = calls.watch(
                notes,
                self.access_id,
                "renew",
                lambda: stores.renew(known, self._keys, clock.now()),
                about=calls.STORE,
            )
            with unit_of_work() as session:
                store_access.keep(session, fresh, clock.now())
            return fresh

    def _row(self) -> StoreAccess:
        with reading() as session:
            return session.get_one(StoreAccess, self.access_id)

    def can(self) -> Capabilities | None:
        """None: we have forgotten this store."""
        with reading() as session:
            row = session.get(StoreAccess, self.access_id)
            return stores.capabilities(row.platform) if row else None


@dataclass(frozen=True, slots=True)
class Job:
    """One claimed message and its shore; ``shore`` is None in lanes where no store is called.

    ``called`` are the calls made for it that are not written down yet."""

    message: Claimed
    shore: Shore | None
    config: Config
    called: list[Called] = field(default_factory=list)

    @property
    def there(self) -> Shore:
        if self.shore is None:
            raise LookupError(
                f"{self.message.kind} needs a store, and {self.message.lane} has none"
            )
        return self.shore

    def about(self, name: str) -> int:
        return int(self.message.about[name])

    def store(self) -> Store:
        return stores.open_store(self.there.access(self.called))

    def marketplace(self) -> Marketplace:
        return stores.open_marketplace(self.there.access(self.called))

    def call(
        self, operation: str, store: Store | Marketplace, act: Callable[[], T], about: About
    ) -> T:
        """``act`` under the lane's limiter, with a note for the log. No transaction is open."""
        shore = self.there
        return shore.limiter.call(
            operation,
            store,
            lambda: calls.watch(
                self.called, shore.access_id, operation, act, about=about, spender=store
            ),
        )

    @contextmanager
    def unit(self) -> Iterator[Session]:
        """A unit of work that also writes down the calls made so far: last, because rows that
        refer to an order must not be written before its lock is taken."""
        with unit_of_work() as session:
            yield session
            calls.keep(session, self.called)
        self.called.clear()

    @property
    def was_cut_off(self) -> bool:
        """Whether the last worker that had this message died before it was settled."""
        return self.message.crashes > 0

    def let_calls_end(self, session: Session) -> None:
        """Put the message off until no call of the worker that died can still be carried out."""
        delay = float(self.config.call_seconds)
        outbox.put_off(session, self.message, now=clock.now(), delay=delay, counted=False)

    def look_later(self, session: Session) -> None:
        """Nobody knows what became of a write: once a late one has arrived, it is asked again."""
        delay = float(sum(self.config.look_waits))
        outbox.put_off(session, self.message, now=clock.now(), delay=delay, fresh=True)

    def keep_calls(self) -> None:
        """Write down what no unit of work has: the last call failed."""
        if self.called:
            with self.unit():
                pass
