"""How vendors' parts stand right now, and so what a person may do with them. Only reads.

A check says ``""`` where the action is possible, else the code of the sentence that tells why not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from orderflow.book import life
from orderflow.models import (
    Change,
    Connection,
    Flag,
    Message,
    OrderLine,
    Push,
    Shipment,
    StoreAccess,
    VendorOrder,
)
from orderflow.rules.decide import Verdict, decide
from orderflow.rules.facts import Facts
from orderflow.rules.settings import Effective, Settings

PUSH_NOW, TRY_AGAIN, PUSH_ANYWAY = "push_now", "try_again", "push_although_held"
DO_NOT_PUSH, ALLOW_PUSH, SEND_AGAIN = "do_not_push", "allow_push", "send_again"
RELEASES = "wait_or_release"
"""The remedy of an obstacle that only waits for its time."""


SUBJECTS = ("push", "change")
"""What messages about a push are called, each with its id."""
FOLLOWING = ("change", "cancel", "repay", "payment")
"""Kinds of what is done to an order that stands there; one that only waits has no words."""
AGAIN = (Change.CANCEL, Change.REFUND, Change.PAYMENT)
"""Kinds of changes that are asked of the store once more as they were."""


@dataclass(frozen=True, slots=True)
class Standing:
    """``obstacles``: remedies by code of what stood in the way last; ``anyway``: the code of what
    would do so even if a person had it pushed. ``failed``: the ids of pushes whose message was
    parked or put off, ``undone``: cancellations, refunds and words of a payment that are left to
    people. ``stuck``: shipments that the marketplace refused. ``dropped``: the ids of pushes that
    the vendor cancelled and the merchant's setting took for done."""

    state: str
    obstacles: Mapping[str, str]
    anyway: str
    pushes: tuple[Push, ...]
    failed: frozenset[int]
    stuck: tuple[Shipment, ...]
    undone: tuple[Change, ...]
    dropped: frozenset[int]
    forbidden: bool

    def in_state(self, state: str) -> list[Push]:
        return [push for push in self.pushes if push.state == state]

    @property
    def under_way(self) -> bool:
        """A create has left, and its outcome is not known."""
        return bool(self.in_state(Push.SENDING) or self.in_state(Push.UNKNOWN))


def standings(session: Session, parts: Sequence[VendorOrder], now: datetime) -> dict[int, Standing]:
    """By the parts' ids; as many queries for one part as for fifty."""
    ids = [part.id for part in parts]
    pushes: dict[int, list[Push]] = defaultdict(list)
    for push in session.scalars(
        select(Push).where(Push.vendor_order_id.in_(ids)).order_by(Push.id)
    ):
        pushes[push.vendor_order_id].append(push)
    stuck: dict[int, list[Shipment]] = defaultdict(list)
    for shipment in session.scalars(
        select(Shipment).where(Shipment.vendor_order_id.in_(ids), Shipment.state == Shipment.STUCK)
    ):
        stuck[shipment.vendor_order_id].append(shipment)
    undone, dropped = _undone(session, ids), _dropped(session, ids)
    failed = _failed(session, [push.id for each in pushes.values() for push in each])
    return {
        part.id: Standing(
            part.state,
            _obstacles(part),
            _anyway(part, now),
            tuple(pushes[part.id]),
            frozenset(push.id for push in pushes[part.id] if push.id in failed),
            tuple(stuck[part.id]),
            tuple(undone[part.id]),
            frozenset(push.id for push in pushes[part.id] if push.id in dropped),
            part.forbidden is not None,
        )
        for part in parts
    }


def _obstacles(part: VendorOrder) -> dict[str, str]:
    stored = (part.decision or {}).get("reasons", ())
    return {each["code"]: each["remedy"] for each in stored if each["verdict"] != "push"}


def _anyway(part: VendorOrder, now: datetime) -> str:
    """By the facts as they were seen last; settings are what a person's word goes over."""
    if part.facts is None:
        return ""
    facts = replace(Facts.from_json(part.facts), overridden=True, forbidden=False)
    decision = decide(facts, Effective(Settings()), now)
    return "" if decision.verdict is Verdict.PUSH else decision.main or "is_in_store"


