"""Messages that were given up: they stay, with what they failed of, until a person looks."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from orderflow import outbox
from orderflow.models import Message

UNREADABLE = "the message itself cannot be read"


def oldest(session: Session, limit: int = 200) -> list[Message]:
    """What was given up and waits for a person, oldest first."""
    return list(
        session.scalars(
            select(Message)
            .where(Message.parked_at.is_not(None))
            .order_by(Message.parked_at)
            .limit(limit)
        )
    )


def retry_all(session: Session, now: datetime) -> int:
    """Everything that was given up is due again; how many messages."""
    lanes = list(session.scalars(select(Message.lane).where(Message.parked_at.is_not(None))))
    for lane in set(lanes):
        outbox.wake(session, lane, now)
    return len(lanes)


def park_unreadable(session: Session, lane: str, now: datetime) -> int:
    """Park those due messages of ``lane`` whose rows cannot be read; how many. What they were
    about is lost. Standing ones (a poll) begin anew after a pause."""
    due = select(Message.id).where(Message.lane == lane, outbox.ready())
    ids = session.scalars(due, {"now": now}).all()
    found = [number for number in ids if not _can_be_read(session, number)]
    whole = {"about": {}, "created_at": now, "claim": None, "claimed_until": None, "crashes": 0}
    standing, later = Message.once.is_not(None), now + timedelta(seconds=outbox.PAUSES[0])
    for which, more in (
        (standing, {"due_at": later}),
        (~standing, {"due_at": now, "parked_at": now}),
    ):
        session.execute(
            update(Message)
            .where(Message.id.in_(found), which)
            .values(**whole, **more, words=UNREADABLE, first_tried_at=None)
            .execution_options(synchronize_session=False)
        )
    return len(found)


def _can_be_read(session: Session, number: int) -> bool:
    """Whether the row can be turned into the values that it stands for. SQLite says of text that
    is none that the operation failed."""
    try:
        session.execute(select(Message.__table__).where(Message.id == number)).all()
    except (ValueError, TypeError, LookupError, RecursionError, OperationalError):
        return False
    return True
