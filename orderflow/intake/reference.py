"""By which a vendor finds the buyer's payment again, for merchants who share that (P35): asked of
the shop, kept sealed, and no longer than somebody gets it. Of the payment nothing else is known."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from orderflow.intake import record
from orderflow.models import MarketplaceOrder, Merchant, VendorOrder
from orderflow.rules import settings, watching

SETTING = "share_transaction_reference"
BATCH = 500


def take(
    session: Session, merchant: Merchant, remote_id: str, told: str, payment: str, now: datetime
) -> None:
    """What the shop has told while the order was ``payment``; kept only where it is still wanted,
    and the parts that waited for it are decided again."""
    order = session.scalars(watching.named(merchant, remote_id).with_for_update()).one_or_none()
    wanted = watching.wanted(session, merchant, remote_id, now)
    if order is None or order.forgotten_at is not None:
        return
    if wanted is not None and wanted.reference:
        order.payment_reference, order.referenced = told, payment
        record.reconsider(session, order.id, now)


def let_go(session: Session, merchant: Merchant) -> bool:
    """Where no vendor of an order gets it any more. True: there may be more."""
    part = VendorOrder
    gets = select(part.id).where(part.order_id == MarketplaceOrder.id, _gets(session, merchant))
    due = session.scalars(
        select(MarketplaceOrder.id)
        .where(
            MarketplaceOrder.merchant_id == merchant.id,
            MarketplaceOrder.referenced.is_not(None),
            ~gets.exists(),
        )
        .order_by(MarketplaceOrder.id)
        .limit(BATCH)
    ).all()
    session.execute(
        update(MarketplaceOrder)
        .where(MarketplaceOrder.id.in_(due))
        .values(payment_reference=None, referenced=None)
    )
    return len(due) == BATCH


def _gets(session: Session, merchant: Merchant) -> ColumnElement[bool]:
    """Parts of vendors with whom it is shared."""
    stored = settings.stored(session, merchant.id)
    usual = stored[None].get(SETTING, False)
    others = [
        vendor
        for vendor, own in stored.items()
        if vendor is not None and own.get(SETTING, usual) != usual
    ]
    vendor = VendorOrder.vendor_id
    return vendor.not_in(others) if usual else vendor.in_(others)
