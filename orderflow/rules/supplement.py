"""Lines that come later join the order that stands in the vendor's store already (P15): they are
shipped together. Where they cannot, they go as an order of their own."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import life, pieces
from orderflow.book.shipments import left_to_ship, shipped_pieces
from orderflow.models import Change, OrderLine, Push, VendorOrder
from orderflow.rules import facts
from orderflow.rules.settings import effective


def home(session: Session, part: VendorOrder, connection_id: int) -> Push | None:
    """The newest order there that takes more lines; None: there is none."""
    settings = effective(session, part.merchant_id, part.vendor_id).values
    if part.state not in life.IN_STORE or settings.line_edits != "apply":
        return None
    placed = session.scalars(
        select(Push)
        .where(Push.vendor_order_id == part.id, Push.connection_id == connection_id)
        .where(Push.state == Push.PLACED, Push.gone_at.is_(None), Push.takes_more.is_(True))
        .order_by(Push.id.desc())
    )
    return next((push for push in placed if _takes_more(session, push)), None)


def _takes_more(session: Session, push: Push) -> bool:
    """Its platform can, nobody is cancelling it, and something of it is still to be packed."""
    if not facts.abilities(push.connection.access.platform).edit_lines:
        return False
    if pieces.busy(session, push, *Change.OPEN, kinds=(Change.CANCEL,)):
        return False
    shipped = pieces.shipped(session, push)
    lines = [line for line in push.vendor_order.lines if line.push_id == push.id]
    return any(shipped[line.remote_id] < (line.pushed_pieces or 0) for line in lines)


def join(session: Session, push: Push, lines: Iterable[OrderLine]) -> None:
    """The lines belong to that order now; none of their pieces stands in it yet."""
    gone = shipped_pieces(session, push.vendor_order_id)
    for line in lines:
        left = left_to_ship(line.quantity, line.fulfillable, gone[line.remote_id])
        line.push_id = push.id
        pieces.agree(line, line.quantity - left, 0)
        push.line_ids = [*push.line_ids, line.remote_id]
    session.flush()
