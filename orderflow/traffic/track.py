"""What a vendor's store says has shipped becomes Shipments, each reported home once.

The store is told to us as it is now (a StoreOrder), never as a difference, so the same word
twice or after a gap ends in the same Shipments. An older word is not heard, and one of the same
second (stores count whole ones) takes nothing back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from orderflow import outbox
from orderflow.book import life, pieces, shipments, timeline
from orderflow.models import Connection, Merchant, Push, Shipment, VendorOrder
from orderflow.rules.judge import lines_of, lock
from orderflow.rules.settings import effective
from orderflow.traffic import push, store_says
from orderflow.upkeep import after, cancelled, repay
from stores.base import EVERY_PARCEL, Parcel, StoreOrder

AHEAD = timedelta(days=1)
"""A store's clock may be ahead of ours by that much."""
AT_ONCE = 100
"""Orders that a store is asked for in one call."""


def find_push(session: Session, access_id: int, remote_id: str, key: str) -> Push | None:
    """The push behind an order of a store: by our key first, which is known before the answer."""
    ours = Push.key == key if key else Push.remote_id == remote_id
    return session.scalars(
        select(Push)
        .join(Connection, Connection.id == Push.connection_id)
        .where(Connection.access_id == access_id, ours)
    ).first()


def any_unheard(session: Session, access_id: int, orders: Sequence[StoreOrder]) -> bool:
    """Whether one of these orders has changed since it was seen, and no webhook told of it."""
    changed = {order.placed.key or order.placed.id: order.updated_at for order in orders}
    rows = session.execute(
        select(Push.key, Push.remote_id, Push.seen_at)
        .join(Connection, Connection.id == Push.connection_id)
        .where(Connection.access_id == access_id, Push.seen_at.is_not(None))
        .where(or_(Push.key.in_(changed), Push.remote_id.in_(changed)))
    )
    for key, number, seen_at in rows:
        moment = changed.get(key) or changed.get(number)
        if moment and seen_at and seen_at < moment:
            return True
    return False


def agreed_pieces(found: Push) -> dict[str, int | None]:
    """By line, how many pieces both sides agreed on last."""
    lines = (line for line in found.vendor_order.lines if line.push_id == found.id)
    return {line.remote_id: line.pushed_pieces for line in lines}


def seen(
    session: Session,
    access_id: int,
    order: StoreOrder,
    now: datetime,
    agreed: Mapping[str, int | None] | None = None,
) -> bool:
    """Take in what the store says of one order. False: it is none of ours.

    ``agreed``: the agreed pieces when the store was asked. Where a write of ours has changed them
    since, what the store said of its lines is older than that and no change by the vendor.
    """
    found = find_push(session, access_id, order.placed.id, order.placed.key)
    if found is None:
        return False
    if push.may_have_landed(found):
        push.placed(session, found.id, order.placed, now, how="webhook")
    lock(session, found.vendor_order.order_id)
    session.refresh(found)
    session.refresh(found.vendor_order)
    if found.remote_id != order.placed.id:
        push.twin_seen(session, found, order.placed, now)
        return True
    newer = _is_newer(found, order, now)
    if not newer and order.updated_at != found.seen_at:
        return True
    if newer or not order.placed.live:
        push.seen_alive(session, found, _lives(found, order), now)
    if newer and order.placed.live and not repay.all_back(session, found):
        _take_missing(session, found, order, now)
    for parcel in order.parcels:
        _take_parcel(session, found, parcel, now)
    if newer and found.seen_at is not None and order.content is None and order.placed.live:
        _read_soon(session, found, now)
    found.seen_at = order.updated_at
    unmoved = agreed is None or agreed == agreed_pieces(found)
    if order.content is not None and order.placed.live and unmoved:
        pieces.heard(session, found, order.content, now)
    shipments.settle(session, found.vendor_order, now)
    if order.placed.live:
        store_says.take(session, found, order, now)
    after.look(session, found.vendor_order, now)
    return True


def _is_newer(found: Push, order: StoreOrder, now: datetime) -> bool:
    """A time that is yet to come says nothing: after it, no word would be heard any more."""
    if found.seen_at is None or found.seen_at > now + AHEAD:
        return True
    return order.updated_at > found.seen_at


