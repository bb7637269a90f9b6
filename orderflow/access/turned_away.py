"""When a successful read ends the lock of a store that turned a write away.

A read proves little: with a key that may only read, or behind a firewall that dislikes what we
send, every poll succeeds and every order is turned away. So after a write was turned away, a read
ends the lock only after a pause, which grows with each time it happened.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow import outbox
from orderflow.access.store_access import connections_of
from orderflow.models import Merchant, StoreAccess, StoreCall

WRITES = (
    "amend_order",
    "cancel_order",
    "correct_tracking",
    "create_order",
    "deliver",
    "edit_lines",
    "fulfil",
    "note",
    "refund_order",
    "test_order",
    "withdraw",
)
TOGETHER = timedelta(seconds=30)
"""Calls that were turned away within this time count once: they were under way at once."""
LATELY = timedelta(days=2)


def is_open_again(session: Session, access: StoreAccess, now: datetime) -> bool:
    """Whether a read that succeeded now ends the lock of ``access``."""
    if access.state != StoreAccess.LOCKED:
        return True
    served = _served(session, access)
    times = max((_times(session, access, each, now) for each in served), default=0)
    if not times:
        return True
    pause = outbox.PAUSES[min(times, len(outbox.PAUSES)) - 1]
    return now >= access.state_since + timedelta(seconds=pause)


def _served(session: Session, access: StoreAccess) -> set[int]:
    """The merchants whose vendor's store it is, and the one whose own shop."""
    owners = select(Merchant.id).where(
        Merchant.access_id == access.id, Merchant.uninstalled_at.is_(None)
    )
    vendors_of = {each.merchant_id for each in connections_of(session, access.id)}
    return vendors_of | set(session.scalars(owners))


def _times(session: Session, access: StoreAccess, merchant_id: int, now: datetime) -> int:
    """How often writes for this merchant were turned away since one of their kind was taken."""
    theirs = (
        StoreCall.merchant_id == merchant_id,
        StoreCall.access_id == access.id,
        StoreCall.operation.in_(WRITES),
        StoreCall.started_at > now - LATELY,
    )
    turned_away = session.execute(
        select(StoreCall.operation, StoreCall.started_at, StoreCall.id)
        .where(*theirs, StoreCall.outcome == StoreCall.LOCKED)
        .order_by(StoreCall.id.desc())
        .limit(100)
    ).all()
    taken = {
        operation: session.scalar(
            select(StoreCall.id)
            .where(*theirs, StoreCall.outcome == StoreCall.OK, StoreCall.operation == operation)
            .order_by(StoreCall.id.desc())
            .limit(1)
        )
        for operation in {row.operation for row in turned_away}
    }
    rounds, last = 0, None
    for row in turned_away:
        if row.id < (taken[row.operation] or 0):
            continue
        if last is None or last - row.started_at > TOGETHER:
            rounds, last = rounds + 1, row.started_at
    return rounds
