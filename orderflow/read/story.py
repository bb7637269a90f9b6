"""One order with all that is known about it, as its page tells it: the same few queries, however
many vendors and parcels it has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from orderflow.book import rounding, snapshot
from orderflow.book.rounding import Rounded
from orderflow.models import (
    Conflict,
    Connection,
    Flag,
    MarketplaceOrder,
    OrderLine,
    PersonalRead,
    Push,
    Shipment,
    TimelineEvent,
    VendorOrder,
)
from orderflow.read.search import folded
from orderflow.read.standing import Standing, standings
from orderflow.rules import explain, settings
from orderflow.rules.decide import Reason
from orderflow.rules.settings import Settings
from stores.base import ComposedOrder

EVENTS = 200
"""So many of the latest events are told."""
NAMESAKES = 5
"""Shops number their orders, but nothing stops two imported ones from having one number."""


@dataclass(frozen=True, slots=True)
class PartStory:
    """``homes``: the vendor's stores that are connected, or were when something was pushed."""

    part: VendorOrder
    lines: tuple[OrderLine, ...]
    reasons: tuple[Reason, ...]
    standing: Standing
    pushes: tuple[Push, ...]
    shipments: tuple[Shipment, ...]
    homes: tuple[Connection, ...]
    settings: Settings
    conflicts: tuple[Conflict, ...]
    flags: tuple[Flag, ...]
    rounded: tuple[Rounded, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """``own``: lines without a vendor. ``events``: oldest first; ``more``: there were others."""

    order: MarketplaceOrder
    parts: tuple[PartStory, ...]
    own: tuple[OrderLine, ...]
    events: tuple[TimelineEvent, ...]
    more: bool


def find(session: Session, merchant_id: int, public_id: str) -> MarketplaceOrder | None:
    return session.scalars(
        select(MarketplaceOrder).where(
            MarketplaceOrder.merchant_id == merchant_id, MarketplaceOrder.public_id == public_id
        )
    ).one_or_none()


def numbered(session: Session, merchant_id: int, number: str) -> Sequence[MarketplaceOrder]:
    """The orders of exactly that number."""
    return session.scalars(
        select(MarketplaceOrder)
        .where(
            MarketplaceOrder.merchant_id == merchant_id,
            MarketplaceOrder.number == folded(number),
        )
        .order_by(MarketplaceOrder.id)
        .limit(NAMESAKES)
    ).all()


def part_of(session: Session, merchant_id: int, order: str, part: str) -> VendorOrder | None:
    """A vendor's part by its own and its order's public id."""
    return session.scalars(
        select(VendorOrder)
        .join(MarketplaceOrder, MarketplaceOrder.id == VendorOrder.order_id)
        .where(
            MarketplaceOrder.merchant_id == merchant_id,
            MarketplaceOrder.public_id == order,
            VendorOrder.public_id == part,
        )
    ).one_or_none()


def tell(session: Session, order: MarketplaceOrder, now: datetime) -> Story:
    parts = session.scalars(
        select(VendorOrder)
        .where(VendorOrder.order_id == order.id)
        .options(joinedload(VendorOrder.vendor))
        .order_by(VendorOrder.id)
    ).all()
    lines = _lines(session, order)
    events = _events(session, order)
    return Story(
        order,
        tuple(_parts(session, order, parts, lines, now)),
        tuple(lines[None]),
        events[-EVENTS:],
        len(events) > EVENTS,
    )


def _parts(
    session: Session,
    order: MarketplaceOrder,
    parts: Sequence[VendorOrder],
    lines: Mapping[int | None, list[OrderLine]],
    now: datetime,
) -> list[PartStory]:
    ids = [part.id for part in parts]
    pushes, shipments = _pushes(session, ids), _shipments(session, ids)
    homes = _homes(session, parts, [push for each in pushes.values() for push in each])
    standing, met = standings(session, parts, now), _conflicts(session, ids)
    raised, rounded = _flags(session, ids), rounding.standing(session, order.id)
    stored = settings.stored(session, order.merchant_id)
    return [
        PartStory(
            part,
            tuple(lines[part.id]),
            tuple(explain.stored_reasons(part)),
            standing[part.id],
            tuple(pushes[part.id]),
            tuple(shipments[part.id]),
            tuple(homes[part.vendor_id]),
            settings.combine(stored[None], stored.get(part.vendor_id, {})).values,
            tuple(met[part.id]),
            tuple(raised[part.id]),
            rounded.get(part.id, ()),
        )
        for part in parts
    ]


def _lines(session: Session, order: MarketplaceOrder) -> dict[int | None, list[OrderLine]]:
    rows = session.scalars(
        select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
    )
    lines: dict[int | None, list[OrderLine]] = defaultdict(list)
    for line in rows:
        lines[line.vendor_order_id].append(line)
    return lines


def _pushes(session: Session, part_ids: Sequence[int]) -> dict[int, list[Push]]:
    rows = session.scalars(
        select(Push)
        .where(Push.vendor_order_id.in_(part_ids))
        .options(
            joinedload(Push.connection).joinedload(Connection.access),
            selectinload(Push.attempts),
        )
        .order_by(Push.id)
    )
    return _by_part(rows)


def _conflicts(session: Session, part_ids: Sequence[int]) -> dict[int, list[Conflict]]:
    """Without their values, which may be the buyer's: looking at those is noted."""
    rows = session.execute(
        select(Push.vendor_order_id, Conflict)
        .join(Push, Push.id == Conflict.push_id)
        .where(Push.vendor_order_id.in_(part_ids))
        .options(defer(Conflict.base), defer(Conflict.mine), defer(Conflict.theirs))
        .order_by(Conflict.id)
    )
    found: dict[int, list[Conflict]] = defaultdict(list)
    for part_id, conflict in rows:
        found[part_id].append(conflict)
    return found


def _flags(session: Session, part_ids: Sequence[int]) -> dict[int, list[Flag]]:
    """What a person still has to do."""
    rows = session.scalars(
        select(Flag)
        .where(Flag.vendor_order_id.in_(part_ids), Flag.done_at.is_(None))
        .order_by(Flag.id)
    )
    return _by_part(rows)


def _shipments(session: Session, part_ids: Sequence[int]) -> dict[int, list[Shipment]]:
    rows = session.scalars(
        select(Shipment)
        .where(Shipment.vendor_order_id.in_(part_ids))
        .options(selectinload(Shipment.reports))
        .order_by(Shipment.id)
    )
    return _by_part(rows)


def _by_part(rows: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.vendor_order_id].append(row)
    return found


def _homes(
    session: Session, parts: Sequence[VendorOrder], pushes: Sequence[Push]
) -> dict[int, list[Connection]]:
    used = {push.connection_id for push in pushes}
    rows = session.scalars(
        select(Connection)
        .where(Connection.vendor_id.in_([part.vendor_id for part in parts]))
        .options(joinedload(Connection.access))
        .order_by(Connection.id)
    )
    homes: dict[int, list[Connection]] = defaultdict(list)
    for connection in rows:
        if connection.disconnected_at is None or connection.id in used:
            homes[connection.vendor_id].append(connection)
    return homes


def _events(session: Session, order: MarketplaceOrder) -> tuple[TimelineEvent, ...]:
    latest = session.scalars(
        select(TimelineEvent)
        .where(TimelineEvent.order_id == order.id)
        .order_by(TimelineEvent.id.desc())
        .limit(EVENTS + 1)
    ).all()
    return tuple(reversed(latest))


def sent(
    session: Session, part: VendorOrder, key: str, *, by: str, now: datetime
) -> ComposedOrder | None:
    """What left for the vendor's store under ``key``, as it left. Who looks is noted: the mask may
    have let some of the buyer's data through."""
    push = session.scalars(
        select(Push).where(Push.vendor_order_id == part.id, Push.key == key)
    ).one_or_none()
    if push is None or push.sent is None:
        return None
    session.add(
        PersonalRead(
            merchant_id=part.merchant_id,
            order_id=part.order_id,
            at=now,
            by=by,
            why="what was sent",
        )
    )
    return snapshot.composed_from_json(push.sent)
