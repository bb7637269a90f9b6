"""A store is asked something while a person waits: briefly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import stores
from stores import bulkhead, http
from stores.base import Access, Store

PATIENCE = 5.0
"""Seconds that a person waits for a store."""


@contextmanager
def dial(access: Access) -> Iterator[Store]:
    """The store behind ``access``. Whatever it is asked within takes no longer than PATIENCE.
    Raises ``bulkhead.Crowded`` where others wait for it already."""
    with bulkhead.place(access.address), http.within(PATIENCE):
        yield stores.open_store(access)