def _lives(found: Push, order: StoreOrder) -> bool:
    """One that is over and all of whose money went back does not live again: stores that put goods
    back into stock when an order is cancelled keep it as refunded."""
    return order.placed.live and not (order.refunded and found.state == Push.CANCELLED)


def _read_soon(session: Session, found: Push, now: datetime) -> None:
    """Its lines may have been changed, and a page of changes does not tell them."""
    name = f"read:{found.remote_id}"
    about = {"order": found.remote_id, "key": found.key}
    lane = found.connection.access.lane
    if not outbox.is_waiting(session, lane, name):
        outbox.put(session, lane, "read", name, about, now=now)


def waiting_orders(session: Session, access_id: int, now: datetime) -> list[str]:
    """At most 100 orders of a store that have not shipped yet; others every hour, where there are
    more."""
    rows = (
        select(Push.remote_id)
        .join(Connection, Connection.id == Push.connection_id)
        .join(VendorOrder, VendorOrder.id == Push.vendor_order_id)
        .where(Connection.access_id == access_id, Push.state == Push.PLACED)
        .where(Push.gone_at.is_(None), VendorOrder.state.in_((life.PUSHED, life.PARTLY_SHIPPED)))
        .order_by(Push.id)
    )
    ids = [each for each in session.scalars(rows) if each]
    turns = max(-(-len(ids) // AT_ONCE), 1)
    turn = int(now.timestamp() // 3600) % turns
    return ids[turn * AT_ONCE : (turn + 1) * AT_ONCE]


def known_among(session: Session, access_id: int, remote_ids: Sequence[str]) -> list[str]:
    """Those of ``remote_ids`` that are orders of ours in that store."""
    if not remote_ids:
        return []
    rows = (
        select(Push.remote_id)
        .join(Connection, Connection.id == Push.connection_id)
        .where(Connection.access_id == access_id, Push.remote_id.in_(remote_ids))
    )
    return list(session.scalars(rows))


def read_soon(session: Session, access_id: int, remote_id: str, now: datetime) -> None:
    """Have the store asked for one order as it is now."""
    found = find_push(session, access_id, remote_id, "")
    if found is not None:
        _read_soon(session, found, now)


def missing(session: Session, access_id: int, remote_id: str, now: datetime) -> None:
    """The store has no such order any more."""
    found = find_push(session, access_id, remote_id, "")
    if found is not None:
        lock(session, found.vendor_order.order_id)
        session.refresh(found)
        push.seen_alive(session, found, False, now)


def _remote_id(found: Push, parcel_id: str) -> str:
    return shipments.parcels_of(found) + parcel_id


def _take_parcel(session: Session, found: Push, parcel: Parcel, now: datetime) -> None:
    part = found.vendor_order
    shipment = session.scalars(
        select(Shipment).where(
            Shipment.vendor_order_id == part.id,
            Shipment.source == Shipment.STORE,
            Shipment.remote_id == _remote_id(found, parcel.id),
        )
    ).one_or_none()
    if parcel.complete and not _may_report_bare(session, part, parcel):
        return
    lines = _lines(session, found, parcel, shipment)
    print_ = _fingerprint(parcel, lines)
    if shipment is None:
        if parcel.withdrawn or not lines or _typed_in(session, part, parcel):
            return
        shipment = _new_shipment(found, parcel, lines, now)
        session.add(shipment)
    elif shipment.seen == print_:
        return
    _update(session, shipment, parcel, lines, now)
    shipment.seen = print_
    session.flush()
    if found.state == Push.CANCELLED:
        cancelled.shipped_all_the_same(session, found, shipment, now)
    else:
        ask_for_report(session, shipment, now)


def _typed_in(session: Session, part: VendorOrder, parcel: Parcel) -> bool:
    """Somebody told of this very parcel by hand before the store did: one number, one parcel."""
    numbers = {tracking.number for tracking in parcel.tracking if tracking.number}
    told = session.scalars(
        select(Shipment.tracking).where(
            Shipment.vendor_order_id == part.id,
            Shipment.source.in_(Shipment.BY_HAND),
            Shipment.state != Shipment.WITHDRAWN,
        )
    )
    return any(each["number"] in numbers for tracking in told for each in tracking)


def _may_report_bare(session: Session, part: VendorOrder, parcel: Parcel) -> bool:
    """A completed order without a number is told home only if the merchant allows (P51)."""
    if any(tracking.number for tracking in parcel.tracking):
        return True
    return effective(session, part.merchant_id, part.vendor_id).values.report_without_number


def _lines(
    session: Session, found: Push, parcel: Parcel, shipment: Shipment | None
) -> dict[str, int]:
    """The parcel's pieces by our line ids. A ``complete`` one is all that stood in the vendor's
    order when it left, but for what has gone otherwise; also pieces that the marketplace's order
    has no more, so that somebody is told of them."""
    mine = {line.remote_id: line for line in lines_of(found.vendor_order, found.line_ids)}
    if not parcel.complete:
        return {key: n for key, n in parcel.lines.items() if key in mine and n > 0}
    but, told = (shipment.id, shipment.lines) if shipment else (None, {})
    other = shipments.shipped_pieces(session, found.vendor_order_id, except_id=but)
    beside = pieces.shipped(session, found, except_id=but)
    back = repay.given_back_since(session, found, parcel.completed_at)
    left: dict[str, int] = {}
    for key, line in mine.items():
        stood = (line.pushed_pieces or 0) + back[key] - beside[key]
        before = max((line.pushed_quantity or 0) - (line.pushed_pieces or 0), 0)
        otherwise = max(other[key] - beside[key] - before, 0)
        left[key] = max(stood - otherwise, told.get(key, 0) - other[key])
    return {key: n for key, n in left.items() if n > 0}


def _fingerprint(parcel: Parcel, lines: Mapping[str, int]) -> str:
    told = [sorted(lines.items()), [asdict(t) for t in parcel.tracking], parcel.withdrawn]
    if parcel.delivered_at is not None:
        told.append(True)
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _new_shipment(found: Push, parcel: Parcel, lines: Mapping[str, int], now: datetime) -> Shipment:
    return Shipment(
        vendor_order_id=found.vendor_order_id,
        source=Shipment.STORE,
        remote_id=_remote_id(found, parcel.id),
        state=Shipment.NEW,
        lines=dict(lines),
        tracking=[],
        seen="",
        shipped_at=parcel.shipped_at,
        first_seen_at=now,
    )


def _update(
    session: Session,
    shipment: Shipment,
    parcel: Parcel,
    lines: Mapping[str, int],
    now: datetime,
) -> None:
    code = "parcel_seen" if not shipment.seen else "parcel_changed"
    if parcel.withdrawn:
        shipment.state, code = Shipment.WITHDRAWN, "parcel_withdrawn"
    else:
        shipment.state, shipment.lines = Shipment.NEW, dict(lines)
        shipment.tracking = [asdict(tracking) for tracking in parcel.tracking]
        if parcel.delivered_at is not None and shipment.delivered_at is None:
            shipment.delivered_at = parcel.delivered_at
            code = "parcel_delivered" if shipment.seen else code
    part = session.get_one(VendorOrder, shipment.vendor_order_id)
    timeline.tell(session, part, code, now, parcel=parcel.id, lines=dict(lines))


def _take_missing(session: Session, found: Push, order: StoreOrder, now: datetime) -> None:
    """A parcel that the store no longer knows was taken back, before others are told: their goods
    may be the same."""
    if EVERY_PARCEL in order.untold:
        return
    there = {parcel.id for parcel in order.parcels} | order.untold
    known = session.scalars(
        select(Shipment).where(
            Shipment.vendor_order_id == found.vendor_order_id,
            Shipment.source == Shipment.STORE,
            Shipment.remote_id.startswith(_remote_id(found, ""), autoescape=True),
            Shipment.state != Shipment.WITHDRAWN,
        )
    )
    for shipment in known:
        if shipment.remote_id not in {_remote_id(found, parcel) for parcel in there}:
            shipment.state, shipment.seen = Shipment.WITHDRAWN, "gone"
            timeline.tell(session, found.vendor_order, "parcel_withdrawn", now)
            ask_for_report(session, shipment, now)


def ask_for_report(session: Session, shipment: Shipment, now: datetime) -> None:
    """Have the marketplace told of ``shipment`` as it is now, in the merchant's own lane."""
    part = session.get_one(VendorOrder, shipment.vendor_order_id)
    merchant = session.get_one(Merchant, part.merchant_id)
    outbox.put(
        session,
        merchant.access.lane,
        "report",
        f"order:{part.order_id}",
        {"shipment": shipment.id},
        now=now,
    )
