"""A test order goes out, is shown for a while, and is cancelled again."""

from __future__ import annotations

from sqlalchemy.orm import Session

from orderflow import clock, outbox
from orderflow.access import store_access
from orderflow.access.calls import About
from orderflow.db import unit_of_work
from orderflow.traffic import trials
from orderflow.traffic.trials import Step
from stores.base import (
    OutcomeUnknown,
    PlacedOrder,
    Store,
    StoreBusy,
    StoreLocked,
    StoreRefused,
)
from workers.gear import Job


def carry_on(job: Job) -> None:
    """The next step of a test order."""
    with unit_of_work() as session:
        step = trials.begin(session, job.about("trial"), clock.now())
        if step is None:
            outbox.done(session, job.message)
            return
    {"create": _create, "look": _look, "cancel": _cancel, "check": _check}[step.what](job, step)


def _create(job: Job, step: Step) -> None:
    try:
        placed = _placed(job, step)
    except OutcomeUnknown as lost:
        with job.unit() as session:
            trials.unknown(session, step.trial_id, lost.words)
            wait = float(job.config.look_waits[0])
            outbox.put_off(session, job.message, now=clock.now(), delay=wait, fresh=True)
    except (StoreBusy, StoreRefused, StoreLocked) as no:
        with job.unit() as session:
            trials.failed(session, step.trial_id, no.words, clock.now())
            if isinstance(no, StoreLocked):
                store_access.lock(session, job.there.access_id, no.words, clock.now())
            outbox.done(session, job.message)
    else:
        with job.unit() as session:
            trials.stands(session, step.trial_id, placed)
            store_access.unlock(session, job.there.access_id, clock.now())
            delay = trials.SHOWN_FOR
            outbox.put_off(session, job.message, now=clock.now(), delay=delay, fresh=True)


def _placed(job: Job, step: Step) -> PlacedOrder:
    store, about = job.store(), About("connection", step.connection_id)
    identity = job.call("identify", store, store.identify, about)
    order = trials.order(step.key, identity.currency, clock.now())
    return job.call("test_order", store, lambda: store.create_order(order), about)


def _look(job: Job, step: Step) -> None:
    store, about = job.store(), About("connection", step.connection_id)
    found = job.call("find_orders", store, lambda: store.find_orders(step.key, step.since), about)
    waits = tuple(float(wait) for wait in job.config.look_waits)
    with job.unit() as session:
        _go_on(session, job, trials.looked(session, step.trial_id, found, clock.now(), waits))


def _cancel(job: Job, step: Step) -> None:
    store, about = job.store(), About("connection", step.connection_id)
    try:
        if _lives(job, step, store):
            told = job.call(
                "cancel_order",
                store,
                lambda: store.cancel_order(step.remote_id, "It was only a test.", restock=True),
                about,
            )
            if told.state == "too_late":
                raise StoreRefused(told.words)
    except StoreRefused as no:
        with job.unit() as session:
            trials.failed(session, step.trial_id, no.words, clock.now())
            outbox.done(session, job.message)
        return
    with job.unit() as session:
        trials.leaving(session, step.trial_id)
        outbox.put_off(session, job.message, now=clock.now(), delay=0, fresh=True)


def _check(job: Job, step: Step) -> None:
    live = _lives(job, step, job.store())
    with job.unit() as session:
        _go_on(session, job, trials.checked(session, step.trial_id, clock.now(), live=live))


def _lives(job: Job, step: Step, store: Store) -> bool:
    """One that is gone altogether is as good as cancelled."""
    about = About("connection", step.connection_id)
    there = job.call("read_order", store, lambda: store.read_order(step.remote_id), about)
    return there is not None and there.placed.live


def _go_on(session: Session, job: Job, wait: float | None) -> None:
    if wait is None:
        outbox.done(session, job.message)
    else:
        outbox.put_off(session, job.message, now=clock.now(), delay=wait, fresh=True)
