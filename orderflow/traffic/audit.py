"""Look again at a push whose create was not plainly answered: exactly one order may exist under its
key, and it must be what was asked for.

    ask ──► message ──► begin ──► the store is asked for the key ──► surplus orders are cancelled
                                                                └──► the order is compared
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from orderflow import outbox
from orderflow.book import snapshot, timeline
from orderflow.mask.told import harmless
from orderflow.models import Push
from orderflow.rules.judge import IDLE, lock_push, new_push
from orderflow.upkeep import answers
from stores.base import ComposedOrder, PlacedOrder, What

AUDITED = (Push.PLACED, Push.STOPPED, Push.REFUSED, Push.REPLACED, Push.CANCELLED)
"""In these states of a push nothing of it is under way, so no other order may live."""
AFTER = 900
"""Seconds after a create that may have landed twice until the store is asked."""


@dataclass(frozen=True, slots=True)
class Auditing:
    """Make sure that of ``key`` only the order ``remote_id`` lives. ``compare``: what that order is
    to be compared with; None: its create was answered, so it was compared then."""

    push_id: int
    access_id: int
    key: str
    since: datetime
    remote_id: str
    compare: ComposedOrder | None


def ask(
    session: Session, push: Push, now: datetime, *, delay: float = 0, compare: bool = False
) -> None:
    """Have the store asked in ``delay`` seconds."""
    lane, about = push.connection.access.lane, {"push": push.id, "compare": compare}
    outbox.put(session, lane, "audit", f"push:{push.id}", about, now=now, delay=delay)


def begin(session: Session, push_id: int, *, compare: bool) -> Auditing | None:
    """What to ask; None: nothing was ever sent, or something is under way."""
    push = session.get_one(Push, push_id)
    if push.state not in AUDITED or push.first_sent_at is None:
        return None
    wanted = compare and push.state == Push.PLACED and push.gone_at is None and push.sent
    return Auditing(
        push_id=push.id,
        access_id=push.connection.access_id,
        key=push.key,
        since=push.first_sent_at,
        remote_id=push.remote_id,
        compare=snapshot.composed_from_json(push.sent) if wanted else None,
    )


def surplus(session: Session, push_id: int, found: Sequence[PlacedOrder]) -> list[PlacedOrder]:
    """Orders under our key that live besides the one in the book: they are to be cancelled. The key
    of a push that has none is used up by them: what is sent next gets another key, or it would be
    taken for an order that the vendor cancelled."""
    push = lock_push(session, push_id)
    if push.state not in AUDITED:
        return []
    twins = [order for order in found if order.id != push.remote_id]
    if twins and push.state in IDLE:
        renew_key(session, push)
    return [order for order in twins if order.live]


def renew_key(session: Session, push: Push) -> None:
    """Another push, as idle as this one, takes its place; this one keeps the key."""
    new = new_push(session, push.vendor_order, push.connection_id)
    new.state, new.line_ids, new.words = push.state, list(push.line_ids), push.words
    push.state = Push.CANCELLED
    session.flush()


def surplus_cancelled(session: Session, push_id: int, order: PlacedOrder, now: datetime) -> None:
    """The order was cancelled in the vendor's store."""
    push = lock_push(session, push_id)
    if push.state == Push.CANCELLED and not push.remote_id:
        gone_already(session, push, order, now)
    told = {"number": harmless(session, push.vendor_order, order.name), "remote": order.id}
    timeline.tell(session, push.vendor_order, "surplus_cancelled", now, **told)


def gone_already(session: Session, push: Push, order: PlacedOrder, now: datetime) -> None:
    """The order of a push whose key was given up; it lives no more."""
    name = harmless(session, push.vendor_order, order.name)
    push.remote_id, push.remote_name, push.remote_url = order.id, name, order.url
    push.gone_at = now


def compared(session: Session, work: Auditing, order: PlacedOrder, now: datetime) -> None:
    """What the store made of the create that was not answered. What was agreed on otherwise since
    is not compared with this."""
    push = lock_push(session, work.push_id)
    if push.state != Push.PLACED or push.sent is None or push.remote_id != order.id:
        return
    if snapshot.composed_from_json(push.sent) == work.compare:
        answers.compared(session, push, order.differences, What, now)
        told = {"number": push.remote_name, "notes": list(order.notes)}
        timeline.tell(session, push.vendor_order, "order_compared", now, **told)
