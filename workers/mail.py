"""Mails are written in the reader's language and sent; what became of each is written down."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

import stores
from orderflow import clock, outbox
from orderflow.db import unit_of_work
from orderflow.members import mails, notices
from orderflow.members.mails import Notice
from orderflow.models import Mail, Merchant
from stores.base import AppKeys
from workers import letters, post
from workers.gear import Job


def send(job: Job) -> None:
    """One mail. Its id goes into it, so that a mailbox knows one that comes twice."""
    mail_id = job.about("mail")
    with unit_of_work() as session:
        notice = mails.begin(session, mail_id, clock.now(), set_up=bool(job.config.mail_url))
        if notice is None:
            outbox.done(session, job.message)
            return
        link = _link(session, job, mail_id, notice)
    try:
        post.deliver(job.config, notice, letters.write(notice, job.config.portal_address, link))
    except post.MailRefused as no:
        with unit_of_work() as session:
            mails.refused(session, mail_id, no.words, clock.now())
            outbox.done(session, job.message)
        return
    with unit_of_work() as session:
        mails.sent(session, mail_id, clock.now())
        outbox.done(session, job.message)


def _link(session: Session, job: Job, mail_id: int, notice: Notice) -> str:
    """Where the reader goes from here: a page of the portal, or the app in the shop's admin."""
    if notice.path:
        return f"{job.config.portal_address}{notice.path}"
    merchant = session.get_one(Merchant, session.get_one(Mail, mail_id).merchant_id)
    keys = AppKeys(job.config.app_client_id, job.config.app_secrets[0])
    return stores.app_page(merchant.access.platform, merchant.shop, keys)


def digest(job: Job) -> None:
    """What came in this hour, to each vendor that wants it so; then the same again in an hour."""
    with unit_of_work() as session:
        merchant, now = _merchant(session, job), clock.now()
        if merchant is None:
            outbox.done(session, job.message)
            return
        notices.gather(session, merchant, now)
        _again(session, job, now, notices.to_full_hour(now))


def alert(job: Job) -> None:
    """Once an hour it is looked whether the merchant has to be told of something."""
    with unit_of_work() as session:
        merchant, now = _merchant(session, job), clock.now()
        if merchant is None:
            outbox.done(session, job.message)
            return
        notices.alert(session, merchant, now)
        _again(session, job, now, notices.HOUR)


def _merchant(session: Session, job: Job) -> Merchant | None:
    merchant = session.get(Merchant, job.about("merchant"))
    return merchant if merchant and merchant.uninstalled_at is None else None


def _again(session: Session, job: Job, now: datetime, delay: float) -> None:
    outbox.put_off(session, job.message, now=now, delay=delay, fresh=True)
