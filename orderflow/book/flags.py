"""What a person must do by hand. A flag is raised once, stays until somebody marks it done, and
goes by itself when its cause is gone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import timeline
from orderflow.models import Flag, MarketplaceOrder, OrderLine, Push, VendorOrder

BY_ITSELF = "app"
"""Marks a flag done whose cause is gone."""
CHANGE_BY_HAND = "change_by_hand"
"""A line of the vendor's order is to be changed there by a person; ``subject`` is its id."""
VENDOR_CHANGED = "vendor_changed_lines"
"""A line in the vendor's store has other pieces than were sent; ``subject`` is its id."""
OF_A_LINE = (CHANGE_BY_HAND, VENDOR_CHANGED)
STORE_QUANTITY = "store_quantity"
"""The store's answer to our write had another number of pieces of one item."""


def raise_once(
    session: Session,
    part: VendorOrder,
    code: str,
    now: datetime,
    /,
    *,
    subject: str = "",
    push_id: int | None = None,
    change_id: int | None = None,
    **details: Any,
) -> None:
    """Raise it, or tell the newest ``details`` of the one that is open; the order is locked."""
    found = open_flag(session, part, code, subject)
    if found is not None:
        if details != found.details:
            found.details = details
            timeline.tell(session, part, "flag_changed", now, flag=code, **details)
        return
    session.add(
        Flag(
            merchant_id=part.merchant_id,
            vendor_order_id=part.id,
            push_id=push_id,
            change_id=change_id,
            code=code,
            subject=subject,
            details=details,
            raised_at=now,
        )
    )
    session.flush()
    timeline.tell(session, part, "flag_raised", now, flag=code, **details)


def open_flag(session: Session, part: VendorOrder, code: str, subject: str = "") -> Flag | None:
    return session.scalars(
        select(Flag).where(
            Flag.vendor_order_id == part.id,
            Flag.code == code,
            Flag.subject == subject,
            Flag.done_at.is_(None),
        )
    ).one_or_none()


def open_of(session: Session, part: VendorOrder, codes: Iterable[str]) -> list[Flag]:
    """Its open flags of these codes, oldest first."""
    wanted = Flag.vendor_order_id == part.id, Flag.done_at.is_(None), Flag.code.in_(codes)
    return list(session.scalars(select(Flag).where(*wanted).order_by(Flag.id)))


def settle(
    session: Session, part: VendorOrder, code: str, now: datetime, *, subject: str = ""
) -> None:
    """Its cause is gone: nobody needs to do anything."""
    found = open_flag(session, part, code, subject)
    if found is not None:
        found.done_at, found.done_by = now, BY_ITSELF
        timeline.tell(session, part, "flag_settled", now, flag=code, **found.details)


def seen_to(session: Session, part: VendorOrder, code: str, subject: str = "") -> Flag | None:
    """The newest of these, if a person has marked it done."""
    done = Flag.vendor_order_id == part.id, Flag.code == code, Flag.subject == subject
    rows = select(Flag).where(*done, Flag.done_at.is_not(None)).order_by(Flag.id.desc())
    latest = session.scalars(rows.limit(1)).first()
    return latest if latest is not None and latest.done_by != BY_ITSELF else None


def find(session: Session, merchant_id: int, order_id: int, number: str) -> Flag | None:
    """A flag of that order by its public id."""
    return session.scalars(
        select(Flag)
        .join(VendorOrder, VendorOrder.id == Flag.vendor_order_id)
        .where(
            Flag.merchant_id == merchant_id,
            VendorOrder.order_id == order_id,
            Flag.public_id == number,
        )
    ).one_or_none()


def mark_done(session: Session, flag: Flag, who: str, why: str, now: datetime) -> None:
    """Somebody did it. A line that was to be changed by hand, or that the vendor has changed,
    counts as agreed on with so many pieces. Done already: nothing."""
    order = select(MarketplaceOrder.id).where(MarketplaceOrder.id == flag.vendor_order.order_id)
    session.execute(order.with_for_update())
    session.refresh(flag)
    if flag.done_at is not None:
        return
    flag.done_at, flag.done_by, flag.done_why = now, who, why
    if flag.code in OF_A_LINE:
        _agree(session, flag)
    told = {**flag.details, "who": who, "why": why}
    timeline.tell(session, flag.vendor_order, "flag_done", now, flag=flag.code, **told)


def _agree(session: Session, flag: Flag) -> None:
    push = session.get(Push, flag.push_id) if flag.push_id else None
    line = session.scalars(
        select(OrderLine).where(
            OrderLine.order_id == flag.vendor_order.order_id, OrderLine.remote_id == flag.subject
        )
    ).one_or_none()
    if push is not None and line is not None and line.push_id == push.id:
        line.pushed_quantity = flag.details.get("quantity", line.pushed_quantity)
        line.pushed_pieces = int(flag.details["now"])
