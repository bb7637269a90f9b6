"""What the marketplace gave back is given back in the vendor's order, refund by refund.

ask ──► message ──► begin ──► the store ──► ``repaid``: done · refused · unknown
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.book import pieces, snapshot
from orderflow.models import Change, OrderLine, Push
from orderflow.rules.judge import follow_soon, lock_change
from orderflow.rules.settings import effective
from orderflow.upkeep import change, worth
from stores.base import Refund, SeenLine, SeenRefund
from stores.money import Gross, gross_sum

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
        whole = order.payment == ALL_BACK and refund == seen.refunds[-1]
        if refund.id not in known and _concerns(session, push, refund, whole):
            _put(session, push, refund, seen.lines, whole, now)


def _origins(session: Session, push: Push) -> set[str]:
    rows = select(Change.origin).where(Change.push_id == push.id, Change.kind == Change.REFUND)
    return set(session.scalars(rows))


def _concerns(session: Session, push: Push, refund: SeenRefund, whole: bool) -> bool:
    """What went back before the push left was never in it. Money without pieces concerns all, and
    the last of all money whoever has some left, all of whose pieces went back before."""
    if push.first_sent_at is None or refund.at < push.first_sent_at:
        return False
    if not refund.lines or _lines(push, refund):
        return True
    if not whole or push.sent is None:
        return False
    ledger = worth.Ledger(session, push)
    return not any(ledger.pieces.values()) and ledger.left() > 0


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


def _put(
    session: Session,
    push: Push,
    refund: SeenRefund,
    seen: Sequence[SeenLine],
    whole: bool,
    now: datetime,
) -> None:
    lines = _lines(push, refund)
    about = {
        "lines": lines,
        "restock": refund.restock,
        "shared": not refund.lines and not whole and not _alone(push),
        **_amounts(session, push, refund, seen, lines, whole),
    }
    row = change.new(session, push, Change.REFUND, now, origin=refund.id, about=about)
    follow_soon(session, push, "repay", {"change": row.id}, now)


def _amounts(
    session: Session,
    push: Push,
    refund: SeenRefund,
    seen: Sequence[SeenLine],
    lines: Mapping[str, int],
    whole: bool,
) -> dict[str, Any]:
    """Of the vendor's own order: prices may be others there. ``amount`` is what goes back in all,
    ``worth`` what of it is for pieces, and ``beyond`` the rest. ``whole``: nothing is left."""
    if push.sent is None:
        return {"amount": refund.amount, "beyond": 0, "whole": whole and bool(lines)}
    ledger = worth.Ledger(session, push)
    off = ledger.off(lines, seen)
    for_pieces = gross_sum(each.gross for each in off.values())
    emptied = not any(count - lines.get(key, 0) for key, count in ledger.pieces.items())
    amount = for_pieces
    if whole and (emptied or not refund.lines):
        amount = ledger.left()
    elif not refund.lines:
        amount = Gross(min(refund.amount, ledger.left()))
    return {
        "amount": amount,
        "worth": {key: [each.net, each.tax] for key, each in off.items()},
        "beyond": amount - for_pieces,
        "whole": whole and emptied and bool(refund.lines),
    }


def _alone(push: Push) -> bool:
    """The whole order is this vendor's; else nobody knows whose money it was."""
    order = push.vendor_order.order
    return len(order.vendor_orders) == 1 and not order.own_share


def is_on_its_way(session: Session, change_id: int) -> bool:
    """Whether the store was being asked for this refund when it was heard of last."""
    return session.get_one(Change, change_id).state == Change.SENDING


def begin(session: Session, change_id: int, now: datetime) -> Repaying | None:
    """What to ask the store. None: it is over."""
    row = lock_change(session, change_id)
    push = row.push
    if row.state not in Change.OPEN or push.state != Push.PLACED or push.gone_at is not None:
        if row.state in Change.OPEN:
            row.state, row.ended_at = Change.GIVEN_UP, now
        return None
    row.state = Change.SENDING
    part = push.vendor_order
    settings = effective(session, part.merchant_id, part.vendor_id).values
    refund = Refund(
        key=row.key,
        currency=part.order.currency,
        amount=None if row.about["whole"] else Gross(row.about["amount"]),
        lines=dict(row.about["lines"]),
        worth=worth.of_change(row),
        restock=bool(row.about["restock"]) and settings.restock_on_cancel,
        reason=f"Refunded in {part.order.name}",
    )
    order, language = part.order.name, part.vendor.language
    back, shared = int(row.about["amount"]), bool(row.about["shared"])
    return Repaying(row.id, push.id, push.remote_id, refund, back, order, language, shared)


def given_back_since(session: Session, push: Push, moment: datetime | None) -> Counter[str]:
    """Pieces by line that refunds of ours took off the order of ``push`` since ``moment``."""
    gone: Counter[str] = Counter()
    if moment is not None:
        rows = select(Change.about).where(Change.push_id == push.id, Change.kind == Change.REFUND)
        done = rows.where(Change.state == Change.DONE, Change.ended_at >= moment)
        for about in session.scalars(done):
            gone.update(about["lines"])
    return gone


def all_back(session: Session, push: Push) -> bool:
    """All its money went back, or is about to. Some stores then close the order, and forget what
    had shipped."""
    states, kinds = (*Change.OPEN, Change.DONE), (Change.REFUND,)
    paid_back = push.vendor_order.order.payment == ALL_BACK
    return paid_back and pieces.busy(session, push, *states, kinds=kinds)
