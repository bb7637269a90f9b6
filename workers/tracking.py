"""Tracking comes in from vendors' stores: by webhook where one is sent, by polling in any case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.orm import Session

from orderflow import clock, outbox
from orderflow.access import store_access, store_health, turned_away
from orderflow.access.calls import STORE, About
from orderflow.db import reading, unit_of_work
from orderflow.models import StoreAccess
from orderflow.traffic import rereading, track
from stores.base import Changes, Store, StoreBusy, StoreOrder
from stores.errors import Trouble
from workers import gear
from workers.failures import POISON, set_aside
from workers.gear import Job
from workers.paging import Pages, go_on, leave_endless

SETUP_EVERY = timedelta(days=1)
CHECK_EVERY = 3600.0
"""Seconds between two looks at a store's webhooks, which some stores switch off silently, and at
whether our orders are still there."""
MOST_READS = 10
"""Orders that are read after one look, because the store's list does not show them."""


def read(job: Job) -> None:
    """A store said that something happened to one of its orders: read it as it is now."""
    remote_id, key = str(job.message.about["order"]), str(job.message.about["key"])
    with reading() as session:
        found = track.find_push(session, job.there.access_id, remote_id, key)
        agreed = track.agreed_pieces(found) if found else None
    if found is not None:
        store = job.store()
        about = About("push", found.id)
        order = job.call("read_order", store, lambda: store.read_order(remote_id), about)
        if order is not None:
            _take(job, order, agreed)
        else:
            with job.unit() as session:
                track.missing(session, job.there.access_id, remote_id, clock.now())
    with job.unit() as session:
        outbox.done(session, job.message)


def _take(job: Job, order: StoreOrder, agreed: Mapping[str, int | None] | None = None) -> None:
    with job.unit() as session:
        track.seen(session, job.there.access_id, order, clock.now(), agreed)
        store_health.note_unread(session, job.there.access_id, order.placed.id, unread=False)


def poll(job: Job) -> None:
    """What changed in this store since last time; then the same again in some minutes.

    An order that cannot be read stands in no other's way, and a list that has no end is left: then
    the orders that are still open there are read one by one."""
    with unit_of_work() as session:
        access = session.get_one(StoreAccess, job.there.access_id)
        cursor = access.cursor
        if not store_access.connections_of(session, access.id):
            outbox.done(session, job.message)
            return
    store, pages = job.store(), Pages.kept(job.message.about)

    def next_page() -> tuple[Changes, Pages]:
        page = store.fetch_changes(cursor, clock.now())
        return page, pages.after([each.updated_at for each in page.orders], more=page.more)

    try:
        changes, pages = job.call("fetch_changes", store, next_page, STORE)
    except StoreBusy as busy:
        if busy.code is not Trouble.ENDLESS:
            raise
        _leave_list(job, busy, pages)
        return
    with reading() as session:
        unheard = track.any_unheard(session, job.there.access_id, changes.orders)
    _take_all(job, changes)
    with job.unit() as session:
        _move_on(session, job, changes, pages)
        if unheard:  # webhooks are slow, or switched off: that is looked at now
            outbox.hasten(session, f"subscribe:{job.there.access_id}", clock.now())


def _take_all(job: Job, changes: Changes) -> None:
    """Each order by itself; one that carries no mark of ours any more is known by its id."""
    for order_id in changes.unread:
        about = {"order": order_id, "key": ""}
        set_aside(job.message, "read", about, ValueError("unreadable"))
        with unit_of_work() as session:
            store_health.note_unread(session, job.there.access_id, order_id, unread=True)
    for order in changes.orders:
        try:
            _take(job, order)
        except POISON as poison:
            about = {"order": order.placed.id, "key": order.placed.key}
            set_aside(job.message, "read", about, poison)
    with job.unit() as session:
        for remote_id in track.known_among(session, job.there.access_id, changes.unmarked):
            track.read_soon(session, job.there.access_id, remote_id, clock.now())


def _move_on(session: Session, job: Job, changes: Changes, pages: Pages) -> None:
    """A list without a cursor began a moment ago: what changed before, while the store did not
    answer, is read order by order."""
    access = session.get_one(StoreAccess, job.there.access_id)
    if not access.cursor:
        rereading.read_all_soon(session, access, clock.now())
    access.cursor, access.polled_at = changes.cursor, clock.now()
    if turned_away.is_open_again(session, access, clock.now()):
        store_access.unlock(session, access.id, clock.now())
    go_on(session, job, pages, job.config.poll_every, more=changes.more)


def _leave_list(job: Job, busy: StoreBusy, pages: Pages) -> None:
    """The next poll begins anew from today."""
    with job.unit() as session:
        access = session.get_one(StoreAccess, job.there.access_id)
        access.cursor = ""
        rereading.read_all_soon(session, access, clock.now())
        leave_endless(session, job, busy, pages, job.config.poll_every)


def subscribe(job: Job) -> None:
    """See to it that the store tells us of changes, now and from time to time, and read once a day
    what it is set up like."""
    with unit_of_work() as session:
        access = session.get_one(StoreAccess, job.there.access_id)
        if not store_access.connections_of(session, access.id):
            outbox.done(session, job.message)
            return
    address = gear.hooks_address(job.config, access)
    store = job.store()
    secret = access.webhook_secret["secret"]
    job.call("subscribe", store, lambda: store.subscribe(address, secret), STORE)
    if access.setup_read_at is None or access.setup_read_at < clock.now() - SETUP_EVERY:
        setup = job.call("read_setup", store, store.read_setup, STORE)
        with job.unit() as session:
            store_access.keep_setup(session, access.id, setup, clock.now())
    _look_for_deleted(job, store)
    with job.unit() as session:
        outbox.put_off(session, job.message, now=clock.now(), delay=CHECK_EVERY, fresh=True)


def _look_for_deleted(job: Job, store: Store) -> None:
    """Some stores tell nobody that an order was deleted: those that still matter are looked for,
    in turns where there are many."""
    with reading() as session:
        ids = track.waiting_orders(session, job.there.access_id, clock.now())
    if not ids:
        return
    gone = job.call("missing_orders", store, lambda: store.missing_orders(ids), STORE)
    with job.unit() as session:
        for remote_id in gone[:MOST_READS]:
            track.read_soon(session, job.there.access_id, remote_id, clock.now())
