"""What each vendor of one order would receive, beside the order itself; whoever looks is noted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import snapshot
from orderflow.mask import cargo
from orderflow.mask.privacy import shares_buyer
from orderflow.models import (
    Connection,
    MarketplaceOrder,
    Merchant,
    PersonalRead,
    Vendor,
    VendorOrder,
)
from orderflow.rules import settings
from orderflow.rules.decide import HAS_PAYMENTS
from orderflow.rules.settings import Settings, Value
from stores.base import ComposedOrder, SeenOrder

RECENT = 20
KEY, REFERENCE = "SL-EXAMPLE", "PAYMENT-EXAMPLE"
"""Placeholders for the key of an order that was not sent yet, and for its payment's reference."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """The order as the buyer placed it, and (vendor's name, what would be sent) for each store."""

    original: SeenOrder
    composed: tuple[tuple[str, ComposedOrder], ...]


def recent(session: Session, merchant: Merchant) -> list[MarketplaceOrder]:
    """The latest orders that a vendor has a part of."""
    has_part = select(VendorOrder.id).where(VendorOrder.order_id == MarketplaceOrder.id).exists()
    return list(
        session.scalars(
            select(MarketplaceOrder)
            .where(MarketplaceOrder.merchant_id == merchant.id, has_part)
            .order_by(MarketplaceOrder.placed_at.desc(), MarketplaceOrder.id.desc())
            .limit(RECENT)
        )
    )


def look(
    session: Session,
    merchant: Merchant,
    order: MarketplaceOrder,
    values: Mapping[str, Value],
    *,
    by: str,
    now: datetime,
) -> Glimpse:
    """``order`` as its vendors would receive it if ``values`` were saved."""
    session.add(
        PersonalRead(
            merchant_id=merchant.id, order_id=order.id, at=now, by=by, why="privacy preview"
        )
    )
    stored = settings.stored(session, merchant.id)
    mine = {**stored[None], **settings.reset_modes(stored[None], values)}
    seen = snapshot.from_json(order.snapshot)
    parts = session.scalars(
        select(VendorOrder).where(VendorOrder.order_id == order.id).order_by(VendorOrder.id)
    )
    composed: list[tuple[str, ComposedOrder]] = []
    for part in parts:
        values_of = settings.combine(mine, stored.get(part.vendor_id, {})).values
        composed += _composed(session, part, values_of)
    return Glimpse(seen, tuple(composed))


def _composed(
    session: Session, part: VendorOrder, values: Settings
) -> Iterator[tuple[str, ComposedOrder]]:
    """One for each store of the vendor's that gets some of it."""
    orders = cargo.planned(session, part, values, KEY, _reference(part.order))
    for home, order in orders:
        there = session.get(Connection, home) if home is not None and len(orders) > 1 else None
        name = part.vendor.name
        yield f"{name} ({there.access.address})" if there else name, order


def told_abroad(session: Session, merchant: Merchant, values: Settings) -> list[str]:
    """The vendors in another country than the merchant that learn who the buyer is (P37)."""
    rows = session.execute(
        select(Vendor.id, Vendor.name, Connection.country)
        .join(Connection, Connection.vendor_id == Vendor.id)
        .where(Connection.merchant_id == merchant.id, Connection.disconnected_at.is_(None))
        .order_by(Vendor.name)
    )
    stored = settings.stored(session, merchant.id)
    abroad = {
        row.name: settings.combine(values.model_dump(), stored.get(row.id, {})).values
        for row in rows
        if merchant.country and row.country and row.country != merchant.country
    }
    return [name for name, own in abroad.items() if shares_buyer(own)]


def _reference(order: MarketplaceOrder) -> str | None:
    """A placeholder for the payment's, where the shop was not asked for it yet."""
    unread = order.payment_reference is None and order.forgotten_at is None
    return REFERENCE if unread and order.payment in HAS_PAYMENTS else None
