"""A push, from the decision right before sending to what became of it.

    begin ──► Sending ──► the store ──► placed / busy / refused / locked / unknown
      │                                                                      │
      └────► Looking ──► the store ──► found: placed · not yet: look again ◄─┘
                                        · every look said no: begin again

The Attempt is written before the wire is touched. One that has no outcome, because its worker
died, is an unknown outcome like any other: it is looked for before anything is sent again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow import outbox
from orderflow.book import life, snapshot, timeline
from orderflow.book.shipments import settle
from orderflow.mask import cargo
from orderflow.mask.told import harmless
from orderflow.models import Attempt, Push, VendorOrder
from orderflow.rules.decide import Verdict
from orderflow.rules.judge import (
    IDLE,
    RESTING,
    lines_of,
    lock_push,
    new_push,
    reach,
    reconsider_soon,
    send_soon,
)
from orderflow.upkeep import after, answers, cancelled
from stores.base import ComposedOrder, PlacedOrder, What

AUDITED = (Push.PLACED, Push.STOPPED, Push.REFUSED, Push.REPLACED, Push.CANCELLED)
"""In these states of a push nothing of it is under way, so no other order may live."""
AUDIT_AFTER = 900
"""Seconds after a create was sent twice until we make sure that only one order lives."""


@dataclass(frozen=True, slots=True)
class Sending:
    """Create this order in that store, once."""

    push_id: int
    attempt_id: int
    access_id: int
    order: ComposedOrder


@dataclass(frozen=True, slots=True)
class Looking:
    """A create was sent and nobody knows what became of it: ask the store for ``key``."""

    push_id: int
    attempt_id: int
    access_id: int
    key: str
    since: datetime


def begin(session: Session, push_id: int, now: datetime) -> Sending | Looking | None:
    """What is to be done with the push now; None: nothing. Writes the Attempt."""
    push = lock_push(session, push_id)
    if push.state in (Push.SENDING, Push.UNKNOWN):
        return _begin_looking(session, push, now)
    if push.state != Push.QUEUED or not _still_wanted(session, push, now):
        return None
    pieces = cargo.left_of(session, push, push.line_ids)
    order = cargo.composed(session, push, pieces)
    push.sent = snapshot.composed_to_json(order)
    for line in lines_of(push.vendor_order, push.line_ids):
        line.pushed_quantity, line.pushed_pieces = line.quantity, pieces[line.remote_id]
    attempt = _attempt(session, push, "create", now)
    push.state, push.first_sent_at = Push.SENDING, push.first_sent_at or now
    return Sending(push.id, attempt.id, push.connection.access_id, order)


def _attempt(session: Session, push: Push, kind: str, now: datetime) -> Attempt:
    attempt = Attempt(push_id=push.id, kind=kind, started_at=now)
    session.add(attempt)
    session.flush()
    return attempt


def _begin_looking(session: Session, push: Push, now: datetime) -> Looking:
    if push.state == Push.SENDING:
        _unknown(session, push, "the worker died before the answer", now)
    attempt = _attempt(session, push, "look", now)
    since = push.first_sent_at or push.vendor_order.state_since
    return Looking(push.id, attempt.id, push.connection.access_id, push.key, since)


def _still_wanted(session: Session, push: Push, now: datetime) -> bool:
    """Decide again by today's facts; a push that they no longer allow is stopped."""
    part = push.vendor_order
    decision = reach(session, part, now, push_id=push.id)
    legs = {leg.store: leg.lines for leg in decision.legs}
    going = legs.pop(push.connection_id, ())
    if any(set(push.line_ids).intersection(lines) for lines in legs.values()):
        reconsider_soon(session, part.order.merchant, part.order_id, now)
    if decision.verdict is Verdict.PUSH and going:
        for line in lines_of(part, set(push.line_ids) - set(going)):
            line.push_id = None
        for line in lines_of(part, going):
            line.push_id = push.id
        push.line_ids = list(going)
        return True
    release(session, push, now)
    if part.state == life.QUEUED:
        rest = RESTING.get(decision.verdict, life.HELD)
        life.move(session, part, rest if not _placed(session, part) else life.PUSHED, now)
        settle(session, part, now)
    return False


def release(session: Session, push: Push, now: datetime) -> None:
    """Stop a push that has not been sent, and let its lines be decided again."""
    push.state = Push.STOPPED
    for line in lines_of(push.vendor_order, push.line_ids):
        line.push_id = None
    session.flush()
    timeline.tell(session, push.vendor_order, "push_stopped", now)


