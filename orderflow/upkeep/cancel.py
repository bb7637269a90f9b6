"""The marketplace's order was cancelled, or this part emptied: the vendor's order is cancelled.

ask ──► message ──► begin ──► the store ──► ``cancelled``: done · requested · too late
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import flags, pieces
from orderflow.models import Change, Push
from orderflow.rules.judge import follow_soon, lock_change
from orderflow.rules.settings import effective
from orderflow.upkeep import change


@dataclass(frozen=True, slots=True)
class Cancelling:
    """Cancel the order ``remote_id``; with a ``ticket``, ask what became of that. ``gone``: it
    lives no more, so there is nothing to ask."""

    change_id: int
    push_id: int
    remote_id: str
    reason: str
    restock: bool
    ticket: str
    gone: bool


def ask(session: Session, push: Push, now: datetime) -> None:
    """Have the order of ``push`` cancelled, if nothing of it is wanted any more."""
    if not unwanted(session, push) or latest(session, push) is not None:
        return
    why = "" if push.gone_at else change.hindrance(session, push)
    if why:
        part, code = push.vendor_order, change.NOT_PASSED_ON
        flags.raise_once(session, part, code, now, push_id=push.id, reason=why)
        return
    put(session, push, now)


def put(session: Session, push: Push, now: datetime) -> None:
    """A wish of its own, whatever became of one before."""
    row = change.new(session, push, Change.CANCEL, now)
    follow_soon(session, push, "cancel", {"change": row.id}, now)


def latest(session: Session, push: Push) -> Change | None:
    rows = select(Change).where(Change.push_id == push.id, Change.kind == Change.CANCEL)
    return session.scalars(rows.order_by(Change.id.desc()).limit(1)).first()


def unwanted(session: Session, push: Push) -> bool:
    """What was given back is first given back there too; only then is an emptied order empty."""
    if push.vendor_order.order.cancelled_at is not None:
        return True
    wanted = pieces.of(session, push)
    if not wanted or not pieces.emptied(wanted):
        return False
    giving_back = pieces.busy(session, push, *Change.OPEN, kinds=(Change.REFUND,))
    return not giving_back and not any(pieces.shipped(session, push).values())


def begin(session: Session, change_id: int) -> Cancelling | None:
    """What to ask the store now. None: it is over, or wanted again before anything was asked."""
    row = lock_change(session, change_id)
    push = row.push
    if row.state not in Change.OPEN:
        return None
    if row.state == Change.WAITING and not unwanted(session, push):
        session.delete(row)
        return None
    part = push.vendor_order
    return Cancelling(
        row.id,
        push.id,
        push.remote_id,
        f"{part.order.name} was cancelled in the marketplace.",
        effective(session, part.merchant_id, part.vendor_id).values.restock_on_cancel,
        row.ticket,
        push.gone_at is not None,
    )
