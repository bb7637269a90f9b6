"""What the state of a vendor's order says beside its parcels, for people to look at: a state that
may mean *shipped*, and all money given back by the vendor, before or after goods left."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import flags
from orderflow.models import Change, Push, Shipment
from orderflow.upkeep import repay, worth
from stores.base import StoreOrder

STATUS_UNKNOWN = "status_unknown"
VENDOR_REFUNDED = "vendor_refunded"
REFUNDED_AFTER_SHIPPING = "refunded_after_shipping"


def take(session: Session, found: Push, order: StoreOrder, now: datetime) -> None:
    """Raise or settle the flags about ``found``; its marketplace order is locked."""
    part, number = found.vendor_order, found.remote_name
    if order.doubt:
        flags.raise_once(
            session, part, STATUS_UNKNOWN, now, push_id=found.id, number=number, status=order.doubt
        )
    else:
        flags.settle(session, part, STATUS_UNKNOWN, now)
    by_vendor = order.refunded and found.state == Push.PLACED and not _by_us(session, found)
    told = _refund_code(session, found) if by_vendor else ""
    for code in (VENDOR_REFUNDED, REFUNDED_AFTER_SHIPPING):
        if code != told:
            flags.settle(session, part, code, now)
        elif flags.seen_to(session, part, code) is None:
            flags.raise_once(session, part, code, now, push_id=found.id, number=number)


def _refund_code(session: Session, found: Push) -> str:
    """The flag for all money given back by the vendor: it asks for something else once goods are
    under way."""
    shipped = select(Shipment.id).where(
        Shipment.vendor_order_id == found.vendor_order_id, Shipment.state != Shipment.WITHDRAWN
    )
    gone = session.scalars(shipped).first() is not None
    return REFUNDED_AFTER_SHIPPING if gone else VENDOR_REFUNDED


def _by_us(session: Session, found: Push) -> bool:
    """Whether the money was given back by us, or is about to be."""
    return repay.all_back(session, found) or _given_back_by_us(session, found)


def _given_back_by_us(session: Session, found: Push) -> bool:
    """All that was in the order has been given back there by refunds of ours."""
    states = (*Change.OPEN, Change.DONE)
    rows = select(Change.about).where(
        Change.push_id == found.id, Change.kind == Change.REFUND, Change.state.in_(states)
    )
    told = list(session.scalars(rows))
    if any(about.get("whole") for about in told):
        return True
    return bool(told) and bool(found.sent) and worth.Ledger(session, found).left() <= 0
