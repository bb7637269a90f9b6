"""Amounts that a vendor's store has rounded to its own decimals, for the pages of the order."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow.models import TimelineEvent

ROUNDED, WRITTEN = "answer_rounded", ("lines_written", "prices_written")
TOTAL, TAX = "total", "tax"


@dataclass(frozen=True, slots=True)
class Rounded:
    """The order ``number`` in the vendor's store has ``got`` where ``asked`` was sent, both with
    their currency. ``what`` is TOTAL or TAX."""

    number: str
    what: str
    asked: str
    got: str


def standing(session: Session, order_id: int) -> dict[int, tuple[Rounded, ...]]:
    """By the id of a vendor's part of the order, what is rounded in the vendor's store as it stands
    now, the latest of each kind. What was rounded before the items were written anew is over."""
    rows = session.execute(
        select(
            TimelineEvent.vendor_order_id,
            TimelineEvent.code,
            TimelineEvent.at,
            TimelineEvent.details,
        )
        .where(TimelineEvent.order_id == order_id, TimelineEvent.vendor_order_id.is_not(None))
        .where(TimelineEvent.code.in_((ROUNDED, *WRITTEN)))
        .order_by(TimelineEvent.id)
    ).all()
    written = {row.vendor_order_id: row.at for row in rows if row.code in WRITTEN}
    found: dict[int, dict[tuple[str, str], Rounded]] = defaultdict(dict)
    for row in rows:
        if row.code != ROUNDED or row.at < written.get(row.vendor_order_id, row.at):
            continue
        told = row.details or {}
        what, number = told.get("what", TOTAL), told.get("number", "")
        if what in (TOTAL, TAX):
            amounts = told.get("asked", ""), told.get("got", "")
            found[row.vendor_order_id][(number, what)] = Rounded(number, what, *amounts)
    return {part_id: tuple(each.values()) for part_id, each in found.items()}
