"""The outbox: messages written with the state they follow from, claimed by whoever holds the lane.

    put ──► due ──► claimed ──► done (row deleted)
             ▲          │
             └─ put off ┘  ──► parked, after two days: a person must look

A claim is one conditional UPDATE, fenced by the lane's lease: a worker that lost its lease claims
nothing more, and what it still tells about a message that someone else claimed is refused.

A claim that never ended counts as a crash. A message that crashed twice in a row may be what kills
its workers: it is claimed only where no other of that sort is under way (``claim``), so that it is
found out, and parked after CRASHES of them.
"""

from __future__ import annotations

import math
import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    ScalarSelect,
    String,
    and_,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from orderflow.db import insert_new, ring_after, rows_hit
from orderflow.models import Lane, Message

PAUSES = (60, 120, 300, 900, 3600, 14400)
"""Seconds between tries; the last one repeats."""
LONGEST = 86_400.0
"""Seconds; whatever asks for a longer delay gets this one."""
GIVE_UP = timedelta(hours=48)
SUSPECT = 2
"""Crashes in a row from which on a message is suspected of killing its workers."""
CRASHES = 5
"""Crashes in a row after which it is parked."""


class Fenced(RuntimeError):
    """Somebody else has this message now; what we did with it must not be written."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours until its claim lapses.

    ``tries`` counts this one. It is written down when the try has had an outcome, so a message
    whose worker was killed waits no longer for that. ``crashes`` are the claims just before that
    had no end: what was done under the last of them nobody has written down."""

    id: int
    claim: str
    lane: str
    kind: str
    subject: str
    about: Any
    tries: int
    first_tried_at: datetime
    crashes: int
    standing: bool
    """Never done, only put off: a poll, a reconciliation. It is never given up."""


def put(
    session: Session,
    lane: str,
    kind: str,
    subject: str,
    about: Mapping[str, Any],
    *,
    now: datetime,
    delay: float = 0,
    once: str | None = None,
) -> None:
    """Something to do in ``lane``, ``delay`` seconds from now.

    With ``once``, a message of that name that is still waiting is left as it is.
    """
    session.flush()
    values = {
        "lane": lane,
        "kind": kind,
        "subject": subject,
        "about": dict(about),
        "once": once,
        "created_at": now,
        "due_at": now + timedelta(seconds=delay),
        "tries": 0,
        "words": "",
    }
    insert_new(session, Message, values, ["once"])
    if delay <= 0:
        ring_after(session, lane)


@cache
def ready() -> ColumnElement[bool]:
    """Due at the parameter ``now``, nobody's, and no earlier message of its subject is there."""
    now = bindparam("now", type_=Message.due_at.type)
    return and_(due(), or_(Message.claimed_until.is_(None), Message.claimed_until < now))


@cache
def due() -> ColumnElement[bool]:
    """Due at the parameter ``now``, and no earlier message of its subject is there; somebody may
    have claimed it. In a lane that nobody holds such a claim is void."""
    now = bindparam("now", type_=Message.due_at.type)
    earlier = aliased(Message)
    blocked = (
        select(earlier.id)
        .where(
            earlier.lane == Message.lane,
            earlier.subject == Message.subject,
            earlier.id < Message.id,
            earlier.parked_at.is_(None),
        )
        .exists()
    )
    return and_(Message.parked_at.is_(None), Message.due_at <= now, ~blocked)


def claim(
    session: Session,
    lane: str,
    lease: int,
    count: int,
    *,
    now: datetime,
    seconds: float,
    suspect: bool = True,
) -> list[Claimed]:
    """Up to ``count`` due messages of ``lane``, ours for ``seconds``; none without the lease. At
    most one of them has crashed SUSPECT times or more, and none unless ``suspect``."""
    given = {
        "suspect": suspect,
        "in_lane": lane,
        "held_as": lease,
        "most": count,
        "now": now,
        "until": now + timedelta(seconds=seconds),
        "by": f"{lease}-{secrets.token_hex(8)}",
    }
    rows = session.execute(_claiming(), given).scalars()
    return sorted((_claimed(row) for row in rows), key=lambda claimed: claimed.id)


