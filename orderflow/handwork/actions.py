"""What a person does with a vendor's part by hand (P45). The rules stay in charge: an action
changes what they look at, and then the part is decided as ever.

Each action locks the order, looks whether it is possible still, and says in the timeline who did it
and why. Doing it twice does it once: the second time it is not possible any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow import outbox
from orderflow.book import flags, life, timeline
from orderflow.book.shipments import shipped_pieces
from orderflow.models import Change, MarketplaceOrder, Push, Shipment, VendorOrder
from orderflow.read.standing import (
    ALLOW_PUSH,
    CHECKS,
    DO_NOT_PUSH,
    PUSH_ANYWAY,
    PUSH_NOW,
    SEND_AGAIN,
    SUBJECTS,
    TRY_AGAIN,
    Standing,
    gone,
    standings,
)
from orderflow.rules.decide import Decision, Verdict, decide
from orderflow.rules.facts import gather
from orderflow.rules.judge import judge, lines_of, lock
from orderflow.rules.settings import effective
from orderflow.traffic import push, track
from orderflow.upkeep import cancel, change
from orderflow.upkeep.cancelled import REFUND_THE_BUYER
from orderflow.upkeep.edited_after import CODES as GONE_CODES

LONGEST_WHY = 500


class NotPossible(ValueError):
    """Not, or not any more; ``code`` names the sentence that says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Hand:
    """Who acts, and why. ``certain``: the warning was read and confirmed."""

    who: str
    why: str = ""
    certain: bool = False

    def note(self, now: datetime) -> dict[str, str]:
        return {"by": self.who, "why": self.why, "at": now.isoformat()}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action on many parts did: how often, and for which parts (by id) it could not."""

    done: int
    refused: Mapping[int, str]


Act = Callable[[Session, VendorOrder, Standing, Hand, datetime], None]


def perform(session: Session, part: VendorOrder, action: str, hand: Hand, now: datetime) -> None:
    """Do it. Raises NotPossible, and then nothing was changed."""
    lock(session, part.order_id)
    session.refresh(part)
    there = standings(session, [part], now)[part.id]
    obstacle = CHECKS[action](there)
    if obstacle:
        raise NotPossible(obstacle)
    ACTS[action](session, part, there, hand, now)


def perform_all(
    session: Session, parts: Iterable[VendorOrder], action: str, hand: Hand, now: datetime
) -> Outcome:
    """Do it for each part for which it is possible; orders are locked in the order of their ids."""
    done, refused = 0, {}
    for part in sorted(parts, key=lambda part: (part.order_id, part.id)):
        try:
            perform(session, part, action, hand, now)
        except NotPossible as no:
            refused[part.id] = no.code
        else:
            done += 1
    return Outcome(done, refused)


def _tell(
    session: Session, part: VendorOrder, code: str, hand: Hand, now: datetime, **more: Any
) -> None:
    timeline.tell(session, part, code, now, who=hand.who, why=hand.why, **more)


def _push_now(
    session: Session, part: VendorOrder, there: Standing, hand: Hand, now: datetime
) -> None:
    part.released_at = now
    _tell(session, part, "released", hand, now)
    judge(session, part, now)


def _try_again(
    session: Session, part: VendorOrder, there: Standing, hand: Hand, now: datetime
) -> None:
    _tell(session, part, "tried_again", hand, now)
    for failed in (each for each in there.pushes if each.id in there.failed):
        for subject in SUBJECTS:
            outbox.hurry(session, failed.connection.access.lane, f"{subject}:{failed.id}", now)
    for undone in there.undone:
        _ask_again(session, undone, now)
    for shipment in there.stuck:
        shipment.state, shipment.words = Shipment.NEW, ""
        track.ask_for_report(session, shipment, now)
    judge(session, part, now)


def _ask_again(session: Session, undone: Change, now: datetime) -> None:
    if undone.kind == Change.REFUND:
        change.again(session, undone, "repay", now)
    elif undone.kind == Change.PAYMENT:
        change.again(session, undone, "payment", now)
    elif cancel.unwanted(session, undone.push):
        cancel.put(session, undone.push, now)


def _push_anyway(
    session: Session, part: VendorOrder, there: Standing, hand: Hand, now: datetime
) -> None:
    if not hand.why:
        raise NotPossible("why_is_missing")
    decision = _trial(session, part, now, anyway=True)
    if decision.verdict is not Verdict.PUSH:
        raise NotPossible(decision.main or "is_in_store")
    part.override, part.forbidden = hand.note(now), None
    _tell(session, part, "pushed_although_held", hand, now, obstacles=list(there.obstacles))
    judge(session, part, now)


def _do_not_push(
    session: Session, part: VendorOrder, there: Standing, hand: Hand, now: datetime
) -> None:
    part.forbidden, part.override = hand.note(now), None
    _tell(session, part, "forbidden", hand, now)
    for waiting in there.in_state(Push.QUEUED):
        push.release(session, waiting, now)
    if part.state == life.QUEUED:
        placed = bool(there.in_state(Push.PLACED))
        life.move(session, part, life.PUSHED if placed else life.SKIPPED, now)
    judge(session, part, now)


def _allow_push(
    session: Session, part: VendorOrder, there: Standing, hand: Hand, now: datetime
) -> None:
    part.forbidden = None
    _tell(session, part, "allowed_again", hand, now)
    judge(session, part, now)


def _send_again(
    session: Session, part: VendorOrder, there: Standing, hand: Hand, now: datetime
) -> None:
    placed = gone(there) or there.in_state(Push.PLACED)
    if not gone(there) and not hand.certain:
        raise NotPossible("may_live_still")
    freed = {line for each in placed for line in each.line_ids}
    decision = _trial(session, part, now, freed=freed)
    if decision.verdict is not Verdict.PUSH:
        raise NotPossible(decision.main or "is_in_store")
    for code in (*GONE_CODES, REFUND_THE_BUYER) if gone(there) else ():
        flags.settle(session, part, code, now)
    for each in placed:
        each.state = Push.REPLACED
        for line in lines_of(part, each.line_ids):
            line.push_id = None
    session.flush()
    _tell(session, part, "sent_again", hand, now, numbers=[each.remote_name for each in placed])
    judge(session, part, now)


ACTS: Mapping[str, Act] = {
    PUSH_NOW: _push_now,
    TRY_AGAIN: _try_again,
    PUSH_ANYWAY: _push_anyway,
    DO_NOT_PUSH: _do_not_push,
    ALLOW_PUSH: _allow_push,
    SEND_AGAIN: _send_again,
}


def _trial(
    session: Session,
    part: VendorOrder,
    now: datetime,
    *,
    freed: Iterable[str] = (),
    anyway: bool = False,
) -> Decision:
    """What the rules would say of ``part`` if its facts were so."""
    facts = gather(session, part, shipped_pieces(session, part.id))
    if anyway:
        facts = replace(facts, overridden=True, forbidden=False)
    gone = set(freed)
    lines = tuple(replace(line, taken=line.taken and line.id not in gone) for line in facts.lines)
    holds = effective(session, part.merchant_id, part.vendor_id)
    return decide(replace(facts, lines=lines), holds, now)


def parts_of(session: Session, merchant_id: int, order_ids: Iterable[str]) -> list[VendorOrder]:
    """All vendors' parts of this merchant's orders of those public ids."""
    return list(
        session.scalars(
            select(VendorOrder)
            .join(MarketplaceOrder, MarketplaceOrder.id == VendorOrder.order_id)
            .where(
                MarketplaceOrder.merchant_id == merchant_id,
                MarketplaceOrder.public_id.in_(list(order_ids)),
            )
            .order_by(VendorOrder.order_id, VendorOrder.id)
        )
    )
