"""A place in a store's list of changed orders, as text that outlives the process."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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


def pack_all(places: Mapping[str, Place]) -> str:
    """Places in several lists of one store, by the name of the list."""
    return json.dumps({name: pack(place) for name, place in places.items()})


def unpack_all(
    text: str, names: Sequence[str], overlap: timedelta, now: datetime
) -> dict[str, Place]:
    """A list of ``names`` that ``text`` does not tell starts at ``now``, less ``overlap``."""
    kept = json.loads(text) if text else {}
    return {name: unpack(kept.get(name, ""), overlap, now) for name in names}
