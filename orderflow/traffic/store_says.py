"""What the state of a vendor's order says beside its parcels, for people to look at: a state that
may mean *shipped*, and all money given back before anything left."""

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


def take(session: Session, found: Push, order: StoreOrder, now: datetime) -> None:
    """Raise or settle the flags about ``found``; its marketplace order is locked."""
    part, number = found.vendor_order, found.remote_name
    if order.doubt:
        flags.raise_once(
            session, part, STATUS_UNKNOWN, now, push_id=found.id, number=number, status=order.doubt
        )
    else:
        flags.settle(session, part, STATUS_UNKNOWN, now)
    if order.refunded and found.state == Push.PLACED and _alone(session, found):
        flags.raise_once(session, part, VENDOR_REFUNDED, now, push_id=found.id, number=number)
    else:
        flags.settle(session, part, VENDOR_REFUNDED, now)


def _alone(session: Session, found: Push) -> bool:
    """Whether the vendor gave the money back, not we, and has shipped nothing of it."""
    if repay.all_back(session, found) or _given_back_by_us(session, found):
        return False
    shipped = select(Shipment.id).where(
        Shipment.vendor_order_id == found.vendor_order_id, Shipment.state != Shipment.WITHDRAWN
    )
    return session.scalars(shipped).first() is None


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
