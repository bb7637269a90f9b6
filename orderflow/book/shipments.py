"""What is under way of a vendor's part, over all that is known to have shipped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import life
from orderflow.models import OrderLine, Push, Shipment, VendorOrder


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


def parcels_of(push: Push) -> str:
    """How the ids of a store's parcels of this order begin."""
    return f"{push.connection_id}:{push.remote_id}:"


def left_to_ship(quantity: int, fulfillable: int, shipped: int) -> int:
    """Pieces of a line that still have to go. ``fulfillable`` is what the marketplace still lets
    be fulfilled, so what was shipped and reported is out of it already."""
    return max(min(fulfillable, quantity - shipped), 0)


def settle(session: Session, part: VendorOrder, now: datetime) -> None:
    """Pushed, partly shipped or shipped, by what is under way; a refused part stays refused
    until all of it is. Of a cancelled order nothing more is wanted than what has left."""
    place(session, part)
    if part.state not in (*life.IN_STORE, *life.BY_HAND):
        return
    pieces = shipped_pieces(session, part.id)
    over = part.order.cancelled_at is not None
    goods = [line for line in part.lines if line.requires_shipping and not over]
    wanted = {line.remote_id: line.quantity for line in goods}
    if not any(pieces.values()):
        if part.state in life.IN_STORE:
            life.move(session, part, _unshipped(session, part), now)
    elif all(pieces[line] >= quantity for line, quantity in wanted.items()):
        life.move(session, part, life.SHIPPED, now)
    elif part.state != life.REFUSED:
        life.move(session, part, life.PARTLY_SHIPPED, now)


def _unshipped(session: Session, part: VendorOrder) -> str:
    """By what stands in the vendor's stores; goods may have been shipped without any order."""
    states = set(session.scalars(select(Push.state).where(Push.vendor_order_id == part.id)))
    if Push.PLACED in states:
        return life.PUSHED
    return life.CANCELLED if Push.CANCELLED in states else life.HELD


# -- what is left for the vendor ------------------------------------------------------------------


def waiting_pieces(part: VendorOrder, shipped: Mapping[str, int]) -> dict[str, int]:
    """Pieces by line that the vendor still has to ship; none of a line that it declined."""
    return {line.remote_id: _waiting(line, shipped.get(line.remote_id, 0)) for line in part.lines}


def _waiting(line: OrderLine, shipped: int) -> int:
    if line.declined or not line.requires_shipping:
        return 0
    return left_to_ship(line.quantity, line.fulfillable, shipped)


def place(session: Session, part: VendorOrder) -> None:
    """Into which of the vendor's queues ``part`` belongs now; after every change of its lines."""
    shipped = shipped_pieces(session, part.id)
    refunded = part.order.payment == "refunded"
    if part.state == life.CANCELLED or part.order.cancelled_at is not None or refunded:
        part.stage = VendorOrder.DONE if part.state == life.SHIPPED else VendorOrder.OVER
    elif any(waiting_pieces(part, shipped).values()):
        part.stage = VendorOrder.TO_SHIP if part.opened_at else VendorOrder.FRESH
    elif any(line.quantity > 0 and not line.declined for line in part.lines):
        part.stage = VendorOrder.DONE
    else:
        part.stage = VendorOrder.DONE if any(shipped.values()) else VendorOrder.OVER
