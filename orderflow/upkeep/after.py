"""What is to be done to orders that stand in vendors' stores. Nothing is carried over as an event:
whenever something was seen, what is wanted now is compared with what was agreed on last, and
whoever finds a difference asks for one message. So repeats and echoes end in nothing to do."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.models import Push, VendorOrder
from orderflow.upkeep import cancel, change, edited_after, paid_later, repay, twice


def look(session: Session, part: VendorOrder, now: datetime, *, edited: bool = False) -> None:
    """Ask for what is missing; the order must be locked. ``edited``: its top may have changed."""
    placed = select(Push).where(Push.vendor_order_id == part.id, Push.state == Push.PLACED)
    for push in session.scalars(placed.order_by(Push.id)):
        repay.ask(session, push, now)
        cancel.ask(session, push, now)
        paid_later.ask(session, push, now)
        change.ask(session, push, now, edited=edited)
        if push.gone_at is not None:
            edited_after.look(session, push, now)
    twice.flag(session, part, now)
