"""Orders of a vendor's store that are read one by one: where its list of changes cannot be used,
and where news of them came before we knew them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow import outbox
from orderflow.book import life
from orderflow.models import Connection, Push, StoreAccess, VendorOrder

MOST = 200
APART = 2.0
"""Seconds between two of these reads."""


def read_all_soon(session: Session, access: StoreAccess, now: datetime) -> int:
    """Have every order that is still open in the store read by its id, newest first; how many."""
    pushes = session.scalars(
        select(Push)
        .join(Connection, Connection.id == Push.connection_id)
        .join(VendorOrder, VendorOrder.id == Push.vendor_order_id)
        .where(Connection.access_id == access.id, Push.state == Push.PLACED)
        .where(Push.gone_at.is_(None), VendorOrder.state.in_((life.PUSHED, life.PARTLY_SHIPPED)))
        .order_by(Push.id.desc())
        .limit(MOST)
    ).all()
    for number, push in enumerate(pushes):
        read_soon(session, access, push, now, delay=number * APART)
    return len(pushes)


def read_soon(
    session: Session, access: StoreAccess, push: Push, now: datetime, *, delay: float = 0
) -> None:
    """Have the order of a push read in ``delay`` seconds, unless it is about to be."""
    name = f"read:{push.remote_id}"
    if not outbox.is_waiting(session, access.lane, name):
        about = {"order": push.remote_id, "key": push.key}
        outbox.put(session, access.lane, "read", name, about, now=now, delay=delay)
