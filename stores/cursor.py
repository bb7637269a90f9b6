"""A place in a store's list of changed orders, as text that outlives the process."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Place:
    """``since``: everything older was read. ``page``: where inside the list of that moment.
    ``newest``: the latest change seen on the pages so far."""

    since: datetime
    page: str = ""
    newest: datetime | None = None

    def turned(self, page: str, newest: datetime | None) -> Place:
        """On to the next page of the same list."""
        return Place(self.since, page, latest(self.newest, newest))

    def finished(self, newest: datetime | None) -> Place:
        """The list is read; the next one starts at the latest change seen."""
        return Place(latest(self.newest, newest, self.since) or self.since)


def latest(*moments: datetime | None) -> datetime | None:
    return max((m for m in moments if m is not None), default=None)


def pack(place: Place) -> str:
    return json.dumps(asdict(place), default=datetime.isoformat)


def unpack(text: str, overlap: timedelta, now: datetime) -> Place:
    """``""`` starts at ``now``, less ``overlap``."""
    if not text:
        return Place(now - overlap)
    kept = json.loads(text)
    newest = kept["newest"] and datetime.fromisoformat(kept["newest"])
    return Place(datetime.fromisoformat(kept["since"]), kept["page"], newest)
