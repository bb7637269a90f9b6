"""Who is told what by mail: vendors of orders and lost stores, merchants of what needs them,
people of the portal of what concerns their login.

A notice is written with the state it follows from and sent by a worker. The hourly digest and the
merchant's alert are messages with a due time, like every other delay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow import outbox
from orderflow.models import (
    Backfill,
    Connection,
    Mail,
    MarketplaceOrder,
    Merchant,
    Vendor,
    VendorOrder,
)
from orderflow.read import figures
from orderflow.rules import settings

ORDER, DIGEST, RECONNECT, INVITATION = "order", "digest", "reconnect", "invitation"
ATTENTION, EXPORT, DISCONNECTED = "attention", "export", "disconnected"
STAFF_INVITATION, RESET = "staff_invitation", "reset"
PASSWORD_CHANGED, LOCKED = "password_changed", "locked"
PEOPLE_LANE = "mail:people"
HOUR = 3600
FRESH = timedelta(hours=1)
"""An order that is older when it finds its vendor goes with the digest: giving a vendor another
name may find it hundreds."""
ONCE_A = timedelta(hours=24)


def tell(
    session: Session,
    merchant: Merchant,
    kind: str,
    about: Mapping[str, Any],
    now: datetime,
    vendor: Vendor | None = None,
) -> None:
    """A mail of ``kind`` to ``vendor``, else to the merchant. ``about`` holds ids only."""
    mail = _mail(session, merchant, kind, about, now, vendor)
    subject = f"mail:{mail.id}"
    outbox.put(session, merchant.mail_lane, "mail", subject, {"mail": mail.id}, now=now)


def tell_person(
    session: Session,
    kind: str,
    email: str,
    now: datetime,
    about: Mapping[str, Any] | None = None,
) -> None:
    """A mail to whoever has that address, if it is anybody: the worker finds out, so that asking
    takes the same time for everybody."""
    mail = _mail(session, None, kind, about or {}, now, None)
    mail.recipient = email
    outbox.put(session, PEOPLE_LANE, "mail", f"mail:{mail.id}", {"mail": mail.id}, now=now)


def _mail(
    session: Session,
    merchant: Merchant | None,
    kind: str,
    about: Mapping[str, Any],
    now: datetime,
    vendor: Vendor | None,
    state: str = Mail.WAITING,
) -> Mail:
    mail = Mail(
        merchant_id=merchant.id if merchant else None,
        vendor_id=vendor.id if vendor else None,
        kind=kind,
        about=dict(about),
        state=state,
        created_at=now,
    )
    session.add(mail)
    session.flush()
    return mail


# -- to vendors ----------------------------------------------------------------------------------


def order_arrived(session: Session, part: VendorOrder, now: datetime) -> None:
    """A part that its vendor did not have before (P44)."""
    order, vendor, merchant = part.order, part.vendor, part.order.merchant
    over = order.cancelled_at is not None or order.fulfilment == "fulfilled"
    if over or not vendor.email:
        return
    wanted = settings.effective(session, merchant.id, vendor.id).values.order_notifications
    if wanted == "none":
        return
    fresh = now - order.recorded_at < FRESH and not _taken_in(session, order)
    if wanted == "each" and fresh:
        tell(session, merchant, ORDER, {"part": part.id}, now, vendor)
        return
    _mail(session, merchant, ORDER, {"part": part.id}, now, vendor, Mail.GATHERING)
    name = f"digest:{merchant.id}"
    about, delay = {"merchant": merchant.id}, to_full_hour(now)
    outbox.put(session, merchant.mail_lane, "digest", name, about, now=now, delay=delay, once=name)


def _taken_in(session: Session, order: MarketplaceOrder) -> bool:
    """Whether it comes with the earlier orders that are taken in just now; they may be many."""
    running = select(Backfill.id).where(
        Backfill.merchant_id == order.merchant_id,
        Backfill.state == Backfill.RUNNING,
        Backfill.until > order.placed_at,
    )
    return session.scalar(running) is not None


def to_full_hour(now: datetime) -> float:
    """Seconds until the next one, never none."""
    return HOUR - (now.minute * 60 + now.second)


def gather(session: Session, merchant: Merchant, now: datetime) -> None:
    """One mail for each vendor, with all the orders that came since the last one."""
    parts: dict[int, list[int]] = defaultdict(list)
    for mail in session.scalars(
        select(Mail)
        .where(Mail.merchant_id == merchant.id, Mail.state == Mail.GATHERING)
        .order_by(Mail.id)
        .with_for_update()
    ):
        parts[mail.vendor_id or 0].append(mail.about["part"])
        mail.state, mail.ended_at = Mail.GATHERED, now
    for vendor_id, ids in parts.items():
        vendor = session.get_one(Vendor, vendor_id)
        tell(session, merchant, DIGEST, {"parts": ids}, now, vendor)


def access_lost(session: Session, connection: Connection, now: datetime) -> None:
    """The vendor is asked to connect the store again: once a day, however often it is lost."""
    lately = select(Mail.about).where(
        Mail.merchant_id == connection.merchant_id,
        Mail.kind == RECONNECT,
        Mail.vendor_id == connection.vendor_id,
        Mail.created_at > now - ONCE_A,
    )
    about = {"connection": connection.id}
    if about not in session.scalars(lately).all():
        tell(session, connection.merchant, RECONNECT, about, now, connection.vendor)


# -- to merchants --------------------------------------------------------------------------------


def keep_watch(session: Session, merchant: Merchant, now: datetime) -> None:
    """From now on the merchant is told when something needs attention."""
    name, about = f"alert:{merchant.id}", {"merchant": merchant.id}
    outbox.put(session, merchant.mail_lane, "alert", name, about, now=now, delay=HOUR, once=name)


def alert(session: Session, merchant: Merchant, now: datetime) -> None:
    """Once a day while something waits for a person."""
    if not figures.attention(session, merchant).is_urgent:
        return
    lately = select(Mail.id).where(
        Mail.merchant_id == merchant.id,
        Mail.kind == ATTENTION,
        Mail.created_at > now - ONCE_A,
        Mail.words != Mail.NOT_NEEDED,  # all was well when it was to be sent
    )
    if session.scalar(lately.limit(1)) is None:
        tell(session, merchant, ATTENTION, {}, now)
