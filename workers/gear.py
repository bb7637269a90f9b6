"""What a handler works with: its message, and the way into the store of its lane."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta

import stores
from orderflow import clock, register
from orderflow.config import Config
from orderflow.db import reading, unit_of_work
from orderflow.models import StoreAccess
from orderflow.outbox import Claimed
from stores.base import Access, AppKeys, Capabilities, Marketplace, Store
from workers.limiter import Limiter

RENEW_BEFORE = timedelta(minutes=5)


class Shore:
    """One store, for as long as its lane is ours: its access, renewed by one caller at a time."""

    def __init__(self, access_id: int, limiter: Limiter, config: Config) -> None:
        self.access_id, self.limiter = access_id, limiter
        self._keys = AppKeys(config.app_client_id, config.app_secrets[0])
        self._lock = threading.Lock()

    def access(self) -> Access:
        """Our way in, with a token that lives for some minutes more. Raises StoreLocked."""
        with self._lock:
            row = self._row()
            known = Access(row.platform, row.address, row.secrets, row.expires_at)
            if known.expires_at is None or known.expires_at > clock.now() + RENEW_BEFORE:
                return known
            fresh = stores.renew(known, self._keys, clock.now())
            with unit_of_work() as session:
                register.keep_access(session, fresh, clock.now())
            return fresh

    def _row(self) -> StoreAccess:
        with reading() as session:
            return session.get_one(StoreAccess, self.access_id)

    def store(self) -> Store:
        return stores.open_store(self.access())

    def marketplace(self) -> Marketplace:
        return stores.open_marketplace(self.access())

    def can(self) -> Capabilities:
        return stores.capabilities(self._row().platform)


@dataclass(frozen=True, slots=True)
class Job:
    """One claimed message and its shore; ``shore`` is None in lanes where no store is called."""

    message: Claimed
    shore: Shore | None
    config: Config

    @property
    def there(self) -> Shore:
        if self.shore is None:
            raise LookupError(
                f"{self.message.kind} needs a store, and {self.message.lane} has none"
            )
        return self.shore

    def about(self, name: str) -> int:
        return int(self.message.about[name])
