"""What was fulfilled in the shop, or by another app, must not be sent by the vendor once more."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import flags, life
from orderflow.models import Flag, Shipment, VendorOrder

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
    if part.state not in life.IN_STORE:
        return
    gone = foreign(session, part)
    twice = sum(
        max(gone[line.remote_id] + (line.pushed_pieces or 0) - line.quantity, 0)
        for line in part.lines
        if line.push_id and gone[line.remote_id]
    )
    if not twice:
        flags.settle(session, part, SENT_ELSEWHERE, now)
    elif twice > _seen_to(session, part):
        flags.raise_once(session, part, SENT_ELSEWHERE, now, count=twice)


def _seen_to(session: Session, part: VendorOrder) -> int:
    """So many pieces a person has told the vendor of."""
    told = select(Flag).where(
        Flag.vendor_order_id == part.id, Flag.code == SENT_ELSEWHERE, Flag.done_at.is_not(None)
    )
    latest = session.scalars(told.order_by(Flag.id.desc()).limit(1)).first()
    by_a_person = latest is not None and latest.done_by != flags.BY_ITSELF
    return int(latest.details["count"]) if latest and by_a_person else 0
