"""A marketplace order as last seen goes into the book: one row, one part a vendor, one row a line.

Any first sight creates the order, whatever the topic said. An older sight than the one in the
book changes nothing. What we created in a store ourselves is never taken for a new order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.access.catalogue import note_unmapped
from orderflow.book import flags, life, snapshot, timeline
from orderflow.book.shipments import place, settle
from orderflow.db import insert_new
from orderflow.intake import elsewhere, unread
from orderflow.mask.privacy import buyer_alone, without_buyer
from orderflow.members import notices
from orderflow.models import (
    Connection,
    MarketplaceOrder,
    Merchant,
    OrderLine,
    Push,
    TrialOrder,
    VariantMapping,
    Vendor,
    VendorName,
    VendorOrder,
    public_id,
)
from orderflow.read.search import folded
from orderflow.rules import watching
from orderflow.rules.decide import PAID, Decision, decide
from orderflow.rules.facts import gather
from orderflow.rules.judge import judge, lock
from orderflow.rules.settings import effective
from orderflow.rules.split import Freight, Owners, Part, fold, split
from orderflow.traffic import on_hold
from orderflow.upkeep import after, change
from stores.base import KEY_ATTRIBUTE, SeenLine, SeenOrder

FORMER = 20
"""So many edits of who the buyer is are remembered."""


def record(session: Session, merchant: Merchant, seen: SeenOrder, now: datetime) -> bool:
    """Take ``seen`` into the book and decide its parts. False: it told nothing new."""
    unread.clear(session, merchant.id, seen.id)
    if _is_our_own(session, merchant, seen):
        return False
    found = _locked(session, merchant, seen, now)
    if found is None:
        return False
    order, seen = found
    order.risk, order.on_hold = seen.risk, seen.on_hold
    if seen.payment in PAID and order.paid_at is None:
        order.paid_at = now
    order.finished_at = _finished(order, seen, now)
    _assign(session, order, seen, now)
    _decide(session, order, now, edited=True)
    elsewhere.ask(session, order, now)
    on_hold.news(session, order, now)
    return True


def _finished(order: MarketplaceOrder, seen: SeenOrder, now: datetime) -> datetime | None:
    """When nothing was left to do for the buyer: all is shipped, cancelled or refunded."""
    if seen.cancelled_at is not None:
        return seen.cancelled_at
    over = seen.fulfilment == "fulfilled" or not any(line.quantity for line in seen.lines)
    return (order.finished_at or now) if over else None


def deleted(session: Session, merchant: Merchant, remote_id: str, now: datetime) -> None:
    """The shop has no such order any more: nothing is left to do for its buyer."""
    unread.clear(session, merchant.id, remote_id)
    order = session.scalars(watching.named(merchant, remote_id).with_for_update()).one_or_none()
    if order is not None and order.finished_at is None:
        order.finished_at = now


def reconsider(session: Session, order_id: int, now: datetime) -> None:
    """Find the vendors of an order's lines again and decide its parts again."""
    order = lock(session, order_id)
    _assign(session, order, snapshot.from_json(order.snapshot), now)
    _decide(session, order, now)


def foresee(
    session: Session, merchant: Merchant, seen: SeenOrder, now: datetime
) -> Iterator[tuple[int, Decision]]:
    """(vendor, decision) for each part that recording ``seen`` would make, once the shop was asked
    all there is to ask; nothing is written."""
    order = MarketplaceOrder(merchant=merchant, recorded_at=now, **_columns(seen))
    order.risk, order.on_hold, order.referenced = seen.risk, seen.on_hold, seen.payment
    order.paid_at = now if seen.payment in PAID else None
    for each in split(seen, owners(session, merchant.id, seen)):
        if each.vendor_id is None:
            continue
        vendor = session.get_one(Vendor, each.vendor_id)
        part = VendorOrder(merchant_id=merchant.id, vendor_id=vendor.id, vendor=vendor, order=order)
        for position, line in enumerate(each.lines):
            part.lines.append(row := OrderLine(remote_id=line.id))
            _write_line(row, line, position)
        facts = gather(session, part, {})
        yield vendor.id, decide(facts, effective(session, merchant.id, vendor.id), now)


def _decide(
    session: Session, order: MarketplaceOrder, now: datetime, *, edited: bool = False
) -> None:
    """A shipped part that got another line is not all shipped any more, and is decided again. A
    change of the settings alone is no edit; it frees one that was not passed on."""
    for part in order.vendor_orders:
        if part.state == life.SHIPPED:
            settle(session, part, now)
        judge(session, part, now)
        held_back = flags.open_flag(session, part, change.NOT_PASSED_ON) is not None
        after.look(session, part, now, edited=edited or held_back)
        place(session, part)


