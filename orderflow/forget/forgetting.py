"""A buyer is forgotten: at the shop's request, or when the order has long been done (P91).

Who it was, where they live and what they wrote goes from every copy of an order; what was sold,
for how much, and what happened to it stays. A forgotten buyer never comes back with a later sight.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import life, snapshot, timeline
from orderflow.mask.privacy import personal_scrubber, sent_without_buyer, without_buyer
from orderflow.mask.scrubbing import Scrubber
from orderflow.models import (
    Attempt,
    Change,
    Conflict,
    Flag,
    MarketplaceOrder,
    Merchant,
    Message,
    Push,
    Report,
    Shipment,
    StoreAccess,
    StoreCall,
    TimelineEvent,
    VendorOrder,
)
from orderflow.rules import settings
from orderflow.rules.judge import judge, lock

REQUEST, TIME = "request", "time"
BATCH = 50


def forget(session: Session, order_id: int, now: datetime, *, cause: str) -> None:
    """Remove the buyer from the order and all that hangs on it; once. A snapshot that cannot be
    read goes whole."""
    order = lock(session, order_id)
    if order.forgotten_at is not None:
        return
    seen = snapshot.readable(order.snapshot)
    references = (order.payment_reference or "").split(", ")
    known = [seen] if seen else []
    buyer = personal_scrubber([*known, *snapshot.former(order.former)], references)
    order.snapshot, order.former = snapshot.to_json(without_buyer(seen)) if seen else {}, None
    order.payment_reference = order.referenced = None
    order.forgotten_at = now
    parts = list(order.vendor_orders)
    for part in parts:
        part.override = buyer.scrub_all(part.override)
        part.forbidden = buyer.scrub_all(part.forbidden)
    for line in order.lines:
        line.declined = buyer.scrub_all(line.declined)
    pushes = _forget_pushes(session, parts, buyer)
    shipments = _forget_shipments(session, parts, buyer)
    raised = Flag.vendor_order_id.in_([part.id for part in parts])
    _scrub(session, buyer, select(Flag).where(raised), "details", "done_why")
    _scrub(session, buyer, select(TimelineEvent).filter_by(order_id=order.id), "details")
    _scrub(session, buyer, select(StoreCall).filter_by(order_id=order.id), "words")
    _scrub_messages(session, order, pushes, shipments, buyer)
    timeline.tell(session, order, "buyer_forgotten", now, cause=cause)
    session.flush()
    for part in parts:
        if part.state in life.UNDECIDED:
            judge(session, part, now)


def _forget_pushes(session: Session, parts: list[VendorOrder], buyer: Scrubber) -> list[Push]:
    ids = [part.id for part in parts]
    pushes = list(session.scalars(select(Push).where(Push.vendor_order_id.in_(ids))))
    for push in pushes:
        push.words = buyer.scrub_all(push.words)
        if push.sent is not None:
            sent = snapshot.composed_from_json(push.sent)
            push.sent = snapshot.composed_to_json(sent_without_buyer(sent))
        push.stood = None
    ids = [push.id for push in pushes]
    _scrub(session, buyer, select(Attempt).where(Attempt.push_id.in_(ids)), "words")
    for change in _scrub(session, buyer, select(Change).where(Change.push_id.in_(ids)), "words"):
        change.values, change.state = None, _ended(change)
    for conflict in session.scalars(select(Conflict).where(Conflict.push_id.in_(ids))):
        conflict.base = conflict.mine = conflict.theirs = None
        conflict.mine_print = conflict.public_id
    return pushes


def _ended(change: Change) -> str:
    """What nobody knows the outcome of cannot be asked again without the buyer."""
    return Change.GIVEN_UP if change.state in Change.OPEN and change.values else change.state


def _forget_shipments(
    session: Session, parts: list[VendorOrder], buyer: Scrubber
) -> list[Shipment]:
    mine = Shipment.vendor_order_id.in_([part.id for part in parts])
    shipments = _scrub(session, buyer, select(Shipment).where(mine), "words", "tracking")
    told = Report.shipment_id.in_([shipment.id for shipment in shipments])
    _scrub(session, buyer, select(Report).where(told), "tracking")
    return shipments


def _scrub(session: Session, buyer: Scrubber, rows: Any, *columns: str) -> list[Any]:
    found = list(session.scalars(rows))
    for row in found:
        for column in columns:
            before = getattr(row, column)
            after = buyer.scrub_all(before)
            if after != before:
                setattr(row, column, after)
    return found


def _scrub_messages(
    session: Session,
    order: MarketplaceOrder,
    pushes: list[Push],
    shipments: list[Shipment],
    buyer: Scrubber,
) -> None:
    """What stores said of messages that come again."""
    lanes = {order.merchant.orders_lane, order.merchant.access.lane}
    lanes |= {push.connection.access.lane for push in pushes}
    subjects = {f"order:{order.id}", f"order:{order.remote_id}", f"watch:{order.id}"}
    subjects |= {f"{about}:{push.id}" for push in pushes for about in ("push", "change")}
    subjects |= {f"shipment:{shipment.id}" for shipment in shipments}
    subjects |= {f"{kind}:{order.remote_id}" for kind in ("fetch", "read")}
    mine = select(Message).where(Message.lane.in_(lanes), Message.subject.in_(subjects))
    _scrub(session, buyer, mine, "words")


# -- in time -------------------------------------------------------------------------------------


def forget_in_time(session: Session, merchant: Merchant, now: datetime) -> bool:
    """The buyers of orders that were finished longer ago than the merchant keeps them. True:
    there may be more."""
    kept = settings.effective(session, merchant.id).values.keep_personal_days
    due = session.scalars(
        select(MarketplaceOrder.id)
        .where(
            MarketplaceOrder.merchant_id == merchant.id,
            MarketplaceOrder.forgotten_at.is_(None),
            MarketplaceOrder.finished_at <= now - timedelta(days=kept),
        )
        .order_by(MarketplaceOrder.finished_at)
        .limit(BATCH)
    ).all()
    for order_id in sorted(due):
        forget(session, order_id, now, cause=TIME)
    return len(due) == BATCH


def forget_sent_to(session: Session, access: StoreAccess, remote_ids: tuple[str, ...]) -> None:
    """A vendor's store forgets a customer: our copies of what we created there go too."""
    pushes = session.scalars(
        select(Push).where(
            Push.remote_id.in_(remote_ids),
            Push.connection.has(access_id=access.id),
            Push.sent.is_not(None),
        )
    )
    for push in pushes:
        sent = snapshot.composed_from_json(push.sent)
        push.sent = snapshot.composed_to_json(sent_without_buyer(sent))
