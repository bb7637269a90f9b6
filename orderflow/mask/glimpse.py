"""What each vendor of one order would receive, beside the order itself; whoever looks is noted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import snapshot
from orderflow.mask.cargo import merchant_card
from orderflow.mask.compose import Cargo, compose
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
from orderflow.rules.decide import HAS_PAYMENTS, PAID
from orderflow.rules.settings import Settings, Value
from stores.base import ComposedOrder, SeenOrder

RECENT = 20
KEY, REFERENCE = "SL-EXAMPLE", "PAYMENT-EXAMPLE"
"""Stand where a push will have its own key, and an order that is pushed its payment's reference."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """The order as the buyer placed it, and (vendor's name, what would be sent) for each part."""

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
    composed = [(part.vendor.name, _composed(merchant, part, seen, mine, stored)) for part in parts]
    return Glimpse(seen, tuple(composed))


def _composed(
    merchant: Merchant,
    part: VendorOrder,
    seen: SeenOrder,
    mine: Mapping[str, Value],
    stored: Mapping[int | None, Mapping[str, Value]],
) -> ComposedOrder:
    values = settings.combine(mine, stored.get(part.vendor_id, {})).values
    pieces = {line.remote_id: line.quantity for line in part.lines if line.quantity}
    cargo = Cargo(
        part_lines=list(pieces),
        pieces=pieces,
        shipping=part.shipping,
        shipping_tax=part.shipping_tax,
        targets={},
        reference=_reference(part.order),
    )
    paid = part.order.payment in PAID
    return compose(seen, cargo, values, merchant_card(merchant), KEY, paid=paid)


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


def _reference(order: MarketplaceOrder) -> str:
    """The payment's, which the shop may not have been asked for yet."""
    unread = order.payment_reference is None and order.forgotten_at is None
    return REFERENCE if unread and order.payment in HAS_PAYMENTS else order.payment_reference or ""
