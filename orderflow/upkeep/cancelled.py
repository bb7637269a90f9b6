"""What became of a wish to cancel a vendor's order, and what the vendor cancelled alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from orderflow.book import flags, life, pieces, shipments, timeline
from orderflow.models import Change, Push, Shipment
from orderflow.rules.judge import judge, lock_change
from orderflow.rules.settings import effective
from orderflow.upkeep import after, cancel, change, edited_after, paid_later, repay
from orderflow.upkeep.edited_after import VENDOR_CANCELLED
from stores.base import Cancellation

TOO_LATE = "cancelled_too_late"
REFUSED = "cancel_by_hand"
REFUND_THE_BUYER = "refund_the_buyer"
LIVES_AGAIN = "lives_again"
SHIPPED_AFTER = "shipped_after_cancel"


def told(session: Session, change_id: int, said: Cancellation, now: datetime) -> None:
    """The store's own word: done, requested, or too late."""
    if said.state == "requested":
        _requested(session, change_id, said.ticket, now)
    elif said.state == "too_late":
        _too_late(session, change_id, said, now)
    else:
        row = lock_change(session, change_id)
        _end(row, Change.DONE, now)
        if row.push.state == Push.PLACED:
            _over(session, row.push, now)


def _end(row: Change, state: str, now: datetime) -> None:
    row.state, row.ended_at = state, now


def _over(session: Session, push: Push, now: datetime) -> None:
    """Our own cancel: the order lives no more, and its lines are free."""
    part = push.vendor_order
    for subject in pieces.by_hand(session, push):
        flags.settle(session, part, flags.CHANGE_BY_HAND, now, subject=subject)
    for code in (*edited_after.CODES, REFUSED, TOO_LATE, change.NOT_PASSED_ON):
        flags.settle(session, part, code, now)
    flags.settle(session, part, paid_later.BY_HAND, now, subject=str(push.id))
    push.state, push.gone_at = Push.CANCELLED, push.gone_at or now
    for line in part.lines:
        if line.push_id == push.id:
            line.push_id = None
    session.flush()
    timeline.tell(session, part, "cancelled_there", now, number=push.remote_name)
    shipments.settle(session, part, now)
    judge(session, part, now)


def _requested(session: Session, change_id: int, ticket: str, now: datetime) -> None:
    row = lock_change(session, change_id)
    if row.state in (Change.WAITING, Change.UNKNOWN):
        row.state, row.ticket = Change.REQUESTED, ticket
        part, number = row.push.vendor_order, row.push.remote_name
        timeline.tell(session, part, "cancel_requested", now, number=number)


def _too_late(session: Session, change_id: int, said: Cancellation, now: datetime) -> None:
    """What left has left; the rest is taken off."""
    row = lock_change(session, change_id)
    push, part = row.push, row.push.vendor_order
    if row.state not in Change.OPEN:
        return
    _end(row, Change.TOO_LATE, now)
    flags.settle(session, part, REFUSED, now)
    row.words, row.about = said.words, {"shipped": dict(said.shipped)}
    told: dict[str, Any] = {"number": push.remote_name, "count": sum(said.shipped.values())}
    timeline.tell(session, part, "cancel_too_late", now, **told)
    flags.raise_once(session, part, TOO_LATE, now, push_id=push.id, change_id=row.id, **told)
    shipments.settle(session, part, now)
    after.look(session, part, now)


def refused(session: Session, change_id: int, words: str, now: datetime) -> None:
    """The store said no: a person must cancel it there."""
    _left_to_people(session, change_id, Change.REFUSED, words, now)


def given_up(session: Session, change_id: int, words: str, now: datetime) -> None:
    """Tried for two days."""
    _left_to_people(session, change_id, Change.GIVEN_UP, words, now)


def _left_to_people(
    session: Session, change_id: int, state: str, words: str, now: datetime
) -> None:
    row = lock_change(session, change_id)
    push, part = row.push, row.push.vendor_order
    if row.state not in Change.OPEN:
        return
    _end(row, state, now)
    row.words = words
    timeline.tell(session, part, "cancel_refused", now, number=push.remote_name, words=row.words)
    told = {"number": push.remote_name, "words": row.words}
    flags.raise_once(session, part, REFUSED, now, push_id=push.id, change_id=row.id, **told)


def unknown(session: Session, change_id: int, words: str, now: datetime) -> None:
    """Nobody knows; what is cancelled already counts as done when it is asked again."""
    row = lock_change(session, change_id)
    row.state, row.words = Change.UNKNOWN, words
    part, number = row.push.vendor_order, row.push.remote_name
    timeline.tell(session, part, "cancel_unknown", now, number=number, words=row.words)


# -- the vendor's own ----------------------------------------------------------------------------


def gone(session: Session, push: Push, now: datetime) -> None:
    """The vendor's order lives no more: that is the answer to our wish, or the vendor's doing."""
    part = push.vendor_order
    flags.settle(session, part, LIVES_AGAIN, now)
    if push.state != Push.PLACED:
        return
    row = cancel.latest(session, push)
    if row is not None:
        _end(row, Change.DONE, now)
    if row is not None or cancel.unwanted(session, push) or repay.all_back(session, push):
        _over(session, push, now)
        return
    setting = effective(session, part.merchant_id, part.vendor_id).values.vendor_cancel
    accepted = setting == "cancel"
    if accepted:
        push.state = Push.CANCELLED
        session.flush()
        shipments.settle(session, part, now)
    code = REFUND_THE_BUYER if accepted else VENDOR_CANCELLED
    flags.raise_once(session, part, code, now, push_id=push.id, number=push.remote_name)


def back(session: Session, push: Push, now: datetime) -> None:
    """It lives again. What we cancelled must not; what the vendor cancelled goes on."""
    part = push.vendor_order
    for code in (*edited_after.CODES, REFUND_THE_BUYER):
        flags.settle(session, part, code, now)
    if push.state != Push.CANCELLED:
        return
    if not any(line.push_id == push.id for line in part.lines):
        flags.raise_once(session, part, LIVES_AGAIN, now, push_id=push.id, number=push.remote_name)
        return
    push.state = Push.PLACED
    session.flush()
    if part.state == life.CANCELLED:
        life.move(session, part, life.PUSHED, now)
    shipments.settle(session, part, now)


def shipped_all_the_same(session: Session, push: Push, shipment: Shipment, now: datetime) -> None:
    """A parcel of an order that was cancelled: the shop is not told, the merchant is."""
    part, code, subject = push.vendor_order, SHIPPED_AFTER, str(shipment.id)
    if shipment.state == Shipment.WITHDRAWN:
        flags.settle(session, part, code, now, subject=subject)
        return
    told: dict[str, Any] = {"number": push.remote_name, "count": sum(shipment.lines.values())}
    flags.raise_once(session, part, code, now, subject=subject, push_id=push.id, **told)
