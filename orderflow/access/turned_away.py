"""When a store that turned a write away may be believed to let us in again.

Reading proves little: a key that may only read, or a guard before the store that dislikes what we
send, lets every poll through and turns every order away. So after a write was turned away, reads
open the store again only after pauses that grow with each time it happened.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow import outbox
from orderflow.access.store_access import connections_of
from orderflow.models import Connection, StoreAccess, StoreCall

READS = (
    "cancel_outcome",
    "fetch_changes",
    "find_orders",
    "fulfilments",
    "identify",
    "orders_placed",
    "orders_since",
    "payment_reference",
    "read_order",
    "renew",
)
TOGETHER = timedelta(seconds=30)
"""Calls that were turned away within this time count once: they were under way at once."""
LATELY = timedelta(days=2)


def is_open_again(session: Session, access: StoreAccess, now: datetime) -> bool:
    """Whether a read that succeeded now ends the lock of ``access``."""
    if access.state != StoreAccess.LOCKED:
        return True
    times = max(
        (_times(session, each, now) for each in connections_of(session, access.id)), default=0
    )
    if not times:
        return True
    pause = outbox.PAUSES[min(times, len(outbox.PAUSES)) - 1]
    return now >= access.state_since + timedelta(seconds=pause)


def _times(session: Session, connection: Connection, now: datetime) -> int:
    """How often writes for this merchant were turned away since one was last taken."""
    writes = (
        StoreCall.merchant_id == connection.merchant_id,
        StoreCall.access_id == connection.access_id,
        StoreCall.operation.not_in(READS),
        StoreCall.started_at > now - LATELY,
    )
    newest_first = StoreCall.id.desc()
    taken = session.scalar(
        select(StoreCall.id)
        .where(*writes, StoreCall.outcome == StoreCall.OK)
        .order_by(newest_first)
        .limit(1)
    )
    turned_away = session.scalars(
        select(StoreCall.started_at)
        .where(*writes, StoreCall.outcome == StoreCall.LOCKED, StoreCall.id > (taken or 0))
        .order_by(newest_first)
        .limit(100)
    ).all()
    rounds, last = 0, None
    for moment in turned_away:
        if last is None or last - moment > TOGETHER:
            rounds, last = rounds + 1, moment
    return rounds
