"""The numbers of *Home*: what needs somebody, what is held and why, how fast it goes.

Nothing is counted to its end: a number stops at ``ENOUGH``, finished days are counted once.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session, aliased

from orderflow.book import life
from orderflow.db import insert_new
from orderflow.models import (
    Connection,
    DailyCount,
    Flag,
    MarketplaceOrder,
    Merchant,
    Message,
    OrderLine,
    Push,
    Shipment,
    StoreAccess,
    UnreadOrder,
    Vendor,
    VendorOrder,
)
from orderflow.models.orders import WAITS_DECLINED

ENOUGH = 1000
DAYS = 30
UNREAD = 20
"""So many orders that cannot be read are named on Home, oldest first; the others are counted."""
NAMED = 5
OPEN_DAYS = 2
"""The youngest days still change: an order may be heard of late."""
PUSHES_FOR_MEDIAN = 200
UNSENT = (life.NEW, life.WAITING, life.HELD, life.QUEUED, life.UNKNOWN, life.REFUSED)


@dataclass(frozen=True, slots=True)
class Lost:
    """A vendor's store that lets us in no more."""

    vendor: str
    vendor_public_id: str
    platform: str
    since: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Named:
    """An order as a line about it names it."""

    public_id: str
    name: str
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Attention:
    """What waits for a person. Counts stop at ``ENOUGH``; of the orders with a parcel that the
    shop did not take, or an item that its vendor declined, the first few are named."""

    refused: int
    unknown: int
    stuck: tuple[Named, ...]
    declined: tuple[Named, ...]
    parked: int
    lost: tuple[Lost, ...]
    flagged: int
    flags: tuple[Named, ...]
    unread: tuple[UnreadOrder, ...] = ()
    unread_count: int = 0
    """The first few orders that could not be read."""

    def __bool__(self) -> bool:
        return bool(self.unknown or self.is_urgent)

    @property
    def is_urgent(self) -> bool:
        """An unknown outcome is being looked for; the rest waits for somebody."""
        waiting = self.refused or self.parked or self.flagged or self.unread
        return bool(waiting or self.stuck or self.declined or self.lost)


@dataclass(frozen=True, slots=True)
class Day:
    """What came in, and what reached vendors' stores."""

    day: date
    orders: int
    pushes: int


def count(session: Session, rows: Select[Any], limit: int = ENOUGH) -> int:
    """How many there are, but at most ``limit``."""
    return session.scalar(select(func.count()).select_from(rows.limit(limit).subquery())) or 0


def attention(session: Session, merchant: Merchant) -> Attention:
    return Attention(
        refused=_in_state(session, merchant, life.REFUSED),
        unknown=_in_state(session, merchant, life.UNKNOWN),
        stuck=_stuck(session, merchant),
        declined=_declined(session, merchant),
        parked=count(session, _parked(session, merchant)),
        lost=tuple(_lost(session, merchant)),
        flagged=count(session, _flags(Flag.id, merchant)),
        flags=_flagged(session, merchant),
        unread=_unread(session, merchant),
        unread_count=count(session, _unread_ids(merchant)),
    )


def _in_state(session: Session, merchant: Merchant, state: str) -> int:
    return count(
        session,
        select(VendorOrder.order_id)
        .where(VendorOrder.merchant_id == merchant.id, VendorOrder.state == state)
        .distinct(),
    )


def _unread_ids(merchant: Merchant) -> Select[Any]:
    return select(UnreadOrder.id).where(UnreadOrder.merchant_id == merchant.id)


def _unread(session: Session, merchant: Merchant) -> tuple[UnreadOrder, ...]:
    rows = select(UnreadOrder).where(UnreadOrder.merchant_id == merchant.id)
    oldest = rows.order_by(UnreadOrder.first_seen_at).limit(UNREAD)
    return tuple(session.scalars(oldest))


def _stuck(session: Session, merchant: Merchant) -> tuple[Named, ...]:
    """An order may have several such parcels, so more rows are read than orders are named."""
    told = (MarketplaceOrder.public_id, MarketplaceOrder.name, MarketplaceOrder.placed_at)
    rows = session.execute(
        select(*told)
        .join(VendorOrder, VendorOrder.order_id == MarketplaceOrder.id)
        .join(Shipment, Shipment.vendor_order_id == VendorOrder.id)
        .where(Shipment.state == Shipment.STUCK, MarketplaceOrder.merchant_id == merchant.id)
        .order_by(Shipment.vendor_order_id)
        .limit(10 * NAMED)
    )
    return tuple(dict.fromkeys(Named(*row) for row in rows))[:NAMED]


