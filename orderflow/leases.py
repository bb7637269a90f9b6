"""Who drains a lane. The lease is a number in the database; a higher one fences a lower one.

The doorbell only wakes workers: two rings for one lane, or a worker whose parent died, are
harmless, because each must first take the lease, and each claim asks for it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    bindparam,
    delete,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session

from orderflow import outbox
from orderflow.db import insert_new, rows_hit
from orderflow.models import Lane, Message


def take(
    session: Session, lane: str, *, now: datetime, seconds: float, holder: str = ""
) -> int | None:
    """The number of our lease, or None while somebody else drains this lane. What an earlier
    lease has claimed and not ended is free again at once."""
    insert_new(session, Lane, {"name": lane, "lease": 0}, ["name"])
    lease = session.execute(
        update(Lane)
        .where(Lane.name == lane, or_(Lane.leased_until.is_(None), Lane.leased_until < now))
        .values(lease=Lane.lease + 1, leased_until=now + timedelta(seconds=seconds), holder=holder)
        .returning(Lane.lease)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if lease is not None:
        outbox.free_claims(session, lane)
    return lease


def renew(
    session: Session, held: Mapping[str, int], *, now: datetime, seconds: float
) -> frozenset[str]:
    """Keep the lanes ``held`` under these leases. Those that are still ours; in the others
    somebody else is at work, and nothing more must be claimed."""
    ours = session.scalars(
        update(Lane)
        .where(tuple_(Lane.name, Lane.lease).in_(list(held.items())))
        .values(leased_until=now + timedelta(seconds=seconds))
        .returning(Lane.name)
        .execution_options(synchronize_session=False)
    )
    return frozenset(ours)


def release(session: Session, lane: str, lease: int, gauge: Any) -> None:
    """Let go, and leave behind what the limiter knows."""
    session.execute(
        update(Lane)
        .where(Lane.name == lane, Lane.lease == lease)
        .values(leased_until=None, holder="", gauge=gauge)
    )


def release_all_of(session: Session, holders: Iterable[str]) -> int:
    """Free every lane of processes that are known to be dead; how many lanes."""
    freed = session.execute(
        update(Lane)
        .where(Lane.holder.in_(list(holders)), Lane.leased_until.is_not(None))
        .values(leased_until=None, holder="")
    )
    return rows_hit(freed)


def close(session: Session, lane: str, lease: int) -> None:
    """The lane of a store that we have forgotten: what is still to be done there never can be."""
    session.execute(delete(Message).where(Message.lane == lane))
    session.execute(delete(Lane).where(Lane.name == lane, Lane.lease == lease))


def gauge(session: Session, lane: str) -> Any:
    return session.scalar(select(Lane.gauge).where(Lane.name == lane))


def waiting(session: Session, *, now: datetime, limit: int = 500) -> list[str]:
    """Lanes with something due and nobody there, the one that has waited longest first. Also those
    where all that is due was claimed by a worker that has died."""
    return list(session.scalars(_waiting(), {"now": now, "most": limit}))


@cache
def _waiting() -> Select[str]:
    now = bindparam("now", type_=Lane.leased_until.type)
    free = or_(Lane.leased_until.is_(None), Lane.leased_until < now)
    return (
        select(Message.lane)
        .outerjoin(Lane, Lane.name == Message.lane)
        .where(outbox.due(), free)
        .group_by(Message.lane)
        .order_by(func.min(Message.due_at), Message.lane)
        .limit(bindparam("most", type_=Integer))
    )
