"""Orders that could not be read are kept by their id, for *Home*, until a later sight can be read.

A webhook, the reconciliation or the import of past orders notes one; ``record`` clears it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from orderflow.db import insert_new
from orderflow.models import MarketplaceOrder, Merchant, Unread, UnreadOrder
from orderflow.read.search import folded
from stores.boundary import Unreadable

MOST = 5
"""Rows that one number may name."""


def note(
    session: Session,
    merchant: Merchant,
    remote_id: str,
    error: BaseException,
    now: datetime,
    *,
    name: str = "",
) -> None:
    """Keep that the order ``remote_id`` could not be read or recorded because of ``error``."""
    if not remote_id:
        return
    unreadable = isinstance(error, Unreadable)
    values = {
        "merchant_id": merchant.id,
        "remote_id": remote_id,
        "name": name or _known_name(session, merchant, remote_id),
        "reason": (Unread.UNREADABLE if unreadable else Unread.NOT_RECORDED).value,
        "detail": _detail(error),
        "first_seen_at": now,
        "last_seen_at": now,
        "tries": 0,
    }
    insert_new(session, UnreadOrder, values, ["merchant_id", "remote_id"])
    newest = {key: values[key] for key in ("reason", "detail", "last_seen_at")}
    session.execute(
        update(UnreadOrder)
        .where(_is(merchant.id, remote_id))
        .values(
            **newest,
            tries=UnreadOrder.tries + 1,
            **({"name": name} if name else {}),
        )
    )


def _known_name(session: Session, merchant: Merchant, remote_id: str) -> str:
    """The number by which people know an order that an earlier sight has recorded, else ""."""
    known = select(MarketplaceOrder.name).where(
        MarketplaceOrder.merchant_id == merchant.id, MarketplaceOrder.remote_id == remote_id
    )
    return session.scalar(known) or ""


def _detail(error: BaseException) -> str:
    """The fields that cannot be read; for anything else the error's name alone."""
    if isinstance(error, Unreadable):
        return str(error).removeprefix("cannot be read: ")
    return type(error).__name__


def clear(session: Session, merchant_id: int, remote_id: str) -> None:
    """The order was read, or is no longer there."""
    session.execute(delete(UnreadOrder).where(_is(merchant_id, remote_id)))


def numbered(session: Session, merchant_id: int, number: str) -> Sequence[UnreadOrder]:
    """Those of exactly that id or name, with or without what stands before its digits."""
    wanted = number.strip()
    rows = session.scalars(
        select(UnreadOrder)
        .where(UnreadOrder.merchant_id == merchant_id)
        .where(
            (UnreadOrder.remote_id == wanted)
            | (func.lower(UnreadOrder.name).in_([wanted.lower(), f"#{wanted.lower()}"]))
        )
        .limit(MOST)
    ).all()
    found = [row for row in rows if row.remote_id == wanted or folded(row.name) == folded(wanted)]
    return sorted(found, key=lambda row: row.id)


def _is(merchant_id: int, remote_id: str) -> ColumnElement[bool]:
    return (UnreadOrder.merchant_id == merchant_id) & (UnreadOrder.remote_id == remote_id)
