"""What became of money that was to be given back in a vendor's order."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from orderflow.book import flags, timeline
from orderflow.models import Change
from orderflow.rules.judge import lock_change
from orderflow.upkeep import after, answers, worth
from stores.base import Refunded, What

BY_HAND = "refund_by_hand"


def done(session: Session, change_id: int, made: Refunded, now: datetime) -> None:
    """It stands in the vendor's order. Its pieces are agreed on: nothing takes them off again."""
    row = lock_change(session, change_id)
    row.state, row.ended_at = Change.DONE, now
    push, part = row.push, row.push.vendor_order
    flags.settle(session, part, BY_HAND, now, subject=row.origin)
    worth.take_off(session, push, row)
    for line in part.lines:
        count = row.about["lines"].get(line.remote_id, 0)
        if count and line.push_id == push.id and line.pushed_pieces is not None:
            line.pushed_pieces = max(line.pushed_pieces - count, 0)
            line.pushed_quantity = max((line.pushed_quantity or 0) - count, 0)
    timeline.tell(
        session,
        part,
        "refunded_there",
        now,
        number=push.remote_name,
        amount=made.amount,
        currency=part.order.currency,
        notes=list(made.notes),
    )
    answers.compared(session, push, made.differences, (What.REFUND,), now)
    after.look(session, part, now)


def refused(session: Session, change_id: int, words: str, now: datetime) -> None:
    """The store cannot, or does not want to: a person must."""
    _left_to_people(session, change_id, Change.REFUSED, words, now)


def not_sent(session: Session, change_id: int) -> None:
    """The store was busy, or our access to it is lost: nothing was written; the refund waits."""
    lock_change(session, change_id).state = Change.WAITING


def nowhere(session: Session, change_id: int, now: datetime) -> None:
    """The vendor's order is gone, which is told by itself: there is nothing to give back in."""
    row = lock_change(session, change_id)
    row.state, row.ended_at = Change.GIVEN_UP, now


def given_up(session: Session, change_id: int, words: str, now: datetime) -> None:
    """Tried for two days."""
    _left_to_people(session, change_id, Change.GIVEN_UP, words, now)


def _left_to_people(
    session: Session, change_id: int, state: str, words: str, now: datetime
) -> None:
    row = lock_change(session, change_id)
    part, number = row.push.vendor_order, row.push.remote_name
    row.state, row.ended_at, row.words = state, now, words
    timeline.tell(session, part, "refund_refused", now, number=number, words=row.words)
    flags.raise_once(
        session,
        part,
        BY_HAND,
        now,
        subject=row.origin,
        push_id=row.push_id,
        change_id=row.id,
        number=number,
        amount=row.about["amount"],
        currency=part.order.currency,
        words=row.words,
    )
    after.look(session, part, now)


def unknown(session: Session, change_id: int, words: str, now: datetime) -> None:
    """Nobody knows; under the same key it counts once, however often it is asked."""
    row = lock_change(session, change_id)
    part, number = row.push.vendor_order, row.push.remote_name
    row.state, row.words = Change.UNKNOWN, words
    timeline.tell(session, part, "refund_unknown", now, number=number, words=row.words)
