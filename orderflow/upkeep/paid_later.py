"""An order that left unpaid was paid since: it becomes in the vendor's store what it would be if
it had left paid, so that stock is lowered and it stands among the orders to pack, and the vendor's
people are told beside it, once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import flags, snapshot, timeline
from orderflow.models import Change, Push
from orderflow.rules.decide import PAID
from orderflow.rules.judge import follow_soon, lock_change
from orderflow.upkeep import change

BY_HAND = "payment_by_hand"


@dataclass(frozen=True, slots=True)
class Telling:
    """Mark the order ``remote_id`` as paid, and say beside it in ``language`` that ``order`` is."""

    change_id: int
    push_id: int
    remote_id: str
    order: str
    language: str


def ask(session: Session, push: Push, now: datetime) -> None:
    """Have the vendor told, if it is news to them."""
    order = push.vendor_order.order
    if order.payment not in PAID or order.cancelled_at is not None or push.gone_at is not None:
        return
    if push.sent is None or snapshot.composed_from_json(push.sent).paid:
        return
    if _was_asked(session, push) or change.hindrance(session, push):
        return
    row = change.new(session, push, Change.PAYMENT, now)
    follow_soon(session, push, "payment", {"change": row.id}, now)


def _was_asked(session: Session, push: Push) -> bool:
    rows = select(Change.id).where(Change.push_id == push.id, Change.kind == Change.PAYMENT)
    return session.scalar(rows.limit(1)) is not None


def begin(session: Session, change_id: int, now: datetime) -> Telling | None:
    """What to tell. None: it is over."""
    row = lock_change(session, change_id)
    push = row.push
    if row.state not in Change.OPEN:
        return None
    part = push.vendor_order
    if push.state != Push.PLACED or push.gone_at or part.order.cancelled_at:
        row.state, row.ended_at = Change.GIVEN_UP, now
        return None
    return Telling(row.id, push.id, push.remote_id, part.order.name, part.vendor.language)


def told(session: Session, change_id: int, now: datetime) -> None:
    """It stands in the vendor's order."""
    row = _end(session, change_id, Change.DONE, now)
    if row.push.sent is not None:
        sent = snapshot.composed_from_json(row.push.sent)
        row.push.sent = snapshot.composed_to_json(replace(sent, paid=True))
    part, number = row.push.vendor_order, row.push.remote_name
    flags.settle(session, part, BY_HAND, now, subject=str(row.push_id))
    timeline.tell(session, part, "payment_told", now, number=number)


def refused(session: Session, change_id: int, words: str, now: datetime) -> None:
    """The store takes no words, or could not be reached for two days: a person must tell them."""
    row = _end(session, change_id, Change.REFUSED, now)
    part, number = row.push.vendor_order, row.push.remote_name
    row.words = words
    timeline.tell(session, part, "payment_not_told", now, number=number, words=row.words)
    flags.raise_once(
        session,
        part,
        BY_HAND,
        now,
        subject=str(row.push_id),
        push_id=row.push_id,
        change_id=row.id,
        number=number,
        words=row.words,
    )


def unknown(session: Session, change_id: int, words: str, now: datetime) -> None:
    """Nobody knows; the same words stand once, so they are said again."""
    row = lock_change(session, change_id)
    row.state, row.words = Change.UNKNOWN, words


def _end(session: Session, change_id: int, state: str, now: datetime) -> Change:
    row = lock_change(session, change_id)
    row.state, row.ended_at = state, now
    return row
