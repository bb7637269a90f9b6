"""How often somebody may try: counted before the try, in the database.

A try that turns out right is given back. Counting first keeps many tries at once from all being
let through before the first of them is counted.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from orderflow.db import insert_new
from orderflow.models import LoginTry

WINDOW = timedelta(hours=1)


class Locked(RuntimeError):
    """Too many tries; there is no other before ``until``."""

    def __init__(self, until: datetime) -> None:
        super().__init__("too many tries")
        self.until = until


@dataclass(frozen=True, slots=True)
class Limit:
    """``most`` tries of this ``kind`` within an hour; the last one locks."""

    kind: str
    most: int
    lock: timedelta = timedelta(minutes=30)

    def key(self, who: str) -> str:
        """Nothing can be read off it, not even of somebody who is nobody here."""
        return hashlib.sha256(f"{self.kind}:{who}".encode()).hexdigest()


def take(session: Session, limit: Limit, who: str, now: datetime) -> bool:
    """Count a try. True: it is the last one. Raises Locked."""
    row = _row(session, limit.key(who), now)
    if row.locked_until and row.locked_until > now:
        raise Locked(row.locked_until)
    if row.locked_until or row.since <= now - WINDOW:
        row.count, row.since, row.locked_until = 0, now, None
    row.count += 1
    last = row.count >= limit.most
    if last:
        row.locked_until = now + limit.lock
    return last


def give_back(session: Session, limit: Limit, who: str, now: datetime) -> None:
    """The try was right, and the lock that it made is no more."""
    row = _row(session, limit.key(who), now)
    row.count, row.locked_until = max(row.count - 1, 0), None


def clear(session: Session, limit: Limit, who: str) -> None:
    """All tries are forgotten: it was the right person after all."""
    session.execute(delete(LoginTry).where(LoginTry.key == limit.key(who)))


def forget(session: Session, now: datetime) -> None:
    """Rows that no longer count go."""
    over = or_(LoginTry.locked_until.is_(None), LoginTry.locked_until < now)
    session.execute(delete(LoginTry).where(LoginTry.since < now - WINDOW, over))


def _row(session: Session, key: str, now: datetime) -> LoginTry:
    insert_new(session, LoginTry, {"key": key, "count": 0, "since": now}, ["key"])
    return session.scalars(
        select(LoginTry)
        .where(LoginTry.key == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
