"""Decide a vendor's part and carry the verdict out: queue its pushes, or let it wait and say why.

Who changes an order locks its row first (``lock``), so that no two of recording, deciding,
sending and tracking judge the same order by different facts.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from orderflow import outbox
from orderflow.book import life, timeline
from orderflow.book.shipments import shipped_pieces
from orderflow.models import (
    Change,
    Connection,
    MarketplaceOrder,
    Merchant,
    OrderLine,
    Push,
    VendorOrder,
)
from orderflow.rules import supplement, watching
from orderflow.rules.decide import Decision, Leg, Verdict, decide, open_lines
from orderflow.rules.facts import gather
from orderflow.rules.settings import effective

RESTING = {Verdict.WAIT: life.WAITING, Verdict.HOLD: life.HELD, Verdict.SKIP: life.SKIPPED}
IDLE = (Push.STOPPED, Push.REFUSED)
"""A push in these states is taken up again when its part may go."""
BURST = 10
"""Seconds until an edit is carried over: those that come meanwhile go with it."""


def lock(session: Session, order_id: int) -> MarketplaceOrder:
    """The order, ours until the unit of work ends, as it is in the database now."""
    return session.scalars(
        select(MarketplaceOrder)
        .where(MarketplaceOrder.id == order_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def lock_push(session: Session, push_id: int) -> Push:
    """A push and its part as they are now; its order is ours until the unit of work ends."""
    push = session.get_one(Push, push_id)
    lock(session, push.vendor_order.order_id)
    session.refresh(push)
    session.refresh(push.vendor_order)
    return push


def lock_change(session: Session, change_id: int) -> Change:
    """A change with its push and part as they are now; its order is ours, as above."""
    row = session.get_one(Change, change_id)
    lock_push(session, row.push_id)
    session.refresh(row)
    return row


def judge(session: Session, part: VendorOrder, now: datetime) -> None:
    """Decide ``part`` and carry it out; the order must be locked."""
    if part.state not in life.JUDGED:
        return
    decision = reach(session, part, now, only_news=part.state in life.BEEN_IN_STORE)
    if decision.verdict is Verdict.PUSH:
        joined = [_join(session, part, leg, now) for leg in decision.legs]
        if not all(joined):
            life.move(session, part, life.QUEUED, now)
    elif part.state not in life.BEEN_IN_STORE:
        life.move(session, part, RESTING[decision.verdict], now)


def reach(
    session: Session,
    part: VendorOrder,
    now: datetime,
    *,
    push_id: int | None = None,
    only_news: bool = False,
) -> Decision:
    """The decision by today's facts, kept with them. Lines of ``push_id`` count as still here;
    with ``only_news`` the decision that led to the push stays, unless more is to go now."""
    facts = gather(session, part, shipped_pieces(session, part.id), push_id)
    decision = decide(facts, effective(session, part.merchant_id, part.vendor_id), now)
    if open_lines(facts):
        _come_back(session, part, decision, now)
    if only_news and decision.verdict is not Verdict.PUSH:
        part.facts = facts.as_json()
        return decision
    kept = decision.as_json()
    if push_id is None and kept != part.decision:
        timeline.tell(
            session,
            part,
            "decided",
            now,
            verdict=decision.verdict.value,
            obstacles=[reason.code for reason in decision.obstacles],
        )
    part.facts, part.decision, part.decided_at = facts.as_json(), kept, now
    part.main_reason = decision.main
    return decision


def _come_back(session: Session, part: VendorOrder, decision: Decision, now: datetime) -> None:
    """Have it decided again when its time has come, and the shop asked while it holds the order.
    The message has a subject of its own: what is not due yet must not stop the order's others."""
    order, lane = part.order, part.order.merchant.orders_lane
    for until in sorted({reason.until for reason in decision.obstacles if reason.until}):
        wait = (datetime.fromisoformat(until) - now).total_seconds()
        name = f"due:{order.id}:{until}"
        outbox.put(
            session, lane, "reconsider", name, {"order": order.id}, now=now, delay=wait, once=name
        )
    watching.ask(session, order, decision, now)


def _join(session: Session, part: VendorOrder, leg: Leg, now: datetime) -> bool:
    """True: the lines follow into an order that stands there. False: a push of them is queued."""
    push = supplement.home(session, part, leg.store)
    if push is None:
        _queue(session, part, leg, now)
        return False
    supplement.join(session, push, lines_of(part, leg.lines))
    timeline.tell(session, part, "lines_follow", now, number=push.remote_name)
    edit_soon(session, push, now)
    return True


def edit_soon(session: Session, push: Push, now: datetime) -> None:
    """Have the order of ``push`` changed to what is wanted, together with what comes meanwhile."""
    about, once = {"push": push.id}, f"change:{push.id}"
    follow_soon(session, push, "change", about, now, delay=BURST, once=once)


def _queue(session: Session, part: VendorOrder, leg: Leg, now: datetime) -> None:
    push = _idle_push(session, part, leg.store) or new_push(session, part, leg.store)
    push.state, push.line_ids, push.words = Push.QUEUED, list(leg.lines), ""
    session.flush()
    for line in lines_of(part, leg.lines):
        line.push_id = push.id
    send_soon(session, push, now)


def lines_of(part: VendorOrder, line_ids: Iterable[str]) -> list[OrderLine]:
    wanted = set(line_ids)
    return [line for line in part.lines if line.remote_id in wanted]


def _idle_push(session: Session, part: VendorOrder, connection_id: int) -> Push | None:
    """A push that was stopped or refused keeps its key, so a straggler of it is still known."""
    return session.scalars(
        select(Push)
        .where(
            Push.vendor_order_id == part.id,
            Push.connection_id == connection_id,
            Push.state.in_(IDLE),
        )
        .order_by(Push.part)
    ).first()


