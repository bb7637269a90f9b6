"""A push, from the decision right before sending to what became of it.

    begin ──► Sending ──► the store ──► placed / busy / refused / locked / unknown
      │ │                                                                    │
      │ └───► Behind: what came in about the order is read first, then begin again
      └────► Looking ──► the store ──► found: placed · not yet: look again ◄─┘
                                        · every look said no: begin again

The Attempt is written before the wire is touched. One that has no outcome, because its worker
died, is an unknown outcome like any other: it is looked for before anything is sent again. So is
one that a firewall turned away. ``audit`` looks afterwards for a second order and compares an order
whose create was not answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

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
    reach,
    reconsider_soon,
    send_soon,
)
from orderflow.traffic import audit, rereading, unread_news
from orderflow.upkeep import after, answers, cancelled
from stores.base import ComposedOrder, PlacedOrder, What

LOOK_HOLDS = timedelta(minutes=2)
"""For so long a look-up that found nothing allows a create to be sent again."""
UNCERTAIN = ("unknown", "turned away", "given up")
"""Outcomes of a create that may have made an order all the same."""


@dataclass(frozen=True, slots=True)
class Sending:
    """Create this order in that store, once."""

    push_id: int
    attempt_id: int
    access_id: int
    order: ComposedOrder


@dataclass(frozen=True, slots=True)
class Behind:
    """The order may be another one by now: read ``deliveries`` (messages) first, if there are any,
    or wait until the shop was asked."""

    deliveries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Looking:
    """A create was sent and nobody knows what became of it: ask the store for ``key``."""

    push_id: int
    attempt_id: int
    access_id: int
    key: str
    since: datetime


def begin(session: Session, push_id: int, now: datetime) -> Sending | Looking | Behind | None:
    """What is to be done with the push now; None: nothing. Writes the Attempt. Nothing is sent by
    facts that are known to be old."""
    push = lock_push(session, push_id)
    if push.state in (Push.SENDING, Push.UNKNOWN):
        return _begin_looking(session, push, now)
    if push.state != Push.QUEUED:
        return None
    news = unread_news.of(session, push.vendor_order.order, now)
    if news.deliveries or news.asked:
        return Behind(news.deliveries)
    if not _still_wanted(session, push, now):
        return None
    if _must_look_first(push, now):
        return _begin_looking(session, push, now)
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


def _must_look_first(push: Push, now: datetime) -> bool:
    """Whether a create of this push may have made an order, and no recent look-up said no."""
    for attempt in reversed(push.attempts):
        if attempt.kind == "look" and attempt.outcome == "not found":
            return attempt.ended_at is None or attempt.ended_at < now - LOOK_HOLDS
        if attempt.kind == "create" and attempt.outcome in UNCERTAIN:
            return True
        if attempt.kind == "create" and attempt.outcome == "refused":
            return False
    return False


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
    """The order exists in the vendor's store, ``how`` we learned it: answer, look or webhook.

    An answer was compared with what was asked. An order learned of otherwise is compared soon, and
    read: what has shipped of it meanwhile was told when nobody knew the order."""
    push = lock_push(session, push_id)
    _close_attempts(session, push, "placed", "", now)
    if push.state == Push.PLACED:
        _answered_late(session, push, order, now, how=how)
        return
    push.state, push.placed_at, push.words = Push.PLACED, now, ""
    name = harmless(session, push.vendor_order, order.name)
    push.remote_id, push.remote_name, push.remote_url = order.id, name, order.url
    session.flush()
    told = {"number": name, "remote": order.id, "notes": list(order.notes)}
    timeline.tell(session, push.vendor_order, "placed", now, how=how, **told)
    if how == "answer":
        answers.compared(session, push, order.differences, What, now)
    else:
        audit.ask(session, push, now, compare=True)
        rereading.read_soon(session, push.connection.access, push, now)
    _settle_part(session, push.vendor_order, now)
    after.look(session, push.vendor_order, now, edited=True)
    if push.repeated:
        audit.ask(session, push, now, delay=audit.AFTER)


def _answered_late(
    session: Session, push: Push, order: PlacedOrder, now: datetime, *, how: str
) -> None:
    """A webhook of the new order came before the answer to its create, or the answer names another
    order than the one that is known: then one of them must go."""
    if how == "answer" and order.id == push.remote_id:
        answers.compared(session, push, order.differences, What, now)
    elif order.live and order.id != push.remote_id:
        audit.ask(session, push, now)


def may_have_landed(push: Push) -> bool:
    """A create was sent, and the book has no order for it yet."""
    return push.state in (Push.SENDING, Push.UNKNOWN) or (
        push.state == Push.QUEUED and push.repeated
    )


def twin_seen(session: Session, push: Push, order: PlacedOrder, now: datetime) -> None:
    """An order under our key that the book does not have: a create that landed hours later, after
    we had sent it again, or had stopped. The vendor may have cancelled it before we knew of it."""
    if push.state in audit.AUDITED and order.live:
        audit.ask(session, push, now)
    elif push.state in IDLE:
        audit.renew_key(session, push)
        audit.gone_already(session, push, order, now)


def seen_alive(session: Session, push: Push, live: bool, now: datetime) -> None:
    """Whether the order in the vendor's store still lives there, as the store says."""
    if live == (push.gone_at is None):
        return
    push.gone_at = None if live else now
    code = "vendor_order_back" if live else "vendor_order_gone"
    timeline.tell(session, push.vendor_order, code, now, number=push.remote_name)
    (cancelled.back if live else cancelled.gone)(session, push, now)


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
            audit.ask(session, session.get_one(Push, push_id), now)
        return
    push = lock_push(session, push_id)
    if push.state not in (Push.UNKNOWN, Push.QUEUED):
        return
    _close_attempts(session, push, "not found", "", now)
    if push.state == Push.QUEUED:
        send_soon(session, push, now)
        return
    push.looks += 1
    if push.looks < len(waits):
        send_soon(session, push, now, delay=waits[push.looks])
        return
    _send_again(session, push, now)


