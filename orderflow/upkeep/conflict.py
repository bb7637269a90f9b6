"""Merchant and vendor changed the same since it was last the same on both sides (P58).

The setting says whose value holds, or that a person is asked. Both values, who and when are kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import flags, pieces, timeline
from orderflow.models import Conflict, OrderLine, PersonalRead, Push
from orderflow.rules.judge import follow_soon, lock_push
from orderflow.rules.settings import effective

VERDICTS = {"merchant": Conflict.MERCHANT, "vendor": Conflict.VENDOR, "ask": Conflict.OPEN}
CODE = "conflict"
LINE = "line:"
SETTING = "setting"
"""Who settled it, where no person did."""


def meet(
    session: Session,
    push: Push,
    field: str,
    values: tuple[Any, Any, Any],
    theirs_at: datetime,
    now: datetime,
) -> str:
    """Whose of ``values`` (agreed on, mine, theirs) holds; OPEN: a person is asked. What was
    settled for this value of mine stays settled."""
    part = push.vendor_order
    base, mine, theirs = values
    known = _known(session, push, field, fingerprint(push, mine))
    if known is None:
        wish = effective(session, part.merchant_id, part.vendor_id).values.conflicts
        known = Conflict(
            merchant_id=push.merchant_id,
            push_id=push.id,
            field=field,
            base=base,
            mine=mine,
            theirs=theirs,
            mine_print=fingerprint(push, mine),
            mine_at=part.order.updated_at,
            theirs_at=theirs_at,
            verdict=VERDICTS[wish],
            settled_by=SETTING if VERDICTS[wish] else "",
            settled_at=now if VERDICTS[wish] else None,
        )
        session.add(known)
        session.flush()
        timeline.tell(session, part, "conflict_met", now, field=field, verdict_is=wish)
    if known.verdict == Conflict.OPEN:
        _ask(session, push, known, now)
    return known.verdict


def _known(session: Session, push: Push, field: str, mine_print: str) -> Conflict | None:
    return session.scalars(
        select(Conflict)
        .where(Conflict.push_id == push.id, Conflict.field == field)
        .where(Conflict.mine_print == mine_print)
        .order_by(Conflict.id.desc())
    ).first()


def _ask(session: Session, push: Push, row: Conflict, now: datetime) -> None:
    """Only the newest values of a field are asked for."""
    row.settled_at, row.settled_by = None, ""
    for other in opened(session, [push.id]):
        if other.field == row.field and other.id != row.id:
            other.settled_at, other.settled_by = now, flags.BY_ITSELF
    flags.raise_once(
        session, push.vendor_order, CODE, now, subject=row.field, push_id=push.id, field=row.field
    )


def opened(session: Session, push_ids: Sequence[int]) -> Sequence[Conflict]:
    rows = select(Conflict).where(
        Conflict.push_id.in_(push_ids),
        Conflict.verdict == Conflict.OPEN,
        Conflict.settled_at.is_(None),
    )
    return session.scalars(rows.order_by(Conflict.id)).all()


def resting(session: Session, push: Push) -> set[tuple[str, str]]:
    """(field, fingerprint of my value) that wait for a person, or that the vendor has won."""
    rows = session.execute(
        select(Conflict.field, Conflict.mine_print).where(
            Conflict.push_id == push.id, Conflict.verdict != Conflict.MERCHANT
        )
    )
    return {(row.field, row.mine_print) for row in rows}


def fingerprint(push: Push, value: Any) -> str:
    """The same for the same value of one push; nobody reads the value off it."""
    told = json.dumps([push.key, value], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def find(session: Session, merchant_id: int, order_id: int, public_id: str) -> Conflict | None:
    return session.scalars(
        select(Conflict)
        .join(Push, Push.id == Conflict.push_id)
        .where(Conflict.merchant_id == merchant_id, Conflict.public_id == public_id)
        .where(Push.vendor_order.has(order_id=order_id))
    ).one_or_none()


def shown(session: Session, row_id: int, who: str, now: datetime) -> Conflict:
    """Its values, to somebody whose look is noted: the mask may have let the buyer's through."""
    row = session.get_one(Conflict, row_id)
    session.add(
        PersonalRead(
            merchant_id=row.merchant_id,
            order_id=row.push.vendor_order.order_id,
            at=now,
            by=who,
            why="what both sides changed",
        )
    )
    return row


def decide(session: Session, row_id: int, verdict: str, who: str, now: datetime) -> bool:
    """A person says whose value holds. False: it was settled meanwhile."""
    row = session.get_one(Conflict, row_id)
    lock_push(session, row.push_id)
    return settle(session, row, verdict, who, now)


def settle(session: Session, row: Conflict, verdict: str, who: str, now: datetime) -> bool:
    """A person says whose value holds; the order is locked. False: it was settled meanwhile."""
    session.refresh(row)
    if row.settled_at is not None:
        return False
    part = row.push.vendor_order
    row.verdict, row.settled_by, row.settled_at = verdict, who, now
    session.flush()
    if not any(other.field == row.field for other in opened(session, _pushes(session, row))):
        flags.settle(session, part, CODE, now, subject=row.field)
    timeline.tell(
        session, part, "conflict_settled", now, field=row.field, verdict_is=verdict, who=who
    )
    if verdict == Conflict.MERCHANT:
        follow_soon(session, row.push, "change", {"push": row.push_id}, now)
    elif row.field.startswith(LINE):
        _keep_theirs(session, row)
    return True


def _pushes(session: Session, row: Conflict) -> list[int]:
    """All of the same part: one flag asks about a field of them all."""
    of_part = select(Push.id).where(Push.vendor_order_id == row.push.vendor_order_id)
    return list(session.scalars(of_part))


def _keep_theirs(session: Session, row: Conflict) -> None:
    line = session.scalars(
        select(OrderLine).where(
            OrderLine.push_id == row.push_id,
            OrderLine.remote_id == row.field.removeprefix(LINE),
        )
    ).one_or_none()
    if line is not None:
        pieces.agree(line, line.quantity, int(row.theirs or 0))