@cache
def _claiming() -> Any:
    """Workers ask it all day long, so it is put together once."""
    lane, moment = bindparam("in_lane", type_=String), Message.due_at.type
    held = select(Lane.name).where(Lane.name == lane, Lane.lease == bindparam("held_as")).exists()
    alone = and_(bindparam("suspect", type_=Boolean), Message.id == _first_suspect(lane))
    due = (
        select(Message.id)
        .where(Message.lane == lane, ready(), held, or_(Message.crashes < SUSPECT, alone))
        .order_by(Message.due_at, Message.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    return (
        update(Message)
        .where(Message.id.in_(select(due.c.id)))
        .values(
            claim=bindparam("by"),
            claimed_until=bindparam("until", type_=moment),
            crashes=Message.crashes + case((Message.claim.is_not(None), 1), else_=0),
            first_tried_at=func.coalesce(Message.first_tried_at, bindparam("now", type_=moment)),
        )
        .returning(Message)
        .execution_options(synchronize_session=False)
    )


def _first_suspect(lane: ColumnElement[str]) -> ScalarSelect[int]:
    """The oldest message of ``lane`` that is due, free, and suspected of killing its workers."""
    now = bindparam("now", type_=Message.due_at.type)
    other = aliased(Message)
    return (
        select(other.id)
        .where(other.lane == lane, other.crashes > 0, other.crashes >= SUSPECT)
        .where(other.parked_at.is_(None), other.due_at <= now)
        .where(or_(other.claimed_until.is_(None), other.claimed_until < now))
        .order_by(other.id)
        .limit(1)
        .scalar_subquery()
    )


def free_claims(session: Session, lane: str) -> None:
    """Whoever claimed messages of ``lane`` is gone: they may be claimed again."""
    session.execute(
        update(Message)
        .where(Message.lane == lane, Message.claim.is_not(None))
        .values(claim=None, claimed_until=None, crashes=Message.crashes + 1)
        .execution_options(synchronize_session=False)
    )


def is_waiting(session: Session, lane: str, subject: str) -> bool:
    """Whether something about ``subject`` is still to be done."""
    there = select(Message.id).where(Message.lane == lane, Message.subject == subject).limit(1)
    return session.scalar(there) is not None


def is_due(session: Session, lane: str, *, now: datetime) -> bool:
    return (
        session.scalar(
            select(Message.id).where(Message.lane == lane, ready()).limit(1), {"now": now}
        )
        is not None
    )


def _claimed(row: Message) -> Claimed:
    return Claimed(
        id=row.id,
        claim=row.claim or "",
        lane=row.lane,
        kind=row.kind,
        subject=row.subject,
        about=row.about,
        tries=row.tries + 1,
        first_tried_at=row.first_tried_at or row.created_at,
        crashes=row.crashes,
        standing=row.once is not None,
    )


def extend(session: Session, messages: Sequence[Claimed], *, now: datetime, seconds: float) -> None:
    """Keep messages that are still being handled for ``seconds`` more."""
    ids, claims = {each.id for each in messages}, {each.claim for each in messages}
    session.execute(
        update(Message)
        .where(Message.id.in_(ids), Message.claim.in_(claims))
        .values(claimed_until=now + timedelta(seconds=seconds))
    )


def _ours(message: Claimed) -> Any:
    return and_(Message.id == message.id, Message.claim == message.claim)


def _must_hit(result: Any) -> None:
    if rows_hit(result) != 1:
        raise Fenced("another worker has this message")


def done(session: Session, message: Claimed) -> None:
    """It is done, together with what this unit of work writes. Raises Fenced."""
    _must_hit(session.execute(delete(Message).where(_ours(message))))


def take_away(session: Session, message_id: int) -> Any:
    """Remove a message that nobody has claimed: the caller does what it asks for, in the same unit
    of work. What it is about; None where it is gone or somebody is at it."""
    free = Message.id == message_id, Message.claim.is_(None), Message.parked_at.is_(None)
    return session.scalar(
        delete(Message)
        .where(*free)
        .returning(Message.about)
        .execution_options(synchronize_session=False)
    )


def unname(session: Session, message: Claimed) -> None:
    """From now on another message of this name may be put: what it asks for comes after us."""
    session.execute(update(Message).where(_ours(message)).values(once=None))


def put_off(
    session: Session,
    message: Claimed,
    *,
    now: datetime,
    delay: float,
    words: str = "",
    fresh: bool = False,
    counted: bool = True,
    about: Mapping[str, Any] | None = None,
) -> None:
    """Make the message due again in ``delay`` seconds (0 to LONGEST). ``fresh`` forgets the tries
    so far; this one counts as none unless ``counted``. With ``about``, that is what it says from
    now on. Raises Fenced."""
    values: dict[str, Any] = {
        "due_at": now + timedelta(seconds=finite(delay) or 0.0),
        "claim": None,
        "claimed_until": None,
        "words": words,
        "tries": message.tries if counted else message.tries - 1,
        "crashes": 0,
    }
    if fresh:
        values |= {"tries": 0, "first_tried_at": None}
    if about is not None:
        values["about"] = dict(about)
    _must_hit(session.execute(update(Message).where(_ours(message)).values(values)))


def park(session: Session, message: Claimed, *, now: datetime, words: str) -> None:
    """Tried long enough; kept for a person to look at. Raises Fenced."""
    _must_hit(
        session.execute(
            update(Message)
            .where(_ours(message))
            .values(parked_at=now, claim=None, claimed_until=None, words=words)
        )
    )


def finite(seconds: float | None) -> float | None:
    """``seconds`` within 0 and LONGEST; None for what is no finite number."""
    if seconds is None or not isinstance(seconds, int) and not math.isfinite(seconds):
        return None
    return float(min(max(seconds, 0), LONGEST))


def pause(tries: int, retry_after: float | None = None) -> float:
    """Seconds until the next try: growing, never sooner than the store said, with jitter so that
    a crowd that failed together does not come back together."""
    retry_after = finite(retry_after)
    planned: float = PAUSES[min(max(tries, 1), len(PAUSES)) - 1]
    if retry_after is not None and tries <= 1:
        planned = min(planned, max(retry_after, 1))
    jitter = random.uniform(1.0, 1.25)  # noqa: S311 - spreads load, guards nothing
    return min(max(planned, retry_after or 0) * jitter, LONGEST)


def hasten(session: Session, once: str, now: datetime) -> None:
    """The standing message of that name is due now, unless somebody is at it."""
    lanes = session.scalars(
        update(Message)
        .where(Message.once == once, Message.claimed_until.is_(None), Message.due_at > now)
        .values(due_at=now)
        .returning(Message.lane)
    )
    for lane in lanes:
        ring_after(session, lane)


def worn_out(message: Claimed, now: datetime) -> bool:
    """Tried for two days; standing messages go on for ever."""
    return not message.standing and now - message.first_tried_at >= GIVE_UP


def _begun_anew() -> dict[str, Any]:
    """It is no longer parked, and earlier failures count no more. Crashes of one that was not
    parked do: news of its subject must not save what kills each worker."""
    crashes = case((Message.parked_at.is_not(None), 0), else_=Message.crashes)
    return {"parked_at": None, "tries": 0, "first_tried_at": None, "crashes": crashes}


def hurry(session: Session, lane: str, subject: str, now: datetime) -> bool:
    """What was parked, or put off after a failure, is due now. False: there is nothing of that."""
    found = session.execute(
        update(Message)
        .where(Message.lane == lane, Message.subject == subject, Message.claimed_until.is_(None))
        .where((Message.parked_at.is_not(None)) | (Message.tries > 0))
        .values(due_at=now, **_begun_anew())
    )
    if rows_hit(found):
        ring_after(session, lane)
    return rows_hit(found) > 0


def wake(session: Session, lane: str, now: datetime) -> None:
    """What was put off or parked in ``lane`` is due now: its store is back."""
    session.execute(
        update(Message)
        .where(Message.lane == lane, Message.claimed_until.is_(None))
        .where((Message.parked_at.is_not(None)) | (Message.tries > 0))
        .values(due_at=now, **_begun_anew())
    )
    ring_after(session, lane)