def _send_again(session: Session, push: Push, now: datetime) -> None:
    """Every look-up said no. The first time the create is sent again at once, then after growing
    pauses; after two days a person must look at it."""
    in_vain = _creates_in_vain(push)
    if in_vain and in_vain[0].started_at <= now - outbox.GIVE_UP:
        push.attempts[-1].outcome = "given up"
        timeline.tell(session, push.vendor_order, "given_up", now, words=push.words)
        _refuse(session, push, push.words, now)
        return
    timeline.tell(session, push.vendor_order, "looked_in_vain", now, looks=push.looks)
    push.state, push.repeated = Push.QUEUED, True
    session.flush()
    if push.vendor_order.state == life.UNKNOWN:
        life.move(session, push.vendor_order, life.QUEUED, now)
    tries = len(in_vain)
    send_soon(session, push, now, delay=outbox.pause(tries) if tries > 1 else 0)


def _creates_in_vain(push: Push) -> list[Attempt]:
    """The creates in a row of which nobody knows what became, oldest first."""
    found: list[Attempt] = []
    for attempt in reversed(push.attempts):
        if attempt.outcome in ("refused", "turned away", "given up", "placed"):
            break
        if attempt.kind == "create":
            found.append(attempt)
    return found[::-1]


def not_sent(session: Session, push_id: int, outcome: str, words: str, now: datetime) -> None:
    """The store was busy or locked: nothing was done, the push waits as it was."""
    push = lock_push(session, push_id)
    _close_attempts(session, push, outcome, words, now)
    if push.state == Push.SENDING:
        push.state, push.words = Push.QUEUED, words
        timeline.tell(session, push.vendor_order, f"store_{outcome}", now, words=words)


def refused(
    session: Session, push_id: int, words: str, now: datetime, *, certain: bool = True
) -> None:
    """The store said no, in these words; a person must put something right. Not ``certain``: it was
    not the store that said so but something in front of it, so an order may have been made all the
    same. It is looked for before the push is sent again, and cancelled when it is met before."""
    push = lock_push(session, push_id)
    _close_attempts(session, push, "refused" if certain else "turned away", words, now)
    timeline.tell(session, push.vendor_order, "refused", now, words=words)
    _refuse(session, push, words, now)
    if not certain:
        push.repeated = True


def _refuse(session: Session, push: Push, words: str, now: datetime) -> None:
    push.state, push.words = Push.REFUSED, words
    for line in lines_of(push.vendor_order, push.line_ids):
        line.push_id = None
    session.flush()
    _settle_part(session, push.vendor_order, now)


def given_up(session: Session, push_id: int, words: str, now: datetime) -> None:
    """Tried for two days. One that was certainly not sent is refused; an unknown one stays so."""
    push = lock_push(session, push_id)
    timeline.tell(session, push.vendor_order, "given_up", now, words=words)
    if push.state == Push.QUEUED:
        _refuse(session, push, words, now)


def _close_attempts(session: Session, push: Push, outcome: str, words: str, now: datetime) -> None:
    open_attempts = session.scalars(
        select(Attempt).where(Attempt.push_id == push.id, Attempt.outcome == "")
    )
    for attempt in open_attempts:
        attempt.outcome, attempt.words, attempt.ended_at = outcome, words, now