def _placed(session: Session, part: VendorOrder) -> bool:
    return (
        session.scalar(
            select(Push.id).where(Push.vendor_order_id == part.id, Push.state == Push.PLACED)
        )
        is not None
    )


# -- what became of it ---------------------------------------------------------------------------


def placed(session: Session, push_id: int, order: PlacedOrder, now: datetime, *, how: str) -> None:
    """The order stands in the vendor's store, ``how`` we learned it: answer, look or webhook."""
    push = lock_push(session, push_id)
    _close_attempts(session, push, "placed", "", now)
    if push.state == Push.PLACED:
        return
    push.state, push.placed_at, push.words = Push.PLACED, now, ""
    name = harmless(session, push.vendor_order, order.name)
    push.remote_id, push.remote_name, push.remote_url = order.id, name, order.url
    session.flush()
    told = {"number": name, "remote": order.id, "notes": list(order.notes)}
    timeline.tell(session, push.vendor_order, "placed", now, how=how, **told)
    if how == "answer":
        answers.compared(session, push, order.differences, What, now)
    _settle_part(session, push.vendor_order, now)
    after.look(session, push.vendor_order, now, edited=True)
    if push.repeated:
        _audit(session, push, now, delay=AUDIT_AFTER)


def may_have_landed(push: Push) -> bool:
    """A create was sent, and the book has no order for it yet."""
    return push.state in (Push.SENDING, Push.UNKNOWN) or (
        push.state == Push.QUEUED and push.repeated
    )


def twin_seen(session: Session, push: Push, order: PlacedOrder, now: datetime) -> None:
    """An order under our key that the book does not have: a create that landed hours later, after
    we had sent it again, or had stopped. The vendor may have cancelled it before we knew of it."""
    if push.state in AUDITED and order.live:
        _audit(session, push, now, delay=0)
    elif push.state in IDLE:
        _renew_key(session, push)
        _gone_already(session, push, order, now)


def seen_alive(session: Session, push: Push, live: bool, now: datetime) -> None:
    """Whether the order in the vendor's store still lives there, as the store says."""
    if live == (push.gone_at is None):
        return
    push.gone_at = None if live else now
    code = "vendor_order_back" if live else "vendor_order_gone"
    timeline.tell(session, push.vendor_order, code, now, number=push.remote_name)
    (cancelled.back if live else cancelled.gone)(session, push, now)


def _audit(session: Session, push: Push, now: datetime, *, delay: float) -> None:
    lane, about = push.connection.access.lane, {"push": push.id}
    outbox.put(session, lane, "audit", f"push:{push.id}", about, now=now, delay=delay)


def _settle_part(session: Session, part: VendorOrder, now: datetime) -> None:
    states = set(session.scalars(select(Push.state).where(Push.vendor_order_id == part.id)))
    if part.state not in (life.QUEUED, life.UNKNOWN, life.REFUSED):
        return
    if Push.UNKNOWN in states:
        life.move(session, part, life.UNKNOWN, now)
    elif part.state == life.UNKNOWN and states & {Push.QUEUED, Push.SENDING}:
        life.move(session, part, life.QUEUED, now)
    elif not states & {Push.QUEUED, Push.SENDING}:
        life.move(session, part, life.REFUSED if Push.REFUSED in states else life.PUSHED, now)
        settle(session, part, now)


def unknown(session: Session, push_id: int, words: str, now: datetime, wait: float) -> None:
    """No trustworthy answer came; look in ``wait`` seconds."""
    push = lock_push(session, push_id)
    if push.state == Push.PLACED:
        return
    _unknown(session, push, words, now)
    send_soon(session, push, now, delay=wait)


def _unknown(session: Session, push: Push, words: str, now: datetime) -> None:
    _close_attempts(session, push, "unknown", words, now)
    push.state, push.looks, push.words = Push.UNKNOWN, 0, words
    session.flush()
    timeline.tell(session, push.vendor_order, "outcome_unknown", now, words=words)
    if push.vendor_order.state == life.QUEUED:
        life.move(session, push.vendor_order, life.UNKNOWN, now)


