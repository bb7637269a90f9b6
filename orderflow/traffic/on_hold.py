"""Parcels of goods that the shop has on hold. The buyer is told of them when it lets go: at the
next news of the order, or when it is looked again. Other parcels of the order do not wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow import outbox
from orderflow.book import flags
from orderflow.models import Flag, MarketplaceOrder, Shipment, VendorOrder
from orderflow.rules.judge import lock
from orderflow.traffic import track
from orderflow.traffic.report import WAITS_FOR_RELEASE

LOOK_EVERY = 900.0
"""Seconds between two looks at what is on hold; not every shop tells of a release."""


def wait(session: Session, shipment_id: int, short: Mapping[str, int], now: datetime) -> None:
    """The shop takes no fulfilment of these pieces as long as it holds them."""
    shipment = session.get_one(Shipment, shipment_id)
    part = shipment.vendor_order
    order = lock(session, part.order_id)
    told, subject = {"count": sum(short.values())}, str(shipment.id)
    if flags.seen_to(session, part, WAITS_FOR_RELEASE, subject) is None:
        flags.raise_once(session, part, WAITS_FOR_RELEASE, now, subject=subject, **told)
    name = _name(order)
    lane, about = order.merchant.access.lane, {"order": order.id}
    outbox.put(session, lane, "held", name, about, now=now, delay=LOOK_EVERY, once=name)


def _name(order: MarketplaceOrder) -> str:
    return f"held:{order.id}"


def news(session: Session, order: MarketplaceOrder, now: datetime) -> None:
    """It may have been released."""
    outbox.hasten(session, _name(order), now)


def tell(session: Session, order_id: int, now: datetime) -> None:
    """Have the shop told of all that waits, whether or not a person has marked that done."""
    if session.get(MarketplaceOrder, order_id) is None:
        return
    lock(session, order_id)
    flagged = select(Flag.subject).where(
        Flag.vendor_order.has(VendorOrder.order_id == order_id), Flag.code == WAITS_FOR_RELEASE
    )
    ids = {int(subject) for subject in session.scalars(flagged)}
    waiting = select(Shipment).where(Shipment.id.in_(ids), Shipment.state == Shipment.NEW)
    for shipment in session.scalars(waiting.order_by(Shipment.id)):
        track.ask_for_report(session, shipment, now)
