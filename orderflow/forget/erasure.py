"""A shop is forgotten: every row that belongs to it goes, in batches, the tokens first (P91).

What belongs to a merchant is read off the tables: a row with its ``merchant_id``, or one that
refers to such a row. So a new table is covered as soon as it is there. A store that somebody else
uses too stays; our way into it goes where only this merchant had one.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Table, delete, or_, select, update
from sqlalchemy.orm import Session

from orderflow.db import rows_hit
from orderflow.members import people
from orderflow.models import (
    Base,
    Connection,
    Lane,
    Merchant,
    Message,
    Push,
    StoreAccess,
    Webhook,
)

BATCH = 500
BY_STORE = {"store_access", "webhook", "message", "lane"}
"""Tables whose rows belong to a store or a lane, not to a merchant; seen to by name."""
OURS = {"key_sample"}
"""Tables that hold nothing of anybody."""
BY_PERSON = {"person", "portal_session", "reset_token", "login_try"}
"""Those of people, who may act for vendors of several merchants: they go with the last one, and
tries to log in go by themselves."""
HIS_KINDS = (
    "reconsider",
    "reconsider_all",
    "tidy",
    "fetch",
    "whose",
    "reconcile",
    "watch",
    "report",
    "held",
    "fulfilled",
    "backfill",
)
"""Messages that are a merchant's own, in lanes that its shop may share as a vendor's store."""


def erase(session: Session, merchant_id: int) -> bool:
    """A batch. True: there is more. A merchant that has come back meanwhile is left alone."""
    merchant = session.get(Merchant, merchant_id, with_for_update=True)
    if merchant is None or merchant.uninstalled_at is None:
        return False
    stores = _only_his(session, merchant)
    session.execute(
        update(StoreAccess)
        .where(StoreAccess.id.in_([merchant.access_id, *stores]))
        .values(secrets={}, expires_at=None)
    )
    _erase_own_messages(session, merchant)
    if _erase_webhooks(session, [merchant.access_id, *stores]) or _erase_pushes_to_do(
        session, merchant
    ):
        return True
    for table in reversed(Base.metadata.sorted_tables):
        whose = owned(table, merchant_id)
        if whose is not None and table.name != "merchant" and _erase_rows(session, table, whose):
            return True
    session.delete(merchant)
    session.flush()
    _close_unused(session)
    people.forget_strangers(session)
    return False


def owned(table: Table, merchant_id: int) -> ColumnElement[bool] | None:
    """Which rows of ``table`` are that merchant's; None: none can be."""
    if table.name in BY_STORE:
        return None
    if table.name == "merchant":
        return table.c.id == merchant_id
    if "merchant_id" in table.c:
        return table.c.merchant_id == merchant_id
    for key in sorted(table.foreign_keys, key=lambda key: bool(key.parent.nullable)):
        parent = key.column.table
        theirs = None if parent is table else owned(parent, merchant_id)
        if theirs is not None:
            return key.parent.in_(select(key.column).where(theirs))
    return None


def _only_his(session: Session, merchant: Merchant) -> list[int]:
    """Stores of his vendors that nobody else is connected to, and that are no shop of ours."""
    others = select(Connection.access_id).where(Connection.merchant_id != merchant.id)
    return list(
        session.scalars(
            select(Connection.access_id)
            .where(Connection.merchant_id == merchant.id)
            .where(Connection.access_id.not_in(others))
            .where(Connection.access_id.not_in(select(Merchant.access_id)))
            .distinct()
        )
    )


def _erase_own_messages(session: Session, merchant: Merchant) -> None:
    shared = [merchant.orders_lane, merchant.access.lane]
    his = Message.lane.in_(shared) & Message.kind.in_(HIS_KINDS)
    session.execute(delete(Message).where(or_(his, Message.lane == merchant.mail_lane)))


def _erase_pushes_to_do(session: Session, merchant: Merchant) -> bool:
    """What is still to be sent to vendors' stores, before the pushes themselves."""
    rows = session.execute(
        select(Push.id, Connection.access_id)
        .join(Connection, Connection.id == Push.connection_id)
        .where(Push.merchant_id == merchant.id)
        .order_by(Push.id)
        .limit(BATCH)
    ).all()
    lanes = {f"store:{row.access_id}" for row in rows}
    subjects = [f"{about}:{row.id}" for row in rows for about in ("push", "change")]
    mine = Message.lane.in_(lanes) & Message.subject.in_(subjects)
    return rows_hit(session.execute(delete(Message).where(mine))) > 0


def _erase_webhooks(session: Session, access_ids: Iterable[int]) -> bool:
    some = select(Webhook.id).where(Webhook.access_id.in_(access_ids)).limit(BATCH)
    return rows_hit(session.execute(delete(Webhook).where(Webhook.id.in_(some)))) > 0


def _erase_rows(session: Session, table: Table, whose: ColumnElement[bool]) -> bool:
    some = select(table.c.id).where(whose).order_by(table.c.id).limit(BATCH)
    return rows_hit(session.execute(delete(table).where(table.c.id.in_(some)))) > 0


def _close_unused(session: Session) -> None:
    """Stores that are nobody's shop and nobody's vendor's; others are never without an owner."""
    used = select(Connection.access_id).union(select(Merchant.access_id))
    for access in session.scalars(select(StoreAccess).where(StoreAccess.id.not_in(used))):
        lanes = [access.lane, access.orders_lane]
        session.execute(delete(Message).where(Message.lane.in_(lanes)))
        session.execute(delete(Lane).where(Lane.name.in_(lanes)))
        session.execute(delete(Webhook).where(Webhook.access_id == access.id))
        session.delete(access)
    session.flush()
