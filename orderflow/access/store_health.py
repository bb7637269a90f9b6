"""Whether a store can be read: noted with each call that reads it, shown after some minutes.

A store that answers all our questions with errors still counts as connected; its owner and the
merchant must learn of it before they miss a parcel.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, or_, select, update
from sqlalchemy.orm import Session, joinedload

from orderflow.models import Connection, Flag, Merchant, Push, StoreAccess
from stores.errors import Trouble

SHOWN_AFTER = timedelta(minutes=5)
NOISE_PASSES = timedelta(hours=1)
"""After the last note of a storm of webhooks it counts as over."""
MINUTE = timedelta(minutes=1)
MOST_UNREAD = 20
MOST_SHOWN = 20

POLLS = ("fetch_changes", "orders_since")
"""They read the store as a whole: while one fails, no other call proves that it can be read."""
READS = (*POLLS, "find_orders", "read_order", "fulfilments", "orders_placed", "payment_reference")
NO_TROUBLE = (Trouble.REFUSED, Trouble.ACCESS_LOST)
"""The store has answered: no to this one order, or that it has locked us out."""


def note(
    session: Session, access_id: int, operation: str, trouble: Trouble | None, now: datetime
) -> None:
    """A call of that kind has ended; ``trouble`` is None where the store answered. Writes where
    that is news, and the time of the last answer once a minute."""
    if operation not in READS or trouble in NO_TROUBLE:
        return
    if trouble is None:
        _readable(session, access_id, operation, now)
    else:
        _failing(session, access_id, operation, trouble, now)


def _readable(session: Session, access_id: int, operation: str, now: datetime) -> None:
    access = StoreAccess
    still = access.failing_operation.in_(POLLS) & (access.failing_operation != operation)
    session.execute(
        update(access)
        .where(access.id == access_id)
        .where(
            or_(
                access.failing_since.is_not(None) & ~still,
                access.read_at.is_(None),
                access.read_at < now - MINUTE,
            )
        )
        .values(
            read_at=now,
            failing_since=case((still, access.failing_since), else_=None),
            failing_code=case((still, access.failing_code), else_=""),
            failing_operation=case((still, access.failing_operation), else_=""),
        )
        .execution_options(synchronize_session=False)
    )


def _failing(
    session: Session, access_id: int, operation: str, trouble: Trouble, now: datetime
) -> None:
    access = StoreAccess
    polls = access.failing_operation.in_(POLLS)
    session.execute(
        update(access)
        .where(access.id == access_id)
        .where(
            or_(
                access.failing_since.is_(None),
                access.failing_code != trouble.value,
                ~polls & (access.failing_operation != operation),
            )
        )
        .values(
            failing_since=case((access.failing_since.is_(None), now), else_=access.failing_since),
            failing_code=trouble.value,
            failing_operation=case((polls, access.failing_operation), else_=operation),
        )
        .execution_options(synchronize_session=False)
    )


def trouble(access: StoreAccess, now: datetime) -> Trouble | None:
    """Why the store has not been readable for five minutes; None where it is, or is locked."""
    since = access.failing_since
    if access.state != StoreAccess.OPEN or since is None or since > now - SHOWN_AFTER:
        return None
    return Trouble(access.failing_code)


def unreadable(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Which stores have not been readable for five minutes, though we have access."""
    return StoreAccess.state == StoreAccess.OPEN, StoreAccess.failing_since <= now - SHOWN_AFTER


def is_noisy(access: StoreAccess, now: datetime) -> bool:
    """Whether it has just sent the same news over and over."""
    return access.noisy_at is not None and access.noisy_at > now - NOISE_PASSES


def note_storm(session: Session, access_id: int, now: datetime) -> None:
    """The store sends the same news over and over; told on its pages while it goes on."""
    access = StoreAccess
    begins = access.noisy_at.is_(None) | (access.noisy_at < now - NOISE_PASSES)
    session.execute(
        update(access)
        .where(access.id == access_id)
        .where(or_(access.noisy_at.is_(None), access.noisy_at < now - MINUTE))
        .values(noisy_at=now, noisy_since=case((begins, now), else_=access.noisy_since))
        .execution_options(synchronize_session=False)
    )


def note_unread(session: Session, access_id: int, order_id: str, *, unread: bool) -> None:
    """One order of the store could not be understood, or could be now."""
    access = session.get_one(StoreAccess, access_id)
    others = [known for known in access.unread if known != order_id]
    if unread and order_id not in access.unread:
        access.unread = [*others, order_id][-MOST_UNREAD:]
    elif not unread and len(others) < len(access.unread):
        access.unread = others


def unread_orders(session: Session, connection: Connection) -> list[str]:
    """The numbers of this merchant's orders in the store that cannot be understood."""
    if not connection.access.unread:
        return []
    return list(
        session.scalars(
            select(Push.remote_name)
            .where(Push.connection_id == connection.id)
            .where(Push.remote_id.in_(connection.access.unread))
            .order_by(Push.id)
        )
    )


def doubted_statuses(session: Session, connection: Connection) -> list[str]:
    """The store's own statuses of orders with a tracking number, of which nobody has said whether
    they mean *shipped*."""
    rows = session.scalars(
        select(Flag.details)
        .join(Push, Push.id == Flag.push_id)
        .where(Flag.merchant_id == connection.merchant_id, Flag.done_at.is_(None))
        .where(Push.connection_id == connection.id, Flag.code == "status_unknown")
        .limit(MOST_UNREAD)
    )
    names = connection.access.setup.get("statuses", {})
    seen = {details["status"] for details in rows if details.get("status")}
    return sorted(names.get(status, status) for status in seen)


def failing(session: Session, merchant: Merchant, now: datetime) -> list[Connection]:
    """The merchant's vendors' stores that cannot be read, longest first."""
    return list(
        session.scalars(
            select(Connection)
            .join(StoreAccess, StoreAccess.id == Connection.access_id)
            .where(Connection.merchant_id == merchant.id, Connection.disconnected_at.is_(None))
            .where(*unreadable(now))
            .options(joinedload(Connection.access), joinedload(Connection.vendor))
            .order_by(StoreAccess.failing_since, Connection.id)
            .limit(MOST_SHOWN)
        )
    )
