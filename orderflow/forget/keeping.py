"""How long what came in and went out is kept: webhooks, mails, collected copies of a person, and
what logins leave behind."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from orderflow.db import rows_hit
from orderflow.members import logins, sessions
from orderflow.models import Connection, Mail, Merchant, PrivacyRequest, Webhook

BODIES = timedelta(days=7)
WEBHOOKS = timedelta(days=30)
MAILS = timedelta(days=90)
EXPORTS = timedelta(days=30)
BATCH = 2000


def let_go(session: Session, merchant: Merchant, now: datetime) -> bool:
    """Drop what is older than it is kept, a batch of each. True: there is more."""
    session.execute(
        update(PrivacyRequest)
        .where(PrivacyRequest.merchant_id == merchant.id, PrivacyRequest.export.is_not(None))
        .where(PrivacyRequest.done_at < now - EXPORTS)
        .values(export=None)
    )
    full = [_webhooks(session, merchant, now), _bodies(session, merchant, now)]
    return any([*full, _mails(session, merchant, now)])


def let_go_of_logins(session: Session, now: datetime) -> None:
    """Of all people of the portal; they are no merchant's."""
    sessions.forget(session, now)
    logins.forget(session, now)
    old = Mail.merchant_id.is_(None) & (Mail.created_at < now - MAILS)
    session.execute(delete(Mail).where(old))


def _webhooks(session: Session, merchant: Merchant, now: datetime) -> bool:
    """A delivery is repeated for hours, not for weeks: its row may go."""
    old = _of(merchant).where(Webhook.received_at < now - WEBHOOKS).limit(BATCH)
    return rows_hit(session.execute(delete(Webhook).where(Webhook.id.in_(old)))) == BATCH


def _bodies(session: Session, merchant: Merchant, now: datetime) -> bool:
    """Of deliveries that could not be read, or that nobody has read in a week."""
    old = _of(merchant).where(Webhook.received_at < now - BODIES, Webhook.body.is_not(None))
    ids = Webhook.id.in_(old.limit(BATCH))
    return rows_hit(session.execute(update(Webhook).where(ids).values(body=None))) == BATCH


def _of(merchant: Merchant) -> Any:
    theirs = select(Connection.access_id).where(Connection.merchant_id == merchant.id)
    mine = or_(Webhook.access_id == merchant.access_id, Webhook.access_id.in_(theirs))
    return select(Webhook.id).where(mine)


def _mails(session: Session, merchant: Merchant, now: datetime) -> bool:
    old = select(Mail.id).where(Mail.merchant_id == merchant.id, Mail.created_at < now - MAILS)
    return rows_hit(session.execute(delete(Mail).where(Mail.id.in_(old.limit(BATCH))))) == BATCH
