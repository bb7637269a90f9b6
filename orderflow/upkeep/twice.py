"""What was fulfilled in the shop, or by another app, must not be sent by the vendor once more."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import flags, life
from orderflow.models import Push, Shipment, VendorOrder

SOURCE = "marketplace"
SENT_ELSEWHERE = "sent_elsewhere"


def foreign(session: Session, part: VendorOrder) -> Counter[str]:
    """Pieces by line that were shipped past us."""
    rows = session.scalars(
        select(Shipment.lines).where(
            Shipment.vendor_order_id == part.id,
            Shipment.source == SOURCE,
            Shipment.state != Shipment.WITHDRAWN,
        )
    )
    gone: Counter[str] = Counter()
    for lines in rows:
        gone.update(lines)
    return gone


def flag(session: Session, part: VendorOrder, now: datetime) -> None:
    """What the vendor was sent must not go twice. How many that are changes with each edit too."""
    count = _twice(session, part) if part.state in life.IN_STORE else 0
    if not count:
        flags.settle(session, part, SENT_ELSEWHERE, now)
    elif count > _seen_to(session, part):
        flags.raise_once(session, part, SENT_ELSEWHERE, now, count=count)


def _twice(session: Session, part: VendorOrder) -> int:
    """Pieces that stand in orders of the vendor's, and were shipped past us."""
    gone = foreign(session, part)
    return sum(
        max(gone[line.remote_id] + (line.pushed_pieces or 0) - line.quantity, 0)
        for line in part.lines
        if gone[line.remote_id] and _stands(session, line.push_id)
    )


def _stands(session: Session, push_id: int | None) -> bool:
    push = session.get(Push, push_id) if push_id else None
    return push is not None and push.gone_at is None


def _seen_to(session: Session, part: VendorOrder) -> int:
    """So many pieces a person has told the vendor of."""
    told = flags.seen_to(session, part, SENT_ELSEWHERE)
    return int(told.details["count"]) if told else 0
