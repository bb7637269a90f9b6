"""Our ways into stores: kept, lost, found again, given up. A store is one way, whoever uses it."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from orderflow import outbox
from orderflow.access import store_health
from orderflow.book import history
from orderflow.members import notices
from orderflow.models import Connection, Flag, Merchant, Push, StoreAccess, Vendor
from orderflow.rules.judge import reconsider_all
from stores.base import SHIPPED_STATUSES, Access, StoreSetup

MOST_STATUSES = 20
READ_AGAIN = timedelta(days=30)


def keep(session: Session, access: Access, now: datetime) -> StoreAccess:
    """Store the way into a store, or renew the one that we have. Whether it works, a call or the
    owner must show: see ``unlock``."""
    row = session.scalars(
        select(StoreAccess).where(
            StoreAccess.platform == access.platform, StoreAccess.address == access.address
        )
    ).one_or_none() or StoreAccess(
        platform=access.platform,
        address=access.address,
        webhook_secret={"secret": secrets.token_hex(24)},
        state_since=now,
    )
    row.secrets, row.expires_at = dict(access.secrets), access.expires_at
    session.add(row)
    session.flush()
    return row


def way_in(row: StoreAccess) -> Access:
    """What an adapter needs to call the store, with what is known of how it is set up."""
    setup = {**row.setup.get("values", {}), SHIPPED_STATUSES: list(row.shipped_statuses)}
    return Access(row.platform, row.address, row.secrets, row.expires_at, setup)


def keep_setup(session: Session, access_id: int, setup: StoreSetup, now: datetime) -> None:
    """What the store is set up like now."""
    row = session.get_one(StoreAccess, access_id)
    timezone = row.timezone
    row.setup, row.setup_read_at = setup.to_json(), now
    row.read_times_in(timezone)


def choose_statuses(session: Session, row: StoreAccess, typed: str, now: datetime) -> None:
    """Which further statuses of the store mean *shipped*, one a line or with commas between. Its
    orders of the last days are read again."""
    names = [name.strip()[:100] for name in re.split(r"[,;\n]", typed)]
    row.shipped_statuses = list(dict.fromkeys(filter(None, names)))[:MOST_STATUSES]
    recent = select(Push).join(Connection, Connection.id == Push.connection_id)
    mine = Connection.access_id == row.id, Push.state == Push.PLACED, Push.gone_at.is_(None)
    for push in session.scalars(recent.where(*mine, Push.seen_at > now - READ_AGAIN)):
        flagged = select(Flag.id).where(
            Flag.push_id == push.id, Flag.code == "status_unknown", Flag.done_at.is_(None)
        )
        if session.scalars(flagged).first() is not None:
            about, name = {"order": push.remote_id, "key": push.key}, f"read:{push.remote_id}"
            outbox.put(session, row.lane, "read", name, about, now=now)


def lock(session: Session, access_id: int, words: str, now: datetime) -> None:
    """The store no longer lets us in; its orders are held until somebody connects again."""
    access = session.get_one(StoreAccess, access_id)
    if access.state != StoreAccess.OPEN:
        return
    access.state, access.state_since, access.locked_words = StoreAccess.LOCKED, now, words
    for connection in connections_of(session, access_id):
        notices.access_lost(session, connection, now)
        who, ways = history.ITSELF, (history.CONNECTED, history.LOST)
        note_store(session, connection.vendor, access, who, now, *ways)
        merchant = session.get_one(Merchant, connection.merchant_id)
        reconsider_all(session, merchant, now, vendor_id=connection.vendor_id)


def unlock(session: Session, access_id: int, now: datetime, *, by: str = history.ITSELF) -> None:
    """The store lets us in again: what was held for it, by any merchant, is decided again."""
    access = session.get_one(StoreAccess, access_id)
    if access.state == StoreAccess.OPEN or not access.secrets:
        return
    access.state, access.state_since, access.locked_words = StoreAccess.OPEN, now, ""
    outbox.wake(session, access.lane, now)
    for connection in connections_of(session, access_id):
        ways = history.LOST, history.CONNECTED
        note_store(session, connection.vendor, access, by, now, *ways)
        merchant = session.get_one(Merchant, connection.merchant_id)
        reconsider_all(session, merchant, now, vendor_id=connection.vendor_id)


def note_storm(session: Session, access_id: int, now: datetime) -> None:
    """The store sends the same news over and over: its pages tell so while it goes on."""
    store_health.note_storm(session, access_id, now)


def close(session: Session, access_id: int, now: datetime) -> None:
    """We have given the store up, and keep no way into it."""
    access = session.get_one(StoreAccess, access_id)
    access.secrets, access.expires_at = {}, None
    access.state, access.state_since, access.locked_words = StoreAccess.CLOSED, now, ""


def is_used(session: Session, access_id: int) -> bool:
    """By a merchant that has the app, as its vendor's store or as its own shop."""
    shop = select(Merchant.id).where(
        Merchant.access_id == access_id, Merchant.uninstalled_at.is_(None)
    )
    return bool(connections_of(session, access_id)) or session.scalar(shop) is not None


def connections_of(session: Session, access_id: int) -> list[Connection]:
    """Of merchants that have the app."""
    return list(
        session.scalars(
            select(Connection)
            .join(Merchant, Merchant.id == Connection.merchant_id)
            .where(Connection.access_id == access_id, Connection.disconnected_at.is_(None))
            .where(Merchant.uninstalled_at.is_(None))
            .order_by(Connection.id)
        )
    )


def connected_at(session: Session, platform: str, address: str) -> list[Connection]:
    """Whose store that is."""
    known = select(StoreAccess.id).where(
        StoreAccess.platform == platform, StoreAccess.address == address
    )
    access_id = session.scalar(known)
    return connections_of(session, access_id) if access_id is not None else []


def note_store(
    session: Session,
    vendor: Vendor,
    access: StoreAccess,
    by: str,
    now: datetime,
    was: str | None,
    became: str,
) -> None:
    history.note(
        session,
        vendor.merchant_id,
        history.STORE,
        by=by,
        now=now,
        name=access.address,
        was=was,
        became=became,
        vendor_id=vendor.id,
    )


def standing(access: StoreAccess) -> str:
    return history.CONNECTED if access.state == StoreAccess.OPEN else history.LOST
