"""A vendor's queues: new, to ship, shipped, cancelled; found by number or SKU; how many there are.

The newest stand first. Nothing of the buyer is read for a list.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from orderflow import paging
from orderflow.book.shipments import waiting_pieces
from orderflow.handwork import shown
from orderflow.models import MarketplaceOrder, OrderLine, Shipment, Vendor, VendorOrder
from orderflow.paging import newest_first
from orderflow.read import figures
from orderflow.read.search import folded

ENOUGH = figures.ENOUGH
"""Where counting stops."""


@dataclass(frozen=True, slots=True)
class Row:
    """One part in a list; ``items`` are (pieces, title) of what is wanted, ``left`` pieces that
    still have to go."""

    public_id: str
    number: str
    stage: str
    arrived_at: datetime
    items: tuple[tuple[int, str], ...]
    left: int
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """``before``: where the next page goes on; None: there is none."""

    rows: tuple[Row, ...]
    before: int | None = None


def page(session: Session, vendor: Vendor, stage: str, before: int | None = None) -> Page:
    asked = _parts(vendor).where(VendorOrder.stage == stage)
    parts, further = newest_first(session, asked, VendorOrder.id, before)
    return Page(_rows(session, parts), further)


def search(session: Session, vendor: Vendor, text: str, before: int | None = None) -> Page:
    """Parts of the order of that number; where there is none, those with an item of that SKU."""
    numbered = session.scalars(
        _parts(vendor)
        .join(MarketplaceOrder, MarketplaceOrder.id == VendorOrder.order_id)
        .where(
            MarketplaceOrder.merchant_id == vendor.merchant_id,
            MarketplaceOrder.number == folded(text),
        )
        .order_by(MarketplaceOrder.id.desc())
        .limit(paging.PAGE)
    ).all()
    if numbered:
        return Page(_rows(session, numbered))
    ids = session.scalars(_with_sku(vendor, text.strip(), before)).all()
    parts = session.scalars(_parts(vendor).where(VendorOrder.id.in_(ids[: paging.PAGE])))
    shown_first = sorted(parts, key=lambda part: -part.id)
    further = ids[paging.PAGE - 1] if len(ids) > paging.PAGE else None
    return Page(_rows(session, shown_first), further)


def _with_sku(vendor: Vendor, sku: str, before: int | None) -> Select[Any]:
    """The ids of parts with such an item, along the index of the items."""
    part = OrderLine.vendor_order_id
    asked = (
        select(part)
        .join(VendorOrder, VendorOrder.id == part)
        .where(OrderLine.merchant_id == vendor.merchant_id, OrderLine.sku == sku)
        .where(VendorOrder.vendor_id == vendor.id)
        .distinct()
        .order_by(part.desc())
        .limit(paging.PAGE + 1)
    )
    return asked if before is None else asked.where(part < before)


def counts(session: Session, vendor: Vendor) -> dict[str, int]:
    """By queue; a number stops at ``ENOUGH``. Of what is done nobody counts."""
    return {
        stage: figures.count(
            session,
            select(VendorOrder.id).where(
                VendorOrder.vendor_id == vendor.id, VendorOrder.stage == stage
            ),
        )
        for stage in (VendorOrder.FRESH, VendorOrder.TO_SHIP)
    }


def _parts(vendor: Vendor) -> Select[VendorOrder]:
    return (
        select(VendorOrder)
        .where(VendorOrder.vendor_id == vendor.id)
        .options(
            joinedload(VendorOrder.order).defer(MarketplaceOrder.snapshot),
            selectinload(VendorOrder.lines),
        )
    )


def _rows(session: Session, parts: Sequence[VendorOrder]) -> tuple[Row, ...]:
    shipped = _shipped(session, [part.id for part in parts])
    return tuple(_row(part, shipped[part.id]) for part in parts)


def _row(part: VendorOrder, shipped: Mapping[str, int]) -> Row:
    return Row(
        public_id=part.public_id,
        number=part.order.name,
        stage=part.stage,
        arrived_at=part.order.recorded_at,
        items=tuple((line.quantity, line.title) for line in part.lines if line.quantity),
        left=sum(waiting_pieces(part, shipped).values()),
        flags=shown.flags(part, shipped),
    )


def _shipped(session: Session, part_ids: Sequence[int]) -> Mapping[int, Counter[str]]:
    found: dict[int, Counter[str]] = defaultdict(Counter)
    rows = session.execute(
        select(Shipment.vendor_order_id, Shipment.lines).where(
            Shipment.vendor_order_id.in_(part_ids), Shipment.state != Shipment.WITHDRAWN
        )
    )
    for part_id, lines in rows:
        found[part_id].update(lines)
    return found
