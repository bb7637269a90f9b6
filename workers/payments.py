"""An order that left unpaid was paid since: its vendor reads so beside it."""

from __future__ import annotations

from orderflow import clock, outbox, paid_later
from orderflow.calls import About
from orderflow.db import unit_of_work
from orderflow.paid_later import Telling
from stores.base import OutcomeUnknown, StoreRefused
from workers import notes
from workers.gear import Job


def carry_on(job: Job) -> None:
    """The same words stand once, however often they are said."""
    with unit_of_work() as session:
        work = paid_later.begin(session, job.about("change"))
        if work is None:
            outbox.done(session, job.message)
    if work is not None:
        _carry_out(job, work)


def _carry_out(job: Job, work: Telling) -> None:
    store, about = job.store(), About("push", work.push_id)
    text = notes.paid(work.language, work.order)
    try:
        job.call("note", store, lambda: store.note(work.remote_id, text), about)
    except OutcomeUnknown:
        with job.unit() as session:
            delay = float(sum(job.config.look_waits))
            outbox.put_off(session, job.message, now=clock.now(), delay=delay, fresh=True)
        return
    except StoreRefused as no:
        with job.unit() as session:
            paid_later.refused(session, work.change_id, no.words, clock.now())
            outbox.done(session, job.message)
        return
    with job.unit() as session:
        paid_later.told(session, work.change_id, clock.now())
        outbox.done(session, job.message)
