"""What a store says of an order, without the buyers whom it may quote: such words are kept, shown
to people and logged."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from orderflow.book import snapshot
from orderflow.mask.privacy import personal_scrubber
from orderflow.mask.scrubbing import HIDDEN
from orderflow.models import Connection, MarketplaceOrder, Merchant, Push, VendorOrder
from stores import boundary
from stores.base import SeenOrder

RECENT = 50
"""Orders of one store, beside the one that it speaks of, whose buyers it may quote by mistake."""


def harmless(session: Session, part: VendorOrder | None, words: str, access_id: int = 0) -> str:
    """``words`` of a store about ``part``, without what its buyer told of themselves; without that
    of the buyers of the store's latest orders too, by whatever merchant (``access_id``): many
    sealed rows are opened for that, so never inside a unit of work."""
    if not words:
        return words
    if part is not None and _is_unreadable(part.order):
        return HIDDEN
    orders = [part.order] if part is not None else []
    if access_id:
        orders += session.scalars(_latest(access_id)).all()
    buyers = [seen for order in orders for seen in _seen(order)]
    references = (order.payment_reference or "" for order in orders)
    told = [each for joined in references for each in (joined, *joined.split(", ")) if each]
    return personal_scrubber(buyers, told).scrub(words, cut=len(words) >= boundary.WORDS)


def _latest(access_id: int) -> Select[MarketplaceOrder]:
    """Orders that were sent to that store, or that were placed in it."""
    sent = (
        select(VendorOrder.order_id)
        .join(Push, Push.vendor_order_id == VendorOrder.id)
        .join(Connection, Connection.id == Push.connection_id)
        .where(Connection.access_id == access_id)
        .order_by(Push.id.desc())
        .limit(RECENT)
    )
    placed = (
        select(MarketplaceOrder.id)
        .join(Merchant, Merchant.id == MarketplaceOrder.merchant_id)
        .where(Merchant.access_id == access_id)
        .order_by(MarketplaceOrder.id.desc())
        .limit(RECENT)
    )
    return select(MarketplaceOrder).where(
        or_(MarketplaceOrder.id.in_(sent), MarketplaceOrder.id.in_(placed))
    )


def _is_unreadable(order: MarketplaceOrder) -> bool:
    """Nobody knows who its buyer is, and so what of them is quoted."""
    return order.forgotten_at is None and snapshot.readable(order.snapshot) is None


def _seen(order: MarketplaceOrder) -> Iterator[SeenOrder]:
    """Who the buyer is, and who it was before each edit."""
    if order.forgotten_at is None:
        seen = snapshot.readable(order.snapshot)
        if seen is not None:
            yield seen
        yield from snapshot.former(order.former)
