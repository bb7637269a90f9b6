"""How many pieces of each line should stand in a vendor's order, and how many did last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import flags
from orderflow.book.shipments import parcels_of
from orderflow.models import Change, Flag, OrderLine, Push, Shipment
from stores.base import OrderContent


@dataclass(frozen=True, slots=True)
class Wanted:
    """``base`` pieces were agreed on, ``mine`` are wanted now, never fewer than have left."""

    line: OrderLine
    base: int
    mine: int

    @property
    def edited(self) -> bool:
        return self.base != self.mine or self.line.quantity != self.line.pushed_quantity

    def details(self, there: int) -> dict[str, Any]:
        """What a person needs to know to change it from ``there`` by hand."""
        line = self.line
        return {
            "sku": line.sku,
            "title": line.title,
            "was": there,
            "now": self.mine,
            "quantity": line.quantity,
        }


def of(session: Session, push: Push, left: Mapping[str, int] | None = None) -> list[Wanted]:
    """The lines of ``push`` as they are wanted: what was agreed on and what changed since. ``left``
    are pieces that the store says have gone, beside those in the book."""
    gone = shipped(session, push) | Counter(left or {})
    over = push.vendor_order.order.cancelled_at is not None
    found = []
    for line in push.vendor_order.lines:
        if line.push_id != push.id or line.pushed_quantity is None or line.pushed_pieces is None:
            continue
        more = line.quantity - line.pushed_quantity
        mine = 0 if over else max(line.pushed_pieces + more, 0)
        mine = max(mine, min(gone[line.remote_id], line.pushed_pieces))
        found.append(Wanted(line, line.pushed_pieces, mine))
    return found


def shipped(session: Session, push: Push, *, except_id: int | None = None) -> Counter[str]:
    """What has left by parcels of this very order; what went otherwise was never in it."""
    parcels = session.execute(
        select(Shipment.id, Shipment.lines).where(
            Shipment.vendor_order_id == push.vendor_order_id,
            Shipment.state != Shipment.WITHDRAWN,
            Shipment.remote_id.startswith(parcels_of(push), autoescape=True),
        )
    )
    left: Counter[str] = Counter()
    for parcel_id, lines in parcels:
        if parcel_id != except_id:
            left.update(lines)
    return left


def emptied(wanted: list[Wanted]) -> bool:
    """Nothing of it is wanted and nothing has left: that is cancelled, not edited."""
    return not any(each.mine for each in wanted)


def agree(line: OrderLine, quantity: int, pieces: int) -> None:
    """Both sides have the same now."""
    line.pushed_quantity, line.pushed_pieces = quantity, pieces


def by_hand(session: Session, push: Push) -> dict[str, Flag]:
    """By line id: what a person was asked to change in the order of ``push``."""
    rows = session.scalars(
        select(Flag).where(
            Flag.vendor_order_id == push.vendor_order_id,
            Flag.push_id == push.id,
            Flag.code == flags.CHANGE_BY_HAND,
            Flag.done_at.is_(None),
        )
    )
    return {row.subject: row for row in rows}


def heard(session: Session, push: Push, content: OrderContent, now: datetime) -> None:
    """The vendor has changed lines in their store: as we had asked them to, alone, or back. What
    we are asking of the store is no news; while something waits to be asked, only what the vendor
    did to lines that it does not touch is."""
    if busy(session, push, *Change.UNDER_WAY):
        return
    waits = busy(session, push, Change.WAITING)
    part = push.vendor_order
    flagged = {(flag.code, flag.subject) for flag in flags.open_of(session, part, flags.OF_A_LINE)}
    answered = _answered_otherwise(session, push)
    for each in of(session, push):
        there = content.line(each.line.remote_id)
        have, subject = there.quantity if there else 0, each.line.remote_id
        if each.edited and waits:
            continue
        if each.edited and have == each.mine:
            agree(each.line, each.line.quantity, have)
            if (flags.CHANGE_BY_HAND, subject) in flagged:
                flags.settle(session, part, flags.CHANGE_BY_HAND, now, subject=subject)
        told_of = answered.get(each.line.title)
        if told_of is not None and have == each.base:
            flags.settle(session, part, told_of.code, now, subject=told_of.subject)
        is_known = told_of is not None and told_of.details.get("got") == str(have)
        if have == each.base or each.edited or is_known:
            if (flags.VENDOR_CHANGED, subject) in flagged:
                flags.settle(session, part, flags.VENDOR_CHANGED, now, subject=subject)
            continue
        told = {"sku": each.line.sku, "title": each.line.title, "was": each.base, "now": have}
        _flag(session, push, subject, told, now)


def _answered_otherwise(session: Session, push: Push) -> dict[str, Flag]:
    """By title: open flags that the store's answer to our write had another number of pieces."""
    rows = flags.open_of(session, push.vendor_order, (flags.STORE_QUANTITY,))
    return {row.details.get("title", ""): row for row in rows if row.push_id == push.id}


def _flag(
    session: Session, push: Push, subject: str, told: Mapping[str, Any], now: datetime
) -> None:
    part = push.vendor_order
    flags.raise_once(
        session, part, flags.VENDOR_CHANGED, now, subject=subject, push_id=push.id, **told
    )


def busy(session: Session, push: Push, *states: str, kinds: tuple[str, ...] = ()) -> bool:
    """Whether something of ``kinds``, or anything, is being done to the order of ``push``."""
    found = select(Change.id).where(Change.push_id == push.id, Change.state.in_(states))
    if kinds:
        found = found.where(Change.kind.in_(kinds))
    return session.scalar(found.limit(1)) is not None
