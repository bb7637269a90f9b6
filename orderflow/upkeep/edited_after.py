"""Edits of an order that the vendor has cancelled or deleted in their store. They can be written
nowhere, so a person is asked to tell the vendor.

As long as the flag about the vendor's cancellation is open, whoever sees to it sees the order as it
is then. Once it is marked done, each later edit is flagged, once.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from orderflow.book import flags, pieces
from orderflow.models import Flag, Push, VendorOrder
from orderflow.upkeep import cancel, change, conflict, differ

EDITED_AFTER = "edited_after_vendor_cancelled"
VENDOR_CANCELLED = "vendor_cancelled"
CODES = (VENDOR_CANCELLED, EDITED_AFTER)


def look(session: Session, push: Push, now: datetime) -> None:
    """Flag what was edited since a person last saw to the order of ``push``, which lives no more;
    the marketplace order is locked."""
    if cancel.unwanted(session, push):
        return
    part, wanted = push.vendor_order, _wanted(session, push)
    if waiting := flags.open_of(session, part, [VENDOR_CANCELLED]):
        for flag in waiting:
            flag.details = {**flag.details, "wanted": wanted}
        return
    if not wanted:
        flags.settle(session, part, EDITED_AFTER, now)
    elif wanted != _seen(session, part):
        told: dict[str, Any] = {"number": push.remote_name, "wanted": wanted}
        flags.raise_once(session, part, EDITED_AFTER, now, push_id=push.id, **told)


def _wanted(session: Session, push: Push) -> str:
    """A fingerprint of all that is wanted otherwise than it was agreed on; "": nothing is."""
    lines = {x.line.remote_id: x.line.quantity for x in pieces.of(session, push) if x.edited}
    base, mine = change.tops_of(session, push) or ({}, {})
    fields = {name: mine.get(name) for name in differ.changed(base, mine)}
    return conflict.fingerprint(push, [lines, fields]) if lines or fields else ""


def _seen(session: Session, part: VendorOrder) -> str:
    """What was wanted when a person last marked one of these flags done."""
    done: list[Flag] = [flag for code in CODES if (flag := flags.seen_to(session, part, code))]
    latest = max(done, key=lambda flag: flag.id, default=None)
    return str(latest.details.get("wanted", "")) if latest else ""
