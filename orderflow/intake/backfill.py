"""Orders placed before the app was here are taken in when the merchant wishes it (P46).

    ask ──► looking ──► ready ──► running ──► done
               └───────────┴─────────┴──► stopped

Two walks along the shop's own list, a page at a time in the shop's lane: the first only counts and
decides what would happen, the second records each order on the way that every order goes. An order
is in the book at most once, so a page that is read twice changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow import outbox
from orderflow.intake.record import foresee, record
from orderflow.models import Backfill, MarketplaceOrder, Merchant, Vendor
from orderflow.rules import settings
from orderflow.rules.decide import Verdict
from stores.base import SeenOrder


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would become of the vendors' parts: pushed, by vendor; the others by verdict and the
    code of what stands in the way."""

    pushed: tuple[tuple[str, int], ...]
    others: tuple[tuple[str, str, int], ...]

    @property
    def pushes(self) -> int:
        return sum(count for _, count in self.pushed)


@dataclass(frozen=True, slots=True)
class Step:
    """The next page to read. ``takes``: its orders are recorded, not only counted."""

    since: datetime
    until: datetime
    page: str
    takes: bool


def latest(session: Session, merchant: Merchant) -> Backfill | None:
    return session.scalars(
        select(Backfill)
        .where(Backfill.merchant_id == merchant.id)
        .order_by(Backfill.id.desc())
        .limit(1)
    ).one_or_none()


def of(session: Session, merchant: Merchant, public_id: str) -> Backfill | None:
    return session.scalars(
        select(Backfill).where(Backfill.merchant_id == merchant.id, Backfill.public_id == public_id)
    ).one_or_none()


def ask(session: Session, merchant: Merchant, days: int, *, by: str, now: datetime) -> Backfill:
    """Have the unfulfilled orders of the last ``days`` counted; the one at work if there is one."""
    owner = settings.lock(session, merchant.id)
    before = latest(session, owner)
    if before is not None and before.state in Backfill.AT_WORK:
        return before
    row = Backfill(
        merchant_id=owner.id,
        since=now - timedelta(days=days),
        until=now,
        settings_version=owner.settings_version,
        asked_at=now,
        asked_by=by,
    )
    session.add(row)
    session.flush()
    _go_on_soon(session, row, now)
    return row


def start(session: Session, row: Backfill, *, by: str, now: datetime) -> bool:
    """Take in what was found. False: what decides was changed since, so it is counted again."""
    owner = settings.lock(session, row.merchant_id)
    session.refresh(row)
    if row.state != Backfill.READY:
        return True
    fresh = row.settings_version == owner.settings_version
    if fresh:
        row.state, row.started_at, row.started_by = Backfill.RUNNING, now, by
    else:
        row.state, row.settings_version = Backfill.LOOKING, owner.settings_version
        row.found = row.known = 0
        row.outlook = []
    row.page = ""
    _go_on_soon(session, row, now)
    return fresh


def stop(session: Session, row: Backfill, now: datetime) -> None:
    """No further order is taken in; those that were stay."""
    if row.state in (*Backfill.AT_WORK, Backfill.READY):
        row.state, row.ended_at = Backfill.STOPPED, now


def _go_on_soon(session: Session, row: Backfill, now: datetime) -> None:
    name, lane = f"backfill:{row.id}", row.merchant.access.lane
    outbox.put(session, lane, "backfill", name, {"backfill": row.id}, now=now, once=name)


# -- for the worker --------------------------------------------------------------------------------


def next_step(session: Session, row_id: int, now: datetime) -> Step | None:
    """None: there is nothing more to do."""
    row = session.get_one(Backfill, row_id)
    if row.merchant.uninstalled_at is not None:
        stop(session, row, now)
    if row.state not in Backfill.AT_WORK:
        return None
    return Step(row.since, row.until, row.page, row.state == Backfill.RUNNING)


def looked(
    session: Session, row_id: int, orders: Iterable[SeenOrder], following: str, now: datetime
) -> bool:
    """Count a page; ``following`` empty: it was the last. True: go on."""
    row = session.get_one(Backfill, row_id, with_for_update=True)
    if row.state != Backfill.LOOKING:
        return False
    seen = list(orders)
    known = _known(session, row.merchant_id, seen)
    foreseen = Counter({(v, verdict, code): n for v, verdict, code, n in row.outlook})
    for order in seen:
        if order.id not in known:
            for vendor_id, decision in foresee(session, row.merchant, order, now):
                foreseen[(vendor_id, decision.verdict.value, decision.main)] += 1
    row.found, row.known = row.found + len(seen) - len(known), row.known + len(known)
    row.outlook = [[*what, count] for what, count in sorted(foreseen.items())]
    row.page = following
    if not following:
        row.state = Backfill.READY
    return bool(following)


def take(session: Session, row_id: int, seen: SeenOrder, now: datetime) -> bool:
    """Record one order, unless it is in the book. False: somebody has stopped it."""
    row = session.get_one(Backfill, row_id)
    if row.state != Backfill.RUNNING:
        return False
    known = _known(session, row.merchant_id, [seen])
    if not known and record(session, row.merchant, seen, now):
        row.taken = Backfill.taken + 1
    return True


def passed(session: Session, row_id: int, count: int, following: str, now: datetime) -> bool:
    """A page of ``count`` orders is behind us. True: go on."""
    row = session.get_one(Backfill, row_id, with_for_update=True)
    if row.state != Backfill.RUNNING:
        return False
    row.passed, row.page = row.passed + count, following
    if not following:
        row.state, row.ended_at = Backfill.DONE, now
    return bool(following)


def _known(session: Session, merchant_id: int, seen: Iterable[SeenOrder]) -> set[str]:
    return set(
        session.scalars(
            select(MarketplaceOrder.remote_id).where(
                MarketplaceOrder.merchant_id == merchant_id,
                MarketplaceOrder.remote_id.in_([order.id for order in seen]),
            )
        )
    )


# -- for the page ----------------------------------------------------------------------------------


def outlook(session: Session, row: Backfill) -> Outlook:
    wanted = {vendor_id for vendor_id, *_ in row.outlook}
    names = dict(session.execute(select(Vendor.id, Vendor.name).where(Vendor.id.in_(wanted))).all())
    pushed: Counter[str] = Counter()
    others: Counter[tuple[str, str]] = Counter()
    for vendor_id, verdict, code, count in row.outlook:
        if verdict == Verdict.PUSH:
            pushed[names[vendor_id]] += count
        else:
            others[(verdict, code)] += count
    return Outlook(
        tuple(pushed.most_common()),
        tuple((verdict, code, count) for (verdict, code), count in others.most_common()),
    )
