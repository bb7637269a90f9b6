"""What a shop wants told or forgotten, of one customer or of the whole shop, is carried out."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

import stores
from orderflow import clock, outbox
from orderflow.access import register
from orderflow.db import empty_log, unit_of_work
from orderflow.forget import erasure, forgetting, requests
from orderflow.models import Connection, Merchant, PrivacyRequest, StoreAccess, Webhook
from stores.base import EXPORT_BUYER, REDACT_SHOP
from workers.gear import Job

log = structlog.get_logger()


def hear(session: Session, access: StoreAccess, row: Webhook, kind: str, now: datetime) -> None:
    """A delivery that asks for it; its body goes at once, because it names the person."""
    if not _names_its_shop(access, row):
        log.warning("webhook_of_another_shop", access=access.id)
        row.state, row.body = Webhook.IGNORED, None
        return
    merchant = session.scalars(select(Merchant).where(Merchant.access_id == access.id)).first()
    if kind == REDACT_SHOP:
        about = {"said": kind}
        outbox.put(session, access.lane, "visit", f"visit:{kind}", about, now=now)
        row.state = Webhook.DONE
    else:
        row.state = _heed(session, access, merchant, row, kind, now)
    if row.state != Webhook.MALFORMED:
        row.body = None


def _names_its_shop(access: StoreAccess, row: Webhook) -> bool:
    """One that was kept for a person may be older than the law that it must (``receive.take``)."""
    try:
        return stores.webhooks(access.platform).read({}, row.body or b"").claims == access.address
    except (ValueError, TypeError, AttributeError):
        return False


def _heed(
    session: Session,
    access: StoreAccess,
    merchant: Merchant | None,
    row: Webhook,
    kind: str,
    now: datetime,
) -> str:
    """Of a customer. The shop may be a merchant's, a vendor's store, or both."""
    try:
        buyer = stores.webhooks(access.platform).buyer(row.body or b"")
    except (ValueError, TypeError, AttributeError) as bad:
        log.error("webhook_unreadable", webhook=row.id, error=type(bad).__name__)
        row.words = f"Whom it is about cannot be read: {type(bad).__name__}."
        return Webhook.MALFORMED
    told = kind == EXPORT_BUYER
    if merchant is not None:
        what = PrivacyRequest.EXPORT if told else PrivacyRequest.REDACT
        requests.ask(session, merchant, what, buyer, now)
    if not told:
        forgetting.forget_sent_to(session, access, buyer.order_ids)
    return Webhook.DONE


def forget_shop(session: Session, access_id: int, now: datetime) -> None:
    """A shop that removed the app for good: as a vendor's store, and as a merchant's shop."""
    for connection in session.scalars(
        select(Connection).where(
            Connection.access_id == access_id, Connection.disconnected_at.is_(None)
        )
    ):
        register.disconnect(session, connection, now)
    merchant = session.scalars(select(Merchant).where(Merchant.access_id == access_id)).first()
    if merchant is not None:
        about, name = {"merchant": merchant.id}, f"erase:{merchant.id}"
        outbox.put(session, merchant.privacy_lane, "erase", name, about, now=now)


def collect(job: Job) -> None:
    """A batch of one customer's request; the next one follows at once."""
    with unit_of_work() as session:
        more = requests.step(session, job.about("request"), clock.now())
        _go_on(session, job, more)
    if not more:
        _empty_log()


def erase(job: Job) -> None:
    """A batch of a whole shop's rows; the next one follows at once."""
    with unit_of_work() as session:
        more = erasure.erase(session, job.about("merchant"))
        _go_on(session, job, more)
    if not more:
        _empty_log()


def _empty_log() -> None:
    """Where somebody reads in it at this moment, the daily tidying does it."""
    if not empty_log():
        log.warning("log_of_the_database_not_emptied")


def _go_on(session: Session, job: Job, more: bool) -> None:
    if more:
        outbox.put_off(session, job.message, now=clock.now(), delay=0, fresh=True)
    else:
        outbox.done(session, job.message)
