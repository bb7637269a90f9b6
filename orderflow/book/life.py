"""The life of a VendorOrder: every state, every way between two of them. Another way raises.

``waiting``, ``held`` and ``skipped`` are what the rules said; ``unknown`` and ``refused`` what
became of a create; from ``pushed`` on an order stands in the vendor's store.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from orderflow.book import timeline
from orderflow.models import VendorOrder

NEW, WAITING, HELD, SKIPPED, QUEUED = "new", "waiting", "held", "skipped", "queued"
UNKNOWN, REFUSED, PUSHED = "unknown", "refused", "pushed"
PARTLY_SHIPPED, SHIPPED, CANCELLED = "partly_shipped", "shipped", "cancelled"

UNDECIDED = (NEW, WAITING, HELD, SKIPPED, REFUSED)
"""May be decided (again); once queued, the decision is taken right before sending."""
IN_STORE = (PUSHED, PARTLY_SHIPPED, SHIPPED)
BEEN_IN_STORE = (*IN_STORE, CANCELLED)
"""An order stands in the vendor's store, or did."""
JUDGED = (*UNDECIDED, PUSHED, PARTLY_SHIPPED, CANCELLED)
"""In these states a part is decided again when something changes; queued and unknown ones are
decided right before they are sent."""
BY_HAND = (WAITING, HELD, SKIPPED, REFUSED)
"""In these states the vendor's goods may be shipped without any order in the vendor's store."""

ALLOWED: dict[str, tuple[str, ...]] = {
    NEW: (
        WAITING,  # a rule waits for something that comes by itself
        HELD,  # a rule waits for a person
        SKIPPED,  # nothing to push: cancelled, refunded, fulfilled, nothing to ship
        QUEUED,  # all rules agree
    ),
    WAITING: (HELD, SKIPPED, QUEUED, PARTLY_SHIPPED, SHIPPED),  # shipped by hand meanwhile
    HELD: (WAITING, SKIPPED, QUEUED, PARTLY_SHIPPED, SHIPPED),
    SKIPPED: (WAITING, HELD, QUEUED, PARTLY_SHIPPED, SHIPPED),  # un-cancelled by an edit
    QUEUED: (
        PUSHED,  # the store answered with its order
        UNKNOWN,  # sent, and no trustworthy answer
        REFUSED,  # the store said no
        WAITING,  # decided again right before sending
        HELD,
        SKIPPED,
    ),
    UNKNOWN: (
        PUSHED,  # found by our key
        QUEUED,  # every look-up said no: send again
        REFUSED,
    ),
    REFUSED: (
        QUEUED,  # put right and tried again
        WAITING,
        HELD,
        SKIPPED,
        PUSHED,
        PARTLY_SHIPPED,
        SHIPPED,
    ),
    PUSHED: (
        PARTLY_SHIPPED,
        SHIPPED,
        CANCELLED,  # no order of it lives in the vendor's store any more
        QUEUED,  # lines that follow later
    ),
    PARTLY_SHIPPED: (SHIPPED, PUSHED, HELD, CANCELLED, QUEUED),
    SHIPPED: (
        PARTLY_SHIPPED,
        PUSHED,  # a parcel was withdrawn
        HELD,  # likewise, and it was never pushed
        CANCELLED,  # likewise, and no order of it lives any more
    ),
    CANCELLED: (
        QUEUED,  # wanted again
        PUSHED,  # the vendor took the cancellation back
    ),
}


class NoSuchWay(RuntimeError):
    """A VendorOrder cannot go from this state to that one."""


def move(session: Session, part: VendorOrder, to: str, now: datetime) -> None:
    """Put ``part`` into state ``to`` and say so in the timeline; nothing if it is there already."""
    if part.state == to:
        return
    if to not in ALLOWED[part.state]:
        raise NoSuchWay(f"vendor order {part.id} cannot go from {part.state} to {to}")
    timeline.tell(session, part, "state_changed", now, was=part.state, now=to)
    part.state, part.state_since = to, now
