"""How the house is doing, in a few numbers for an operator; none is about a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from orderflow.access import store_health
from orderflow.models import Mail, Message, Push, StoreAccess, UnreadOrder, Webhook

LANES = ("orders", "store", "mail", "privacy")
"""What a lane's name begins with."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """``oldest_due``: seconds for which a message has been due, by kind of lane, 0 where nothing
    waits. ``webhooks``: of the last minute; ``refused_mails``: of the last day. ``failing_stores``:
    stores that could not be read for five minutes; ``unread_orders``: orders of merchants' shops
    that could not be read, ``unread_in_stores``: vendors' orders in their stores likewise."""

    oldest_due: dict[str, float]
    parked: dict[str, int]
    unknown_pushes: int
    lost_stores: int
    webhooks: int
    refused_mails: int
    failing_stores: int
    unread_orders: int
    unread_in_stores: int


def feel(session: Session, now: datetime) -> Pulse:
    lost = select(func.count()).where(StoreAccess.state == StoreAccess.LOCKED)
    fresh = Webhook.received_at > now - timedelta(minutes=1)
    refused = Mail.state == Mail.REFUSED, Mail.ended_at > now - timedelta(days=1)
    return Pulse(
        oldest_due={kind: _oldest(session, kind, now) for kind in LANES},
        parked={kind: _parked(session, kind) for kind in LANES},
        unknown_pushes=_count(session, Push.state == Push.UNKNOWN),
        lost_stores=session.scalar(lost) or 0,
        webhooks=_count(session, fresh),
        refused_mails=_count(session, *refused),
        failing_stores=_count(session, *store_health.unreadable(now)),
        unread_orders=session.scalar(select(func.count()).select_from(UnreadOrder)) or 0,
        unread_in_stores=_unread_in_stores(session),
    )


def _unread_in_stores(session: Session) -> int:
    """Few stores have any, and each keeps the last twenty at most."""
    some = cast(StoreAccess.unread, String) != "[]"
    return sum(len(unread) for unread in session.scalars(select(StoreAccess.unread).where(some)))


def _oldest(session: Session, kind: str, now: datetime) -> float:
    """A message that is claimed is being seen to, unless its claim has lapsed."""
    first = session.scalar(
        select(func.min(Message.due_at)).where(
            Message.lane.startswith(f"{kind}:"),
            Message.parked_at.is_(None),
            Message.due_at <= now,
            (Message.claimed_until.is_(None)) | (Message.claimed_until < now),
        )
    )
    return max((now - first).total_seconds(), 0.0) if first else 0.0


def _parked(session: Session, kind: str) -> int:
    return _count(session, Message.lane.startswith(f"{kind}:"), Message.parked_at.is_not(None))


def _count(session: Session, *which: Any) -> int:
    return session.scalar(select(func.count()).where(*which)) or 0
