"""How many pieces of each line are under way, over all that is known to have shipped."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.models import Shipment


def shipped_pieces(
    session: Session, vendor_order_id: int, *, except_id: int | None = None
) -> Counter[str]:
    """Pieces by marketplace line id. Withdrawn shipments do not count."""
    pieces: Counter[str] = Counter()
    rows = session.execute(
        select(Shipment.id, Shipment.lines).where(
            Shipment.vendor_order_id == vendor_order_id, Shipment.state != Shipment.WITHDRAWN
        )
    )
    for shipment_id, lines in rows:
        if shipment_id != except_id:
            pieces.update(lines)
    return pieces