def _undone(session: Session, part_ids: Sequence[int]) -> dict[int, list[Change]]:
    """By part, what no person has marked done yet. Money that nobody can share out is for people
    alone."""
    rows = session.scalars(
        select(Change)
        .join(Flag, Flag.change_id == Change.id)
        .join(Push, Push.id == Change.push_id)
        .where(Change.vendor_order_id.in_(part_ids))
        .where(Flag.vendor_order_id.in_(part_ids), Flag.done_at.is_(None))
        .where(Change.kind.in_(AGAIN), Push.state == Push.PLACED)
        .where(Change.state.in_((Change.REFUSED, Change.GIVEN_UP)))
        .order_by(Change.id)
    )
    found: dict[int, list[Change]] = defaultdict(list)
    for row in rows:
        if not row.about.get("shared"):
            found[row.vendor_order_id].append(row)
    return found


def _dropped(session: Session, part_ids: Sequence[int]) -> set[int]:
    """Of what we cancelled ourselves the lines are free; these hold theirs."""
    rows = session.scalars(
        select(OrderLine.push_id)
        .join(Push, Push.id == OrderLine.push_id)
        .where(OrderLine.vendor_order_id.in_(part_ids), Push.state == Push.CANCELLED)
    )
    return {push_id for push_id in rows if push_id is not None}


def _failed(session: Session, push_ids: Iterable[int]) -> set[int]:
    """Pushes whose message failed at least once: it is parked, or comes again later."""
    by_subject = {f"{what}:{each}": each for each in push_ids for what in SUBJECTS}
    if not by_subject:
        return set()
    lanes = {
        f"store:{access_id}"
        for access_id in session.scalars(
            select(StoreAccess.id)
            .join(Connection, Connection.access_id == StoreAccess.id)
            .join(Push, Push.connection_id == Connection.id)
            .where(Push.id.in_(by_subject.values()))
        )
    }
    subjects = session.scalars(
        select(Message.subject).where(
            Message.lane.in_(lanes),
            Message.subject.in_(by_subject),
            or_(Message.kind == "push", and_(Message.kind.in_(FOLLOWING), Message.words != "")),
            Message.claimed_until.is_(None),
            or_(Message.parked_at.is_not(None), Message.tries > 0),
        )
    )
    return {by_subject[subject] for subject in subjects}


def _push_now(there: Standing) -> str:
    if there.forbidden:
        return "is_forbidden"
    if RELEASES in there.obstacles.values() and there.state in life.UNDECIDED:
        return ""
    return "waits_for_no_time"


def _try_again(there: Standing) -> str:
    if there.forbidden:
        return "is_forbidden"
    refused = there.state == life.REFUSED and there.in_state(Push.REFUSED)
    return "" if refused or there.failed or there.stuck or there.undone else "nothing_failed"


def _push_anyway(there: Standing) -> str:
    if there.under_way or there.state in (life.QUEUED, life.UNKNOWN):
        return "on_its_way"
    if there.state in (life.SHIPPED, life.CANCELLED):
        return "is_over"
    return there.anyway if there.obstacles else "not_held"


def _do_not_push(there: Standing) -> str:
    if there.forbidden:
        return "is_forbidden"
    if there.under_way or any(push.repeated for push in there.in_state(Push.QUEUED)):
        return "on_its_way"
    return "" if there.state in (*life.UNDECIDED, life.QUEUED) else "is_in_store"


def _allow_push(there: Standing) -> str:
    return "" if there.forbidden else "not_forbidden"


def _send_again(there: Standing) -> str:
    if there.under_way or there.state in (life.QUEUED, life.UNKNOWN):
        return "on_its_way"
    if there.dropped:
        return ""
    if not there.in_state(Push.PLACED):
        return "never_placed"
    return "is_over" if there.state in (life.SHIPPED, life.CANCELLED) else ""


CHECKS: Mapping[str, Callable[[Standing], str]] = {
    PUSH_NOW: _push_now,
    TRY_AGAIN: _try_again,
    PUSH_ANYWAY: _push_anyway,
    DO_NOT_PUSH: _do_not_push,
    ALLOW_PUSH: _allow_push,
    SEND_AGAIN: _send_again,
}


def gone(there: Standing) -> list[Push]:
    """Orders that stood in the vendor's store, and that the store has called gone."""
    placed = there.in_state(Push.PLACED)
    left = [push for push in placed if push.gone_at is not None]
    return left + [push for push in there.pushes if push.id in there.dropped]
