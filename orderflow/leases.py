"""Who drains a lane. The lease is a number in the database; a higher one fences a lower one.

RQ only rings the bell: two jobs for one lane, a job that ran twice, or a worker whose parent died
are all harmless, because each must first take the lease, and each claim asks for it again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from orderflow.db import insert_new, rows_hit
from orderflow.models import Lane, Message
from orderflow.outbox import ready


def take(session: Session, lane: str, *, now: datetime, seconds: float) -> int | None:
    """The number of our lease, or None while somebody else drains this lane."""
    insert_new(session, Lane, {"name": lane, "lease": 0}, ["name"])
    return session.execute(
        update(Lane)
        .where(Lane.name == lane, or_(Lane.leased_until.is_(None), Lane.leased_until < now))
        .values(lease=Lane.lease + 1, leased_until=now + timedelta(seconds=seconds))
        .returning(Lane.lease)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()


def renew(session: Session, lane: str, lease: int, *, now: datetime, seconds: float) -> bool:
    """Keep the lane. False: somebody else has it; claim nothing more."""
    result = session.execute(
        update(Lane)
        .where(Lane.name == lane, Lane.lease == lease)
        .values(leased_until=now + timedelta(seconds=seconds))
    )
    return rows_hit(result) == 1


def release(session: Session, lane: str, lease: int, gauge: Any) -> None:
    """Let go, and leave behind what the limiter knows."""
    session.execute(
        update(Lane)
        .where(Lane.name == lane, Lane.lease == lease)
        .values(leased_until=None, gauge=gauge)
    )


def close(session: Session, lane: str, lease: int) -> None:
    """The lane of a store that we have forgotten: what is still to be done there never can be."""
    session.execute(delete(Message).where(Message.lane == lane))
    session.execute(delete(Lane).where(Lane.name == lane, Lane.lease == lease))


def gauge(session: Session, lane: str) -> Any:
    return session.scalar(select(Lane.gauge).where(Lane.name == lane))


def waiting(session: Session, *, now: datetime, limit: int = 500) -> list[str]:
    """Lanes with something to do and nobody there."""
    return list(session.scalars(_waiting(), {"now": now, "most": limit}))


@cache
def _waiting() -> Select[str]:
    now = bindparam("now", type_=Lane.leased_until.type)
    free = or_(Lane.leased_until.is_(None), Lane.leased_until < now)
    return (
        select(Message.lane)
        .outerjoin(Lane, Lane.name == Message.lane)
        .where(ready(), free)
        .group_by(Message.lane)
        .limit(bindparam("most", type_=Integer))
    )