def _declined(session: Session, merchant: Merchant) -> tuple[Named, ...]:
    """An order may have several such lines."""
    rows = session.execute(
        select(MarketplaceOrder.public_id, MarketplaceOrder.name, MarketplaceOrder.placed_at)
        .join(OrderLine, OrderLine.order_id == MarketplaceOrder.id)
        .where(OrderLine.merchant_id == merchant.id, text(WAITS_DECLINED))
        .order_by(OrderLine.order_id)
        .limit(10 * NAMED)
    )
    return tuple(dict.fromkeys(Named(*row) for row in rows))[:NAMED]


def _flags(what: Any, merchant: Merchant) -> Select[Any]:
    return select(what).where(Flag.merchant_id == merchant.id, Flag.done_at.is_(None))


def _flagged(session: Session, merchant: Merchant) -> tuple[Named, ...]:
    """The orders whose flags have waited longest; one may have several."""
    oldest = (
        _flags(Flag.vendor_order_id, merchant)
        .add_columns(Flag.raised_at)
        .order_by(Flag.raised_at)
        .limit(10 * NAMED)
        .subquery()
    )
    rows = session.execute(
        select(
            oldest.c.raised_at,
            MarketplaceOrder.public_id,
            MarketplaceOrder.name,
            MarketplaceOrder.placed_at,
        )
        .join(VendorOrder, VendorOrder.order_id == MarketplaceOrder.id)
        .join(oldest, oldest.c.vendor_order_id == VendorOrder.id)
    )
    named = (Named(*row[1:]) for row in sorted(rows, key=lambda row: row.raised_at))
    return tuple(dict.fromkeys(named))[:NAMED]


def _parked(session: Session, merchant: Merchant) -> Select[Any]:
    """Pushes and reports that were given up are told by their orders; the rest is told here. A
    store that another merchant uses too has messages that are none of ours, so it is left out."""
    other = aliased(Connection)
    shared = (
        select(other.id)
        .where(other.access_id == Connection.access_id, other.merchant_id != merchant.id)
        .exists()
    )
    mine = session.scalars(
        select(Connection.access_id).where(Connection.merchant_id == merchant.id, ~shared)
    )
    own = [merchant.orders_lane, merchant.mail_lane, merchant.privacy_lane]
    lanes = [*own, *(f"store:{access_id}" for access_id in mine)]
    return select(Message.id).where(
        Message.lane.in_([*lanes, merchant.access.lane]),
        Message.parked_at.is_not(None),
        Message.kind.not_in(("push", "report", "mail")),
    )


def _lost(session: Session, merchant: Merchant) -> list[Lost]:
    rows = session.execute(
        select(Vendor.name, Vendor.public_id, StoreAccess)
        .join(Connection, Connection.vendor_id == Vendor.id)
        .join(StoreAccess, StoreAccess.id == Connection.access_id)
        .where(
            Connection.merchant_id == merchant.id,
            Connection.disconnected_at.is_(None),
            StoreAccess.state == StoreAccess.LOCKED,
        )
        .order_by(StoreAccess.state_since)
        .limit(ENOUGH)
    )
    return [
        Lost(name, public_id, access.platform, access.state_since, access.locked_words)
        for name, public_id, access in rows
    ]


def held(session: Session, merchant: Merchant) -> list[tuple[str, int]]:
    """Orders with something that waits or is held, by the code of the main reason, most first."""
    found: dict[str, set[int]] = defaultdict(set)
    for state in (life.WAITING, life.HELD):
        rows = session.execute(
            select(VendorOrder.main_reason, VendorOrder.order_id)
            .where(VendorOrder.merchant_id == merchant.id, VendorOrder.state == state)
            .limit(ENOUGH)
        )
        for code, order_id in rows:
            found[code].add(order_id)
    counted = ((code, len(orders)) for code, orders in found.items())
    return sorted(counted, key=lambda pair: (-pair[1], pair[0]))


def oldest_unsent(session: Session, merchant: Merchant) -> Named | None:
    firsts = [
        session.execute(
            select(MarketplaceOrder.public_id, MarketplaceOrder.name, VendorOrder.placed_at)
            .join(MarketplaceOrder, MarketplaceOrder.id == VendorOrder.order_id)
            .where(VendorOrder.merchant_id == merchant.id, VendorOrder.state == state)
            .order_by(VendorOrder.placed_at, VendorOrder.order_id)
            .limit(1)
        ).first()
        for state in UNSENT
    ]
    found = [Named(*row) for row in firsts if row]
    return min(found, key=lambda order: order.placed_at, default=None)


