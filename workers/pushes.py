"""A push leaves: begin, one call to the store, write down what became of it."""

from __future__ import annotations

import time

from orderflow import clock, outbox
from orderflow.access import store_access
from orderflow.access.calls import About
from orderflow.db import unit_of_work
from orderflow.traffic import audit as auditing
from orderflow.traffic import push, unread_news
from stores.base import (
    OutcomeUnknown,
    PlacedOrder,
    StoreBusy,
    StoreError,
    StoreLocked,
    StoreRefused,
)
from stores.errors import Trouble
from workers import intake
from workers.gear import Job

NEWS_WITHIN, GLANCE = 1.5, 0.05
"""Seconds for which a push waits on the spot until news of its order are read, and between two
looks whether they are; after that it is put off."""


def send(job: Job) -> None:
    """Send the push, or look for it where an earlier try may have landed. What came in about its
    order and was not read yet is read first, whoever's turn it is."""
    deadline = time.monotonic() + NEWS_WITHIN
    while True:
        with unit_of_work() as session:
            work = push.begin(session, job.about("push"), clock.now())
            if work is None:
                outbox.done(session, job.message)
        if not isinstance(work, push.Behind) or time.monotonic() > deadline:
            break
        if not _read_ahead(work):
            time.sleep(GLANCE)
    if isinstance(work, push.Looking):
        _look(job, work)
    elif isinstance(work, push.Sending):
        _create(job, work)
    elif work is not None:
        _wait_for_news(job)


def _read_ahead(work: push.Behind) -> bool:
    """False: somebody is reading what came in, or about to."""
    read = [intake.read_ahead(number) for number in work.deliveries]
    return bool(read) and all(read)


def _wait_for_news(job: Job) -> None:
    with unit_of_work() as session:
        delay = unread_news.LOOK_AGAIN
        outbox.put_off(session, job.message, now=clock.now(), delay=delay, counted=False)


def _create(job: Job, work: push.Sending) -> None:
    try:
        store = job.store()
        about = About("push", work.push_id)
        placed = job.call("create_order", store, lambda: store.create_order(work.order), about)
    except OutcomeUnknown as lost:
        with job.unit() as session:
            push.unknown(session, work.push_id, lost.words, clock.now(), job.config.look_waits[0])
            outbox.done(session, job.message)
    except StoreRefused as no:
        with job.unit() as session:
            certain = no.code is not Trouble.FIREWALL
            push.refused(session, work.push_id, no.words, clock.now(), certain=certain)
            outbox.done(session, job.message)
    except (StoreBusy, StoreLocked) as not_now:
        _not_sent(job, work.push_id, not_now)
    else:
        with job.unit() as session:
            push.placed(session, work.push_id, placed, clock.now(), how="answer")
            outbox.done(session, job.message)


def _not_sent(job: Job, push_id: int, error: StoreError) -> None:
    """Nothing was done. Busy: put off. Locked: the push is decided again, and held."""
    locked = isinstance(error, StoreLocked)
    with job.unit() as session:
        outcome = "locked" if locked else "busy"
        push.not_sent(session, push_id, outcome, error.words, clock.now())
        if locked:
            store_access.lock(session, job.there.access_id, error.words, clock.now())
            outbox.put_off(session, job.message, now=clock.now(), delay=0, fresh=True)
    if not locked:
        raise error


def _look(job: Job, work: push.Looking) -> None:
    store = job.store()
    found = job.call(
        "find_orders",
        store,
        lambda: store.find_orders(work.key, work.since),
        About("push", work.push_id),
    )
    with job.unit() as session:
        push.looked(session, work.push_id, found, clock.now(), _waits(job))
        outbox.done(session, job.message)


def _waits(job: Job) -> tuple[float, ...]:
    """The pauses before each look-up. Together they outlast a create that is still on its way."""
    return tuple(float(wait) for wait in job.config.look_waits)


def audit(job: Job) -> None:
    """Cancel whatever lives besides the order in the book, and compare that one where its create
    was not answered."""
    with unit_of_work() as session:
        compare = bool(job.message.about.get("compare"))
        work = auditing.begin(session, job.about("push"), compare=compare)
        if work is None:
            outbox.done(session, job.message)
            return
    store, about = job.store(), About("push", work.push_id)
    found = job.call("find_orders", store, lambda: store.find_orders(work.key, work.since), about)
    with unit_of_work() as session:
        twins = auditing.surplus(session, work.push_id, found)
    for twin in twins:
        _cancel_twin(job, twin.id, about)
        with job.unit() as session:
            auditing.surplus_cancelled(session, work.push_id, twin, clock.now())
    order = _compare(job, work)
    with job.unit() as session:
        if order is not None:
            auditing.compared(session, work, order, clock.now())
        outbox.done(session, job.message)


def _compare(job: Job, work: auditing.Auditing) -> PlacedOrder | None:
    """The order in the book with what differs from ``work.compare``."""
    asked = work.compare
    if asked is None:
        return None
    store, about = job.store(), About("push", work.push_id)
    return job.call(
        "compare_order", store, lambda: store.compare_order(work.remote_id, asked), about
    )


def _cancel_twin(job: Job, order_id: str, about: About) -> None:
    store = job.store()
    told = job.call(
        "cancel_order",
        store,
        lambda: store.cancel_order(order_id, "Created twice by mistake.", restock=True),
        about,
    )
    if told.state == "too_late":
        raise StoreRefused(told.words)
