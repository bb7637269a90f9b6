"""What the marketplace gave back is given back in the vendor's order, refund by refund.

ask ──► message ──► begin ──► the store ──► ``repaid``: done · refused · unknown
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import pieces, snapshot
from orderflow.models import Change, OrderLine, Push
from orderflow.rules.judge import follow_soon, lock_change
from orderflow.rules.settings import effective
from orderflow.upkeep import change
from stores.base import ComposedOrder, Refund, SeenRefund

BACK = ("refunded", "partially_refunded")
ALL_BACK = "refunded"


@dataclass(frozen=True, slots=True)
class Repaying:
    """Give this back in the order ``remote_id``; ``back`` and ``language`` are for a note to the
    vendor. ``shared``: money without pieces of an order of several, so nobody can tell what is the
    vendor's of it."""

    change_id: int
    push_id: int
    remote_id: str
    refund: Refund
    back: int
    order: str
    language: str
    shared: bool


def ask(session: Session, push: Push, now: datetime) -> None:
    """Have given back in the order of ``push`` what was in the marketplace since it left. In a
    cancelled order there is nothing to give back."""
    order = push.vendor_order.order
    if order.payment not in BACK or order.cancelled_at is not None or push.gone_at is not None:
        return
    if change.hindrance(session, push):
        return
    known = _origins(session, push)
    seen = snapshot.from_json(order.snapshot)
    for refund in seen.refunds:
        if refund.id not in known and _concerns(push, refund):
            whole = order.payment == ALL_BACK and refund == seen.refunds[-1]
            _put(session, push, refund, whole, now)


def _origins(session: Session, push: Push) -> set[str]:
    rows = select(Change.origin).where(Change.push_id == push.id, Change.kind == Change.REFUND)
    return set(session.scalars(rows))


def _concerns(push: Push, refund: SeenRefund) -> bool:
    """What went back before the push left was never in it. Money without pieces concerns all."""
    if push.first_sent_at is None or refund.at < push.first_sent_at:
        return False
    return not refund.lines or bool(_lines(push, refund))


def _lines(push: Push, refund: SeenRefund) -> dict[str, int]:
    """Its pieces that stand in this order. A return may be of more than was in it."""
    mine: dict[str, OrderLine] = {
        line.remote_id: line for line in push.vendor_order.lines if line.push_id == push.id
    }
    return {
        line: min(count, mine[line].pushed_pieces or 0)
        for line, count in refund.lines
        if line in mine and mine[line].pushed_pieces
    }


def _put(session: Session, push: Push, refund: SeenRefund, whole: bool, now: datetime) -> None:
    lines = _lines(push, refund)
    about = {
        "lines": lines,
        "amount": _amount(push, refund, lines, whole),
        "whole": whole and bool(lines) and not any(_left(push, lines).values()),
        "restock": refund.restock,
        "shared": not refund.lines and not whole and not _alone(push),
    }
    row = change.new(session, push, Change.REFUND, now, origin=refund.id, about=about)
    follow_soon(session, push, "repay", {"change": row.id}, now)


def _amount(push: Push, refund: SeenRefund, lines: Mapping[str, int], whole: bool) -> int:
    """Of the vendor's own order: prices may be others there."""
    if push.sent is None:
        return refund.amount
    sent = snapshot.composed_from_json(push.sent)
    if not refund.lines:
        return sent.total if whole else min(refund.amount, sent.total)
    return sum(_worth(sent, line, count) for line, count in lines.items())


def _left(push: Push, lines: Mapping[str, int]) -> dict[str, int]:
    return {
        line.remote_id: (line.pushed_pieces or 0) - lines.get(line.remote_id, 0)
        for line in push.vendor_order.lines
        if line.push_id == push.id
    }


def _worth(sent: ComposedOrder, key: str, count: int) -> int:
    """``count`` pieces of a line, with their tax, as they left."""
    line = next((each for each in sent.lines if each.key == key), None)
    if line is None or not line.quantity:
        return 0
    tax = 0 if sent.taxes_included else line.tax
    return (line.total + tax) * count // line.quantity


def _alone(push: Push) -> bool:
    """The whole order is this vendor's; else nobody knows whose money it was."""
    order = push.vendor_order.order
    return len(order.vendor_orders) == 1 and not order.own_share


def begin(session: Session, change_id: int) -> Repaying | None:
    """What to ask the store. None: it is over."""
    row = lock_change(session, change_id)
    push = row.push
    if row.state not in Change.OPEN or push.state != Push.PLACED or push.gone_at is not None:
        if row.state in Change.OPEN:
            row.state = Change.GIVEN_UP
        return None
    part = push.vendor_order
    settings = effective(session, part.merchant_id, part.vendor_id).values
    refund = Refund(
        key=row.key,
        currency=part.order.currency,
        amount=None if row.about["whole"] else row.about["amount"],
        lines=dict(row.about["lines"]),
        restock=bool(row.about["restock"]) and settings.restock_on_cancel,
        reason=f"Refunded in {part.order.name}",
    )
    order, language = part.order.name, part.vendor.language
    back, shared = int(row.about["amount"]), bool(row.about["shared"])
    return Repaying(row.id, push.id, push.remote_id, refund, back, order, language, shared)


def all_back(session: Session, push: Push) -> bool:
    """All its money went back, or is about to. Some stores then close the order, and forget what
    had shipped."""
    states, kinds = (*Change.OPEN, Change.DONE), (Change.REFUND,)
    paid_back = push.vendor_order.order.payment == ALL_BACK
    return paid_back and pieces.busy(session, push, *states, kinds=kinds)