def _is_our_own(session: Session, merchant: Merchant, seen: SeenOrder) -> bool:
    """Whether we created it in this very shop, which is then some merchant's vendor. The key alone
    would not do: a buyer can write any attribute into an order."""
    key = dict(seen.attributes).get(KEY_ATTRIBUTE)
    return bool(key) and any(
        session.scalar(
            select(sent.id)
            .join(Connection, Connection.id == sent.connection_id)
            .where(sent.key == key, Connection.access_id == merchant.access_id)
        )
        for sent in (Push, TrialOrder)
    )


def _locked(
    session: Session, merchant: Merchant, seen: SeenOrder, now: datetime
) -> tuple[MarketplaceOrder, SeenOrder] | None:
    """The row of ``seen``, brought up to date and locked, and what of ``seen`` counts, completed by
    what was known; None when the row knows better."""
    values = {
        "public_id": public_id(),
        "merchant_id": merchant.id,
        "remote_id": seen.id,
        "recorded_at": now,
        **_columns(seen),
    }
    insert_new(session, MarketplaceOrder, values, ["merchant_id", "remote_id"])
    order = session.scalars(
        select(MarketplaceOrder)
        .where(MarketplaceOrder.merchant_id == merchant.id, MarketplaceOrder.remote_id == seen.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if order.public_id == values["public_id"]:
        timeline.tell(session, order, "recorded", now, name=seen.name)
        return order, seen
    if order.forgotten_at is not None:
        seen = without_buyer(seen)
    seen = _with_known_delivery(order, seen)
    if _is_older(seen, order):
        timeline.tell(session, order, "older_sight_ignored", now)
        return None
    if seen.updated_at == order.updated_at and snapshot.to_json(seen) == order.snapshot:
        return None
    _tell_changes(session, order, seen, now)
    _keep_buyer(order, seen)
    for name, value in _columns(seen).items():
        setattr(order, name, value)
    return order, seen


def _with_known_delivery(order: MarketplaceOrder, seen: SeenOrder) -> SeenOrder:
    """``seen`` with the delivery methods that an earlier sight told, where it tells none."""
    was = None if seen.delivery_told else snapshot.readable(order.snapshot)
    if was is None or not was.delivery_told:
        return seen
    known = {line.id: line.delivery for line in was.lines}
    lines = tuple(replace(line, delivery=known.get(line.id, "")) for line in seen.lines)
    return replace(seen, lines=lines, delivery_told=True)


def _keep_buyer(order: MarketplaceOrder, seen: SeenOrder) -> None:
    """An edit that renames the buyer must not let an older name through the mask."""
    was = snapshot.readable(order.snapshot)
    if was is not None and order.forgotten_at is None and _who(was) != _who(seen):
        order.former = [*(order.former or ()), snapshot.to_json(buyer_alone(was))][-FORMER:]


def _who(seen: SeenOrder) -> tuple[object, ...]:
    return seen.email, seen.phone, seen.shipping_address, seen.billing_address


PROGRESS = ("pending", "authorized", "partially_paid", "paid", "partially_refunded", "refunded")
"""The way a payment goes; what is not on it ended otherwise."""


def _is_older(seen: SeenOrder, order: MarketplaceOrder) -> bool:
    """By its time; of two sights of one second (shops count whole ones) the one that got less far:
    a cancelled order does not come back, and what was paid was not unpaid."""
    if seen.updated_at != order.updated_at:
        return seen.updated_at < order.updated_at
    if order.cancelled_at is not None and seen.cancelled_at is None:
        return True
    return _far(seen.payment) < _far(order.payment)


def _far(payment: str) -> int:
    return PROGRESS.index(payment) if payment in PROGRESS else len(PROGRESS)


def _columns(seen: SeenOrder) -> dict[str, object]:
    return {
        "name": seen.name,
        "number": folded(seen.name),
        "currency": seen.currency,
        "total": seen.total,
        "own_share": 0,
        "payment": seen.payment,
        "fulfilment": seen.fulfilment,
        "test": seen.test,
        "placed_at": seen.placed_at,
        "updated_at": seen.updated_at,
        "cancelled_at": seen.cancelled_at,
        "addressed": seen.is_addressed,
        "snapshot": snapshot.to_json(seen),
    }


def _tell_changes(
    session: Session, order: MarketplaceOrder, seen: SeenOrder, now: datetime
) -> None:
    if seen.payment != order.payment:
        timeline.tell(session, order, "payment_changed", now, was=order.payment, now=seen.payment)
    if seen.cancelled_at and not order.cancelled_at:
        timeline.tell(session, order, "cancelled_in_marketplace", now)
    if seen.fulfilment != order.fulfilment:
        timeline.tell(
            session, order, "fulfilment_changed", now, was=order.fulfilment, now=seen.fulfilment
        )


def owners(session: Session, merchant_id: int, seen: SeenOrder) -> Owners:
    variants = {line.variant_id for line in seen.lines if line.variant_id}
    by_variant = session.execute(
        select(VariantMapping.variant_id, Connection.vendor_id)
        .join(Connection, Connection.id == VariantMapping.connection_id)
        .where(VariantMapping.merchant_id == merchant_id, VariantMapping.variant_id.in_(variants))
    )
    by_name = session.execute(
        select(VendorName.folded, VendorName.vendor_id).where(VendorName.merchant_id == merchant_id)
    )
    return Owners(
        {row.variant_id: row.vendor_id for row in by_variant},
        {row.folded: row.vendor_id for row in by_name},
    )


def _assign(session: Session, order: MarketplaceOrder, seen: SeenOrder, now: datetime) -> None:
    owned = owners(session, order.merchant_id, seen)
    known = {part.vendor_id: part for part in order.vendor_orders}
    parts = {p.vendor_id: p for p in split(seen, owned, _agreed_freights(session, order))}
    own = parts.pop(None, None)
    order.own_share = own.share if own else 0
    by_line: dict[str, VendorOrder] = {}
    for vendor_id, part in parts.items():
        if vendor_id is None:
            continue
        row = known.get(vendor_id) or _new_part(order, vendor_id, now)
        row.placed_at = order.placed_at
        _write_amounts(row, part)
        by_line |= {line.id: row for line in part.lines}
    for vendor_id, row in known.items():
        if vendor_id not in parts:
            _write_amounts(row, Part(vendor_id, (), 0, 0, 0, 0, 0, 0))
    session.flush()
    _write_lines(session, order, seen, by_line, now)
    for row in order.vendor_orders:
        if row.vendor_id not in known:
            notices.order_arrived(session, row, now)
    note_unmapped(session, order.merchant_id, order.lines, set(owned.by_variant), now)


def _agreed_freights(session: Session, order: MarketplaceOrder) -> dict[int, Freight]:
    """By vendor: what shipping costs in parts of which something stands in a store."""
    rows = session.scalars(
        select(VendorOrder)
        .where(VendorOrder.order_id == order.id)
        .where(VendorOrder.id.in_(select(Push.vendor_order_id).where(Push.state.in_(Push.LIVE))))
    )
    return {row.vendor_id: (row.shipping, row.shipping_tax) for row in rows}


def _new_part(order: MarketplaceOrder, vendor_id: int, now: datetime) -> VendorOrder:
    row = VendorOrder(
        merchant_id=order.merchant_id, vendor_id=vendor_id, state=life.NEW, state_since=now
    )
    order.vendor_orders.append(row)
    return row


def _write_amounts(row: VendorOrder, part: Part) -> None:
    row.goods, row.discount, row.tax = part.goods, part.discount, part.tax
    row.shipping, row.shipping_tax, row.share = part.shipping, part.shipping_tax, part.share


def _write_lines(
    session: Session,
    order: MarketplaceOrder,
    seen: SeenOrder,
    by_line: dict[str, VendorOrder],
    now: datetime,
) -> None:
    """Lines that a push has taken along stay with their part, whatever a mapping says later."""
    known = {line.remote_id: line for line in order.lines}
    for position, line in enumerate(seen.lines):
        row = known.pop(line.id, None)
        if row is None:
            row = OrderLine(merchant_id=order.merchant_id, remote_id=line.id)
            order.lines.append(row)
        elif row.push_id and row.quantity != line.quantity:
            timeline.tell(
                session, order, "line_changed_after_push", now, line=line.id, sku=line.sku
            )
        _write_line(row, line, position)
        if row.push_id is None and row.vendor_order is not (owner := by_line.get(line.id)):
            row.vendor_order, row.declined = owner, None
    for gone in known.values():
        gone.quantity = gone.fulfillable = 0
    session.flush()


def _write_line(row: OrderLine, line: SeenLine, position: int) -> None:
    row.position = position
    row.variant_id, row.sku = line.variant_id, line.sku
    row.title, row.variant_title = line.title, line.variant_title
    row.vendor_text, row.vendor_folded = line.vendor, fold(line.vendor)
    row.quantity, row.fulfillable = line.quantity, line.fulfillable
    row.requires_shipping, row.delivery = line.requires_shipping, line.delivery
