"""Fulfilments of the marketplace order that are not ours: made in the shop, or by another app. They
count as shipped, and where the vendor was to ship the same pieces a person is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow import outbox
from orderflow.book import life, shipments, timeline
from orderflow.models import MarketplaceOrder, Report, Shipment, VendorOrder
from orderflow.rules.judge import lock
from orderflow.traffic import report
from orderflow.upkeep import twice
from stores.base import Fulfilment


def ask(session: Session, order: MarketplaceOrder, now: datetime) -> None:
    """Have the shop asked, if more is fulfilled there than we know of, or less than it was."""
    if not any(_is_unexplained(session, each) for each in _pushed(order)):
        return
    lane, about, once = order.merchant.access.lane, {"order": order.id}, f"fulfilled:{order.id}"
    outbox.put(session, lane, "fulfilled", f"order:{order.id}", about, now=now, once=once)


def _pushed(order: MarketplaceOrder) -> list[VendorOrder]:
    """Of other parts the rules see by themselves what is left to ship."""
    return [part for part in order.vendor_orders if part.state in life.IN_STORE]


def _is_unexplained(session: Session, part: VendorOrder) -> bool:
    known, foreign = shipments.shipped_pieces(session, part.id), twice.foreign(session, part)
    return any(
        not foreign[line.remote_id] <= line.quantity - line.fulfillable <= known[line.remote_id]
        for line in part.lines
        if line.requires_shipping
    )


def seen(session: Session, order_id: int, done: Iterable[Fulfilment], now: datetime) -> None:
    """What the shop says is fulfilled, as it is now."""
    order = lock(session, order_id)
    foreign = [each for each in done if not _is_ours(session, order, each)]
    for part in _pushed(order):
        for fulfilment in foreign:
            _take(session, part, fulfilment, now)
        session.flush()
        shipments.settle(session, part, now)
        twice.flag(session, part, now)


def _is_ours(session: Session, order: MarketplaceOrder, fulfilment: Fulfilment) -> bool:
    """Known by its id, or the one whose answer was lost."""
    rows = session.scalars(
        select(Report)
        .join(Shipment, Shipment.id == Report.shipment_id)
        .where(Shipment.vendor_order.has(order_id=order.id))
        .where(Report.remote_id.in_(("", fulfilment.id)))
    )
    return any(row.remote_id or report.is_same(row, fulfilment) for row in rows)


def _take(session: Session, part: VendorOrder, fulfilment: Fulfilment, now: datetime) -> None:
    mine = {line.remote_id for line in part.lines}
    lines = {line: count for line, count in fulfilment.lines.items() if line in mine and count}
    known = session.scalars(
        select(Shipment).where(
            Shipment.vendor_order_id == part.id,
            Shipment.source == twice.SOURCE,
            Shipment.remote_id == fulfilment.id,
        )
    ).one_or_none()
    state = Shipment.WITHDRAWN if fulfilment.cancelled else Shipment.REPORTED
    if known is not None:
        known.state = state
    elif lines and not fulfilment.cancelled:
        session.add(
            Shipment(
                vendor_order_id=part.id,
                source=twice.SOURCE,
                remote_id=fulfilment.id,
                state=state,
                lines=lines,
                tracking=[asdict(tracking) for tracking in fulfilment.tracking],
                seen=fulfilment.id,
                first_seen_at=now,
            )
        )
        timeline.tell(session, part, "fulfilled_in_shop", now, lines=lines)