def median_seconds(session: Session, merchant: Merchant) -> float | None:
    """From an order's first sight to its place in the vendor's store, over the latest pushes."""
    rows = session.execute(
        select(MarketplaceOrder.recorded_at, Push.placed_at)
        .join(VendorOrder, VendorOrder.id == Push.vendor_order_id)
        .join(MarketplaceOrder, MarketplaceOrder.id == VendorOrder.order_id)
        .where(Push.merchant_id == merchant.id, Push.placed_at.is_not(None))
        .order_by(Push.placed_at.desc())
        .limit(PUSHES_FOR_MEDIAN)
    )
    spans = [(placed - recorded).total_seconds() for recorded, placed in rows if placed]
    return median(spans) if spans else None


# -- the last thirty days --------------------------------------------------------------------------


def days(session: Session, merchant: Merchant, now: datetime) -> list[Day]:
    """The last ``DAYS`` days, today last. What is not kept yet is counted now."""
    kept, first = _kept(session, merchant, now), _first_day(session, merchant, now)
    return [
        kept.get(day) or (_counted(session, merchant, day) if day >= first else Day(day, 0, 0))
        for day in _window(now)
    ]


def keep_days(session: Session, merchant: Merchant, now: datetime) -> None:
    """Count the finished days once and for all; none before the first order."""
    kept, first = _kept(session, merchant, now), _first_day(session, merchant, now)
    for day in _window(now)[:-OPEN_DAYS]:
        if day not in kept and day >= first:
            told = _counted(session, merchant, day)
            values = {"orders": told.orders, "pushes": told.pushes}
            insert_new(
                session,
                DailyCount,
                {"merchant_id": merchant.id, "day": day, **values},
                ["merchant_id", "day"],
            )


def _first_day(session: Session, merchant: Merchant, now: datetime) -> date:
    """The day of the first order; nothing was pushed before it. Tomorrow, while there is none."""
    first = session.scalar(
        select(MarketplaceOrder.placed_at)
        .where(MarketplaceOrder.merchant_id == merchant.id)
        .order_by(MarketplaceOrder.placed_at)
        .limit(1)
    )
    return (first or now + timedelta(days=1)).astimezone(UTC).date()


def _window(now: datetime) -> list[date]:
    today = now.astimezone(UTC).date()
    return [today - timedelta(days=back) for back in reversed(range(DAYS))]


def _kept(session: Session, merchant: Merchant, now: datetime) -> dict[date, Day]:
    rows = session.scalars(
        select(DailyCount).where(
            DailyCount.merchant_id == merchant.id, DailyCount.day >= _window(now)[0]
        )
    )
    return {row.day: Day(row.day, row.orders, row.pushes) for row in rows}


def _counted(session: Session, merchant: Merchant, day: date) -> Day:
    start = datetime.combine(day, time(), UTC)
    end = start + timedelta(days=1)
    placed, pushed = MarketplaceOrder.placed_at, Push.placed_at
    mine = MarketplaceOrder.merchant_id == merchant.id
    orders = select(MarketplaceOrder.id).where(mine, placed >= start, placed < end)
    pushes = select(Push.id).where(Push.merchant_id == merchant.id, pushed >= start, pushed < end)
    return Day(day, *(count(session, rows, 100_000) for rows in (orders, pushes)))


# -- the first steps -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Start:
    """What a new merchant has done so far; ``add_on``: for the platform of every store."""

    vendor: bool
    connected: bool
    add_on: bool
    order_sync: bool

    @property
    def done(self) -> bool:
        return self.vendor and self.connected and self.add_on and self.order_sync


def started(session: Session, merchant: Merchant, *, add_ons: set[str], order_sync: bool) -> Start:
    """``add_ons``: the platforms whose orders may be pushed."""
    platforms = set(
        session.scalars(
            select(StoreAccess.platform)
            .join(Connection, Connection.access_id == StoreAccess.id)
            .where(
                Connection.merchant_id == merchant.id,
                Connection.disconnected_at.is_(None),
            )
            .distinct()
        )
    )
    vendor = session.scalar(select(Vendor.id).where(Vendor.merchant_id == merchant.id).limit(1))
    return Start(
        vendor=vendor is not None,
        connected=bool(platforms),
        add_on=bool(platforms) and platforms <= add_ons,
        order_sync=order_sync,
    )
