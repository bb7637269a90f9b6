"""What webhooks may not tell: while an order waits for its risk, for a hold to be released or for
its payment's reference, the shop is asked. Webhooks about risk and holds come sooner; this is the
net below them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from orderflow import outbox
from orderflow.book import life
from orderflow.models import MarketplaceOrder, Merchant, VendorOrder
from orderflow.rules.decide import REFERENCES, RISKS, UNREAD, WATCHED, Decision, decide, open_lines
from orderflow.rules.facts import Facts
from orderflow.rules.settings import effective

WATCH_EVERY, ASK_SOON = 900, 5
"""Seconds between two questions to the shop about an order that it holds or calls risky; and
where news of the order came while it was asked."""

Codes = frozenset[str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the shop is to be asked of an order; ``payment`` is how that stands in the book now."""

    risk: bool
    reference: bool
    payment: str


def ask(session: Session, order: MarketplaceOrder, decision: Decision, now: datetime) -> None:
    """Have the shop asked for what ``decision`` waits for; at once, if it never was. The message
    has a subject of its own: what is not due yet must not stop the order's others."""
    codes = _watched(decision)
    if not codes:
        return
    name, about, lane = f"watch:{order.id}", {"order": order.remote_id}, order.merchant.access.lane
    wait = _wait(codes)
    outbox.put(session, lane, "watch", name, about, now=now, delay=wait, once=name)
    if not wait:
        outbox.hasten(session, name, now)


def _watched(decision: Decision) -> Codes:
    return WATCHED.intersection(reason.code for reason in decision.obstacles)


def _wait(codes: Codes) -> float:
    return 0 if codes & UNREAD else WATCH_EVERY


def wanted(session: Session, merchant: Merchant, remote_id: str, now: datetime) -> Wanted | None:
    """None: no part of that order waits for what only the shop can tell."""
    order = session.scalars(named(merchant, remote_id)).one_or_none()
    codes = _codes(session, order, now) if order is not None else None
    if order is None or not codes:
        return None
    return Wanted(bool(codes & RISKS), bool(codes & REFERENCES), order.payment)


def again(session: Session, merchant: Merchant, remote_id: str, now: datetime) -> float | None:
    """In how many seconds to ask once more; None: nothing waits for it now. Locks the order."""
    order = session.scalars(named(merchant, remote_id).with_for_update()).one_or_none()
    codes = _codes(session, order, now) if order is not None else None
    return (_wait(codes) or ASK_SOON) if codes else None


def is_open(session: Session, merchant: Merchant, remote_id: str) -> bool:
    """Whether something is left to do for the buyer of an order that we know."""
    order = session.scalars(named(merchant, remote_id)).one_or_none()
    return order is not None and order.finished_at is None


def named(merchant: Merchant, remote_id: str) -> Select[MarketplaceOrder]:
    """The order by its id in the shop."""
    return select(MarketplaceOrder).where(
        MarketplaceOrder.merchant_id == merchant.id, MarketplaceOrder.remote_id == remote_id
    )


def _codes(session: Session, order: MarketplaceOrder, now: datetime) -> Codes:
    """What its parts wait for, by the facts of their last decision and today's settings. Of a
    buyer who was forgotten nothing more is asked."""
    if order.forgotten_at is not None:
        return Codes()
    parts = [part for part in order.vendor_orders if part.state in life.JUDGED and part.facts]
    return Codes().union(*(_of_part(session, part, now) for part in parts))


def _of_part(session: Session, part: VendorOrder, now: datetime) -> Codes:
    facts = Facts.from_json(part.facts or {})
    if not open_lines(facts):
        return Codes()
    held = effective(session, part.merchant_id, part.vendor_id)
    return _watched(decide(facts, held, now))
