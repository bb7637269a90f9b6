"""Whether everything has come to rest after the faults."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from orderflow.models import Change, Message, StoreAccess, VendorOrder, Webhook
from tests.told_home import UNSETTLED

ROUNDS = ("poll", "reconcile")
"""Standing messages, by which what no webhook told is found."""
SOON = 5.0
"""Seconds: what is due later than that and was never tried is no part of the rush."""

UNDER_WAY = (
    ("parts on their way", VendorOrder.state.in_(UNSETTLED)),
    ("changes under way", Change.state.in_(Change.OPEN)),
    ("webhooks not read", Webhook.state == Webhook.NEW),
    ("stores locked", StoreAccess.state != StoreAccess.OPEN),
)


def left_to_do(session: Session, since: datetime, every: float, now: datetime) -> list[str]:
    """What must still happen, in words; nothing when all is at rest. Every store was asked for its
    news twice after ``since``, the end of the faults; ``every``: seconds between two rounds."""
    waiting = session.scalars(select(Message).where(Message.parked_at.is_(None)))
    told = [
        f"{each.kind} {each.subject} due in {(each.due_at - now).total_seconds():.0f} s"
        f", tries {each.tries}{f', {each.words}' if each.words else ''}"
        for each in waiting
        if _is_awaited(each, since, every, now)
    ]
    for what, wanted in UNDER_WAY:
        count = session.scalar(select(func.count()).where(wanted))
        told += [f"{what}: {count}"] if count else []
    return told


def _is_awaited(message: Message, since: datetime, every: float, now: datetime) -> bool:
    if message.kind in ROUNDS:
        asked = (message.due_at - since).total_seconds() - every
        return message.tries > 0 or asked < every
    ahead = (message.due_at - now).total_seconds()
    return message.tries > 0 or ahead < SOON