def looked(
    session: Session,
    push_id: int,
    found: Sequence[PlacedOrder],
    now: datetime,
    waits: Sequence[float],
) -> None:
    """What the store said when asked for our key. ``waits``: seconds before each look-up; only
    when the last has said no may the create be sent again."""
    if found:
        live = [order for order in found if order.live]
        placed(session, push_id, (live or list(found))[0], now, how="look")
        if len(live) > 1:
            _audit(session, session.get_one(Push, push_id), now, delay=0)
        return
    push = lock_push(session, push_id)
    if push.state != Push.UNKNOWN:
        return
    _close_attempts(session, push, "not found", "", now)
    push.looks += 1
    if push.looks < len(waits):
        send_soon(session, push, now, delay=waits[push.looks])
        return
    timeline.tell(session, push.vendor_order, "looked_in_vain", now, looks=push.looks)
    push.state, push.repeated = Push.QUEUED, True
    session.flush()
    if push.vendor_order.state == life.UNKNOWN:
        life.move(session, push.vendor_order, life.QUEUED, now)
    send_soon(session, push, now)


def not_sent(session: Session, push_id: int, outcome: str, words: str, now: datetime) -> None:
    """The store was busy or locked: nothing was done, the push waits as it was."""
    push = lock_push(session, push_id)
    _close_attempts(session, push, outcome, words, now)
    if push.state == Push.SENDING:
        push.state, push.words = Push.QUEUED, words
        timeline.tell(session, push.vendor_order, f"store_{outcome}", now, words=words)


def refused(session: Session, push_id: int, words: str, now: datetime) -> None:
    """The store said no, in these words; a person must put something right."""
    push = lock_push(session, push_id)
    _close_attempts(session, push, "refused", words, now)
    push.state, push.words = Push.REFUSED, words
    for line in lines_of(push.vendor_order, push.line_ids):
        line.push_id = None
    session.flush()
    timeline.tell(session, push.vendor_order, "refused", now, words=words)
    _settle_part(session, push.vendor_order, now)


def given_up(session: Session, push_id: int, words: str, now: datetime) -> None:
    """Tried for two days. One that was certainly not sent is refused; an unknown one stays so."""
    push = lock_push(session, push_id)
    timeline.tell(session, push.vendor_order, "given_up", now, words=words)
    if push.state == Push.QUEUED:
        push.state, push.words = Push.REFUSED, words
        for line in lines_of(push.vendor_order, push.line_ids):
            line.push_id = None
        session.flush()
        _settle_part(session, push.vendor_order, now)


def _close_attempts(session: Session, push: Push, outcome: str, words: str, now: datetime) -> None:
    open_attempts = session.scalars(
        select(Attempt).where(Attempt.push_id == push.id, Attempt.outcome == "")
    )
    for attempt in open_attempts:
        attempt.outcome, attempt.words, attempt.ended_at = outcome, words, now


@dataclass(frozen=True, slots=True)
class Auditing:
    """Make sure that of ``key`` only the order in the book lives."""

    push_id: int
    access_id: int
    key: str
    since: datetime


def begin_audit(session: Session, push_id: int) -> Auditing | None:
    push = session.get_one(Push, push_id)
    if push.state not in AUDITED or push.first_sent_at is None:
        return None
    return Auditing(push.id, push.connection.access_id, push.key, push.first_sent_at)


def surplus(session: Session, push_id: int, found: Sequence[PlacedOrder]) -> list[PlacedOrder]:
    """Orders under our key that live besides the one in the book: they are to be cancelled. The key
    of a push that has none is used up by them: what is sent next gets another key, or it would be
    taken for an order that the vendor cancelled."""
    push = lock_push(session, push_id)
    if push.state not in AUDITED:
        return []
    twins = [order for order in found if order.id != push.remote_id]
    if twins and push.state in IDLE:
        _renew_key(session, push)
    return [order for order in twins if order.live]


def _renew_key(session: Session, push: Push) -> None:
    """Another push, as idle as this one, takes its place; this one keeps the key."""
    new = new_push(session, push.vendor_order, push.connection_id)
    new.state, new.line_ids, new.words = push.state, list(push.line_ids), push.words
    push.state = Push.CANCELLED
    session.flush()


def surplus_cancelled(session: Session, push_id: int, order: PlacedOrder, now: datetime) -> None:
    """The order was cancelled in the vendor's store."""
    push = lock_push(session, push_id)
    if push.state == Push.CANCELLED and not push.remote_id:
        _gone_already(session, push, order, now)
    told = {"number": harmless(session, push.vendor_order, order.name), "remote": order.id}
    timeline.tell(session, push.vendor_order, "surplus_cancelled", now, **told)


def _gone_already(session: Session, push: Push, order: PlacedOrder, now: datetime) -> None:
    """The order of a push whose key was given up; it lives no more."""
    name = harmless(session, push.vendor_order, order.name)
    push.remote_id, push.remote_name, push.remote_url = order.id, name, order.url
    push.gone_at = now
