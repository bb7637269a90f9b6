"""Who changed which setting, from what to what: newest first, a page at a time."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from orderflow.models import Merchant, SettingChange

PAGE = 50


def changes(
    session: Session, merchant: Merchant, *, before: str = "", limit: int = PAGE
) -> tuple[list[SettingChange], str]:
    """A page of changes older than the one whose public id is ``before``, and after which the next
    page begins; empty at the end."""
    asked = (
        select(SettingChange)
        .where(SettingChange.merchant_id == merchant.id)
        .options(joinedload(SettingChange.vendor))
        .order_by(SettingChange.id.desc())
        .limit(limit + 1)
    )
    if before:
        last = select(SettingChange.id).where(
            SettingChange.merchant_id == merchant.id, SettingChange.public_id == before
        )
        asked = asked.where(SettingChange.id < last.scalar_subquery())
    rows = list(session.scalars(asked))
    return rows[:limit], rows[limit - 1].public_id if len(rows) > limit else ""
