"""What was changed at a merchant's, by whom, from what to what: written down together with the
change, read newest first. Never with anything of a buyer; what happened to an order is told in
its timeline.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from orderflow.models import HistoryEntry, Merchant
from orderflow.paging import newest_first

ITSELF, OPERATOR, VENDOR = "", "operator", "vendor"
"""Who changes something besides the merchant's staff, which is known by its numbers."""
SETTING, CARD, NEW_VENDOR, INVITATION = "setting", "card", "vendor", "invitation"
APP, ADD_ON, STORE, MAPPING, PRIVACY = "app", "add_on", "store", "mapping", "privacy"
"""What is changed. A ``CARD`` is what the merchant has written down about a vendor."""
CONNECTED, LOST, DISCONNECTED = "connected", "lost", "disconnected"
"""How a vendor's store may stand."""


class StaleForm(RuntimeError):
    """Somebody else saved meanwhile; ``changes`` says who, and what."""

    def __init__(self, changes: list[HistoryEntry]) -> None:
        super().__init__("this was changed meanwhile")
        self.changes = changes


def note(
    session: Session,
    merchant_id: int,
    what: str,
    *,
    by: str,
    now: datetime,
    name: str = "",
    was: Any = None,
    became: Any = None,
    vendor_id: int | None = None,
    version: int | None = None,
) -> None:
    """``what`` of that ``name`` was one thing and became another; what stays is no entry."""
    if was == became:
        return
    session.add(
        HistoryEntry(
            merchant_id=merchant_id,
            vendor_id=vendor_id,
            version=version,
            at=now,
            by=by,
            what=what,
            name=name,
            was=was,
            became=became,
        )
    )


def refuse_stale(session: Session, mine: ColumnElement[bool], version: int) -> None:
    """Raises StaleForm when entries among ``mine`` are newer than the form made at ``version``."""
    newer = select(HistoryEntry).where(mine, HistoryEntry.version > version)
    changes = list(session.scalars(newer.order_by(HistoryEntry.id)))
    if changes:
        session.expunge_all()  # they outlive the unit of work, which ends here
        raise StaleForm(changes)


def page(
    session: Session, merchant: Merchant, before: int | None
) -> tuple[list[HistoryEntry], int | None]:
    """A page of entries, newest first, and where the next one begins."""
    asked = (
        select(HistoryEntry)
        .where(HistoryEntry.merchant_id == merchant.id)
        .options(joinedload(HistoryEntry.vendor))
    )
    return newest_first(session, asked, HistoryEntry.id, before)
