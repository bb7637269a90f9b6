"""What came in is recorded and decided; ``fetch`` and ``reconcile`` call the merchant's shop."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

import stores
from orderflow import clock, outbox
from orderflow.access import store_access, turned_away
from orderflow.access.calls import HOME
from orderflow.book import snapshot
from orderflow.db import reading, unit_of_work
from orderflow.intake import record, reference, repeats, unread
from orderflow.models import MarketplaceOrder, Merchant, StoreAccess, Webhook
from orderflow.rules import judge, watching
from stores import news
from stores.base import ABOUT_US, PRIVACY, SeenOrder, SeenPage, StoreBusy, StoreRefused
from stores.boundary import Unreadable
from stores.errors import Trouble
from workers import privacy
from workers.failures import POISON, set_aside
from workers.gear import Job
from workers.paging import Pages, begins, go_on, leave_endless

log = structlog.get_logger()


def webhook(job: Job) -> None:
    """Read one delivery: an order of a marketplace is recorded, one of a vendor's store looked at.

    The same shop may be both. What nobody here understands is kept as it came. An order that
    cannot be recorded is noted for *Home* and read from the shop later; it holds up nothing else.
    """
    try:
        _read_delivery(job)
    except outbox.Fenced:
        raise
    except POISON as poison:
        if not job.message.about["order"]:
            raise
        _not_recorded(job, poison)


def _read_delivery(job: Job) -> None:
    with unit_of_work() as session:
        if job.message.about["order"]:
            _take_delivery(session, job.message.about)
        else:
            row = session.get_one(Webhook, job.about("webhook"))
            _hear(session, session.get_one(StoreAccess, row.access_id), row)
        outbox.done(session, job.message)


def _take_delivery(session: Session, about: Mapping[str, Any]) -> None:
    row = session.get_one(Webhook, int(about["webhook"]))
    access = session.get_one(StoreAccess, row.access_id)
    taken = _take(session, access, row, str(about["order"]), str(about["key"]))
    row.state, row.body = Webhook.DONE if taken else Webhook.IGNORED, None


def read_ahead(message_id: int) -> bool:
    """Read a delivery about an order before its turn, because the order is about to be sent. False:
    somebody is at it, or it cannot be recorded, which is said in its turn."""
    try:
        with unit_of_work() as session:
            about = outbox.take_away(session, message_id)
            if about is not None:
                _take_delivery(session, about)
    except POISON as poison:
        log.warning("delivery_not_read_ahead", message=message_id, error=type(poison).__name__)
        return False
    return about is not None


def _not_recorded(job: Job, poison: BaseException) -> None:
    order_id, key = str(job.message.about["order"]), str(job.message.about["key"])
    with reading() as session:
        row = session.get_one(Webhook, job.about("webhook"))
        access = session.get_one(StoreAccess, row.access_id)
        ours = _merchant(session, access.id) is not None
    about = {"order": order_id} if ours else {"order": order_id, "key": key}
    set_aside(job.message, "fetch" if ours else "read", about, poison, access.lane)
    with unit_of_work() as session:
        row = session.get_one(Webhook, job.about("webhook"))
        _note(session, row.access_id, order_id, poison)
        row.state, row.body = Webhook.DONE, None
        row.words = f"The order in it was not recorded: {type(poison).__name__}."
        outbox.done(session, job.message)


def _note(session: Session, access_id: int, order_id: str, bad: BaseException) -> None:
    """Have *Home* tell of an order that could not be read."""
    if (merchant := _merchant(session, access_id)) is not None:
        unread.note(session, merchant, order_id, bad, clock.now())


def note_unread(job: Job, order_id: str, bad: BaseException) -> None:
    with unit_of_work() as session:
        _note(session, job.there.access_id, order_id, bad)


def _hear(session: Session, access: StoreAccess, row: Webhook) -> None:
    """What is about no order: our access, the shop itself, or what it wants forgotten."""
    kind = stores.webhooks(access.platform).kind_of(row.topic)
    if kind in ABOUT_US:
        about = {"said": kind}
        outbox.put(session, access.lane, "visit", f"visit:{kind}", about, now=clock.now())
        row.state, row.body = Webhook.DONE, None
    elif kind in PRIVACY:
        privacy.hear(session, access, row, kind, clock.now())
    elif number := stores.fulfilment_order_in(access.platform, row.body or b""):
        if _merchant(session, access.id) is not None:
            about = {"part": number}
            outbox.put(session, access.lane, "whose", f"whose:{number}", about, now=clock.now())
        row.state, row.body = Webhook.DONE, None
    else:
        row.state = Webhook.KEPT
        log.warning("webhook_kept", webhook=row.id, topic=row.topic)


def _take(session: Session, access: StoreAccess, row: Webhook, order_id: str, key: str) -> bool:
    merchant, told = _merchant(session, access.id), False
    if merchant is not None:
        seen = _seen(session, merchant, access, row, order_id)
        if seen is None and _ask(session, access, row, "fetch", {"order": order_id}):
            outbox.hurry(session, access.lane, f"fetch:{order_id}", clock.now())
        told = seen is None or record.record(session, merchant, seen, clock.now())
    if store_access.connections_of(session, access.id):
        _ask(session, access, row, "read", {"order": order_id, "key": key})
        told = True
    return told


def _seen(
    session: Session, merchant: Merchant, access: StoreAccess, row: Webhook, order_id: str
) -> SeenOrder | None:
    """The order in the body; None: read it from the shop. One that cannot be read is noted."""
    body = row.body or b""
    try:
        return stores.seen_from_webhook(access.platform, row.topic, body, access.address)
    except Unreadable as bad:
        log.error("webhook_unreadable", webhook=row.id, error=str(bad))
        row.words = f"The order in it cannot be read: {type(bad).__name__}."
        name = stores.order_name(access.platform, body)
        unread.note(session, merchant, order_id, bad, clock.now(), name=name)
        return None


def _ask(
    session: Session, access: StoreAccess, row: Webhook, kind: str, about: dict[str, str]
) -> bool:
    """Have the store asked for the order as it is now. False: the same news were heard already,
    for which it is asked once a minute at most."""
    now = clock.now()
    if repeats.ask(session, access, kind, about, news.of(row.body or b""), now):
        return True
    row.words = row.words or repeats.SAME
    session.flush()
    if repeats.is_storm(session, access.id, now):
        repeats.tell_storm(session, access.id, now)
    return False


def heard(job: Job) -> None:
    """The time is over for which the same news of an order were not asked for."""
    with unit_of_work() as session:
        access = session.get(StoreAccess, int(job.message.lane.partition(":")[2]))
        if access is None:
            outbox.done(session, job.message)
        else:
            repeats.rest_is_over(session, job.message, access, clock.now())


def _merchant(session: Session, access_id: int) -> Merchant | None:
    return session.scalars(
        select(Merchant).where(Merchant.access_id == access_id, Merchant.uninstalled_at.is_(None))
    ).one_or_none()


def reconsider(job: Job) -> None:
    """Decide an order again. One whose snapshot cannot be read is read from the shop instead."""
    order_id = job.about("order")
    try:
        with unit_of_work() as session:
            record.reconsider(session, order_id, clock.now())
            outbox.done(session, job.message)
    except snapshot.NotReadable as bad:
        with unit_of_work() as session:
            order = session.get_one(MarketplaceOrder, order_id)
            unread.note(session, order.merchant, order.remote_id, bad, clock.now())
            about = {"order": order.remote_id}
            repeats.ask_soon(session, order.merchant.access, "fetch", about, clock.now())
            outbox.done(session, job.message)


def reconsider_all(job: Job) -> None:
    """Queue the orders that a change may release, a page at a time."""
    about: dict[str, Any] = dict(job.message.about)
    with unit_of_work() as session:
        outbox.unname(session, job.message)
    with unit_of_work() as session:
        merchant = session.get_one(Merchant, about["merchant"])
        last = judge.reconsider_some(session, merchant, about, clock.now())
        if last is not None:
            about["after"] = last
            outbox.put(
                session,
                job.message.lane,
                "reconsider_all",
                job.message.subject,
                about,
                now=clock.now(),
            )
        outbox.done(session, job.message)


def whose(job: Job) -> None:
    """A fulfilment order was held, released, moved, split or merged: read its order anew, where
    something of it is still to be done."""
    number = str(job.message.about["part"])
    market = job.marketplace()
    order_id = job.call("order_of", market, lambda: market.order_of(number), HOME)
    with job.unit() as session:
        merchant = _merchant(session, job.there.access_id)
        if merchant is not None and order_id and watching.is_open(session, merchant, order_id):
            about = {"order": order_id}
            repeats.ask_soon(session, merchant.access, "fetch", about, clock.now())
        outbox.done(session, job.message)


def fetch(job: Job) -> None:
    """One order, read from the marketplace."""
    order_id = str(job.message.about["order"])
    there = _read(job, order_id)
    with job.unit() as session:
        if not there and (merchant := _merchant(session, job.there.access_id)) is not None:
            record.deleted(session, merchant, order_id, clock.now())
        outbox.done(session, job.message)


def _read(job: Job, order_id: str) -> bool:
    """False: the shop has no such order any more."""
    market = job.marketplace()
    try:
        seen = job.call("read_order", market, lambda: market.read_order(order_id), HOME)
        if seen is not None:
            _record(job, seen)
    except POISON as bad:
        note_unread(job, order_id, bad)
        raise
    return seen is not None


def watch(job: Job) -> None:
    """One order that waits for what no webhook tells: ask the shop until it waits no more."""
    order_id = str(job.message.about["order"])
    with reading() as session:
        merchant = _merchant(session, job.there.access_id)
        wanted = watching.wanted(session, merchant, order_id, clock.now()) if merchant else None
    if merchant is not None and wanted is not None:
        there = not wanted.reference or _ask_reference(job, merchant, order_id, wanted.payment)
        if not there or (wanted.risk and not _read(job, order_id)):
            merchant = None
    with job.unit() as session:
        again = watching.again(session, merchant, order_id, clock.now()) if merchant else None
        if again is None:
            outbox.done(session, job.message)
        else:
            outbox.put_off(session, job.message, now=clock.now(), delay=again, fresh=True)


def _ask_reference(job: Job, merchant: Merchant, order_id: str, payment: str) -> bool:
    """False: the shop has no such order any more. Where it refuses to tell, which stands in the
    log, the order goes without."""
    market = job.marketplace()
    told: str | None = ""
    with suppress(StoreRefused):
        told = job.call(
            "payment_reference", market, lambda: market.payment_reference(order_id), HOME
        )
    if told is None:
        return False
    with unit_of_work() as session:
        reference.take(session, merchant, order_id, told, payment, clock.now())
    return True


def reconcile(job: Job) -> None:
    """Find what webhooks missed: all orders changed since last time, with an overlap."""
    with reading() as session:
        merchant = _merchant(session, job.there.access_id)
    if merchant is None:
        with unit_of_work() as session:
            outbox.done(session, job.message)
        return
    market, pages = job.marketplace(), Pages.kept(job.message.about)
    start = begins(job, merchant.installed_at)

    def next_page() -> tuple[SeenPage, Pages]:
        page = market.orders_since(merchant.orders_cursor, start, clock.now())
        return page, pages.after([each.updated_at for each in page.orders], more=page.more)

    try:
        page, pages = job.call("orders_since", market, next_page, HOME)
    except StoreBusy as busy:
        if busy.code is not Trouble.ENDLESS:
            raise
        with job.unit() as session:
            session.get_one(Merchant, merchant.id).orders_cursor = ""
            leave_endless(session, job, busy, pages, job.config.reconcile_every)
        return
    for order_id in page.unread:
        leave_unread(job, order_id, Unreadable("in the list of changed orders"))
    for seen in page.orders:
        try:
            _record(job, seen)
        except POISON as poison:
            leave_unread(job, seen.id, poison)
    with job.unit() as session:
        session.get_one(Merchant, merchant.id).orders_cursor = page.cursor
        access = session.get_one(StoreAccess, merchant.access_id)
        if turned_away.is_open_again(session, access, clock.now()):
            store_access.unlock(session, access.id, clock.now())
        go_on(session, job, pages, job.config.reconcile_every, more=page.more)


def leave_unread(job: Job, order_id: str, bad: BaseException) -> None:
    """Note one order of many, and have it read by itself later."""
    note_unread(job, order_id, bad)
    set_aside(job.message, "fetch", {"order": order_id}, bad)


def _record(job: Job, seen: SeenOrder) -> None:
    with unit_of_work() as session:
        merchant = _merchant(session, job.there.access_id)
        if merchant is not None:
            record.record(session, merchant, seen, clock.now())
