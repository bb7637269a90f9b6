"""What a list shows of an order and its parts, by four queries a page, however long it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import life
from orderflow.models import MarketplaceOrder, Push, Shipment, Vendor, VendorOrder
from orderflow.rules.decide import Reason

TOLD_BY_STORE = (Push.REFUSED, Push.UNKNOWN)
EXPLAINED = (life.WAITING, life.HELD, life.SKIPPED, life.PUSHED, life.PARTLY_SHIPPED)
"""In these states the main reason says why (some of) the part has not been pushed."""


@dataclass(frozen=True, slots=True)
class Part:
    """A vendor's part as a list shows it. ``reason``: its main obstacle; ``words``: what the store
    said when it refused, or when its answer was lost."""

    id: int
    public_id: str
    vendor: str
    state: str
    share: int
    reason: Reason | None
    words: str
    number: str


@dataclass(frozen=True, slots=True)
class Row:
    public_id: str
    name: str
    placed_at: datetime
    payment: str
    currency: str
    cancelled: bool
    own_share: int
    parts: tuple[Part, ...]


def rows(session: Session, order_ids: Sequence[int]) -> tuple[Row, ...]:
    """In the order of ``order_ids``. Without the snapshots: opening them all would take long."""
    if not order_ids:
        return ()
    order = MarketplaceOrder
    found = session.execute(
        select(
            order.id,
            order.public_id,
            order.name,
            order.placed_at,
            order.payment,
            order.currency,
            order.cancelled_at,
            order.own_share,
        ).where(order.id.in_(order_ids))
    )
    by_id = {row.id: row for row in found}
    parts = _parts(session, order_ids)
    return tuple(
        Row(
            row.public_id,
            row.name,
            row.placed_at,
            row.payment,
            row.currency,
            row.cancelled_at is not None,
            row.own_share,
            tuple(parts[row.id]),
        )
        for row in (by_id[order_id] for order_id in order_ids)
    )


def _parts(session: Session, order_ids: Sequence[int]) -> dict[int, list[Part]]:
    part = VendorOrder
    found = session.execute(
        select(
            part.id,
            part.order_id,
            part.public_id,
            part.state,
            part.share,
            part.decision,
            part.main_reason,
            Vendor.name,
        )
        .join(Vendor, Vendor.id == part.vendor_id)
        .where(part.order_id.in_(order_ids))
        .order_by(part.id)
    ).all()
    pushes = _pushes(session, [row.id for row in found])
    parts: dict[int, list[Part]] = defaultdict(list)
    for row in found:
        words = next((p.words for p in pushes[row.id] if p.state in TOLD_BY_STORE), "")
        numbers = [p.remote_name for p in pushes[row.id] if p.state == Push.PLACED]
        reason = _main(row.decision, row.main_reason) if row.state in EXPLAINED else None
        parts[row.order_id].append(
            Part(
                row.id,
                row.public_id,
                row.name,
                row.state,
                row.share,
                reason,
                words,
                ", ".join(numbers),
            )
        )
    return parts


def _main(decision: Any, code: str) -> Reason | None:
    stored = (decision or {}).get("reasons", ())
    return next((Reason.from_json(each) for each in stored if each["code"] == code), None)


def _pushes(session: Session, part_ids: Sequence[int]) -> dict[int, list[Any]]:
    rows = session.execute(
        select(Push.vendor_order_id, Push.state, Push.words, Push.remote_name)
        .where(Push.vendor_order_id.in_(part_ids))
        .order_by(Push.id)
    )
    pushes: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        pushes[row.vendor_order_id].append(row)
    return pushes


def tracking_numbers(session: Session, part_ids: Iterable[int]) -> dict[int, list[str]]:
    """By vendor order; of shipments that were taken back, none."""
    rows = session.execute(
        select(Shipment.vendor_order_id, Shipment.tracking)
        .where(Shipment.vendor_order_id.in_(list(part_ids)), Shipment.state != Shipment.WITHDRAWN)
        .order_by(Shipment.id)
    )
    numbers: dict[int, list[str]] = defaultdict(list)
    for vendor_order_id, tracking in rows:
        numbers[vendor_order_id] += [each["number"] for each in tracking if each["number"]]
    return numbers