def new_push(session: Session, part: VendorOrder, connection_id: int) -> Push:
    """One more push of the part into that store, with a key of its own."""
    parts = session.scalar(
        select(func.max(Push.part)).where(
            Push.vendor_order_id == part.id, Push.connection_id == connection_id
        )
    )
    push = Push(
        merchant_id=part.merchant_id,
        vendor_order_id=part.id,
        connection_id=connection_id,
        part=(parts or 0) + 1,
        key=f"SL-{secrets.token_hex(10)}",
        line_ids=[],
    )
    session.add(push)
    return push


def send_soon(session: Session, push: Push, now: datetime, *, delay: float = 0) -> None:
    """Have ``push`` sent, or looked for, in the lane of its store."""
    connection = session.get_one(Connection, push.connection_id)
    outbox.put(
        session,
        connection.access.lane,
        "push",
        f"push:{push.id}",
        {"push": push.id},
        now=now,
        delay=delay,
    )


def follow_soon(
    session: Session,
    push: Push,
    kind: str,
    about: Mapping[str, Any],
    now: datetime,
    *,
    delay: float = 0,
    once: str | None = None,
) -> None:
    """Have something done to the order of ``push`` that stands in its store. All that is to be
    done to it comes one after another; what was put off does not hold up what comes now."""
    lane = session.get_one(Connection, push.connection_id).access.lane
    subject = f"change:{push.id}"
    outbox.put(session, lane, kind, subject, about, now=now, delay=delay, once=once)
    outbox.hurry(session, lane, subject, now)


def reconsider_all(
    session: Session, merchant: Merchant, now: datetime, *, vendor_id: int | None = None
) -> None:
    """A setting, add-on or connection changed: decide again what it may release."""
    _go_round(session, merchant, str(vendor_id or "all"), {"vendor": vendor_id}, now)


def reconsider_variant(
    session: Session, merchant: Merchant, variant_id: str, now: datetime
) -> None:
    """Something else is known of a variant: decide the open orders again that hold it."""
    _go_round(session, merchant, f"variant:{variant_id}", {"variant": variant_id}, now)


def reconsider_named(session: Session, merchant: Merchant, folded: str, now: datetime) -> None:
    """A name means another vendor, or none: decide the open orders again whose lines bear it."""
    _go_round(session, merchant, f"name:{folded}", {"name": folded}, now)


def _go_round(
    session: Session, merchant: Merchant, what: str, about: Mapping[str, Any], now: datetime
) -> None:
    """What was foreseen by the rules of before holds no longer: see ``Backfill``."""
    merchant.settings_version = Merchant.settings_version + 1
    outbox.put(
        session,
        merchant.orders_lane,
        "reconsider_all",
        f"reconsider:{what}",
        {"merchant": merchant.id, "vendor": None, "after": 0, **about},
        now=now,
        once=f"reconsider:{merchant.id}:{what}",
    )


def reconsider_soon(session: Session, merchant: Merchant, order_id: int, now: datetime) -> None:
    """Have one order decided again."""
    lane, about = merchant.orders_lane, {"order": order_id}
    outbox.put(session, lane, "reconsider", f"order:{order_id}", about, now=now)


def reconsider_some(
    session: Session, merchant: Merchant, about: Mapping[str, Any], now: datetime, limit: int = 200
) -> int | None:
    """Queue the next ``limit`` orders to be decided again; where to go on, None at the end."""
    after = int(about["after"])
    if about.get("variant"):
        asked = _with_open_lines(merchant, OrderLine.variant_id == about["variant"], after)
    elif about.get("name"):
        asked = _with_open_lines(merchant, OrderLine.vendor_folded == about["name"], after)
    else:
        asked = _open_orders(merchant, about.get("vendor"), after)
    ids = list(session.scalars(asked.limit(limit)))
    for order_id in ids:
        reconsider_soon(session, merchant, order_id, now)
    return ids[-1] if len(ids) == limit else None


def _with_open_lines(merchant: Merchant, fits: Any, after: int) -> Select[int]:
    """Of unfinished orders: lines that no push has taken along, of resting parts or of nobody."""
    line, part = OrderLine, VendorOrder
    return (
        select(line.order_id)
        .distinct()
        .join(MarketplaceOrder, MarketplaceOrder.id == line.order_id)
        .outerjoin(part, part.id == line.vendor_order_id)
        .where(line.merchant_id == merchant.id, fits, line.order_id > after)
        .where(line.push_id.is_(None), MarketplaceOrder.finished_at.is_(None))
        .where(part.id.is_(None) | part.state.in_(life.JUDGED))
        .order_by(line.order_id)
    )


def _open_orders(merchant: Merchant, vendor_id: int | None, after: int) -> Select[int]:
    """Orders with parts that rest, and, without a vendor, those with lines of nobody."""
    orders = (
        select(MarketplaceOrder.id)
        .where(MarketplaceOrder.merchant_id == merchant.id, MarketplaceOrder.id > after)
        .order_by(MarketplaceOrder.id)
    )
    resting = (
        select(VendorOrder.id)
        .where(VendorOrder.order_id == MarketplaceOrder.id, VendorOrder.state.in_(life.JUDGED))
        .exists()
    )
    unowned = (
        select(OrderLine.id)
        .where(OrderLine.order_id == MarketplaceOrder.id, OrderLine.vendor_order_id.is_(None))
        .exists()
    )
    if vendor_id is None:
        return orders.where(resting | unowned)
    return orders.where(resting.where(VendorOrder.vendor_id == vendor_id))
