"""News of a marketplace order that came in and that nobody has read yet.

After a backlog an order may be about to be sent while its cancellation waits to be read. Whoever
sends asks here first: deliveries are read before their turn, and while the shop is about to be
asked for the order, the push waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from orderflow.models import MarketplaceOrder, Message

LOOK_AGAIN = 1.0
"""Seconds until a push that waits for news is tried again."""
WAITS_FOR = timedelta(minutes=10)
"""For so long a push waits for the shop to be asked; an order that cannot be read at all is shown
to the merchant anyway."""


@dataclass(frozen=True, slots=True)
class News:
    """``deliveries``: messages of webhooks about the order, oldest first. ``asked``: the shop is
    about to be asked for it, because news came that tell not what they are."""

    deliveries: tuple[int, ...]
    asked: bool


def of(session: Session, order: MarketplaceOrder, now: datetime) -> News:
    """What is still to be read of ``order``. A question that the shop did not answer at the first
    try holds up nothing."""
    merchant, number = order.merchant, order.remote_id
    unread = and_(
        Message.lane == merchant.orders_lane,
        Message.subject == f"order:{number}",
        Message.kind == "webhook",
    )
    asked = and_(
        Message.lane == merchant.store_lane,
        Message.subject == f"fetch:{number}",
        Message.tries == 0,
        Message.created_at > now - WAITS_FOR,
        Message.due_at <= now + timedelta(seconds=LOOK_AGAIN),
    )
    rows = session.execute(
        select(Message.id, Message.kind)
        .where(or_(unread, asked), Message.parked_at.is_(None))
        .order_by(Message.id)
    ).all()
    deliveries = tuple(row.id for row in rows if row.kind == "webhook")
    return News(deliveries, len(deliveries) < len(rows))
