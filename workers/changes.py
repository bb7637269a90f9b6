"""Edits of the merchant's are written into the vendor's order: read, compare, write, read again."""

from __future__ import annotations

from contextlib import suppress

from orderflow import clock, outbox
from orderflow.access.calls import About
from orderflow.db import reading, unit_of_work
from orderflow.models import Flag, Push
from orderflow.upkeep import change, edited, edits
from orderflow.upkeep.change import Asked, Looking
from stores.base import (
    Amended,
    EditedLines,
    OutcomeUnknown,
    StoreBusy,
    StoreLocked,
    StoreOrder,
    StoreRefused,
)
from workers import notes, sights
from workers.gear import Job


def carry_on(job: Job) -> None:
    """Make the vendor's order what is wanted now. Doing it again changes nothing. Where a worker
    died while it asked, its call may still be on its way: that is waited for."""
    push_id = job.about("push")
    with unit_of_work() as session:
        outbox.unname(session, job.message)
    with unit_of_work() as session:
        if job.was_cut_off and change.is_on_its_way(session, push_id):
            job.let_calls_end(session)
            return
        work = change.begin(session, push_id, clock.now())
    if work is not None and not _carry_out(job, work):
        return
    with job.unit() as session:
        change.drop_waiting(session, push_id, clock.now())
        outbox.done(session, job.message)


def _carry_out(job: Job, work: Looking) -> bool:
    """False: an outcome is unknown, and the message was put off."""
    if not all(_ask(job, asked, None) for asked in work.again):
        return False
    order = sights.living(job, work.push_id, work.remote_id)
    if order is None:
        return True
    with job.unit() as session:
        wanted = edits.plan(session, work.push_id, order, job.store().can, clock.now())
    if not all(_ask(job, asked, order) for asked in wanted):
        return False
    _tell_vendor(job, work)
    after = sights.living(job, work.push_id, work.remote_id) if wanted or work.again else None
    if after is not None:
        with job.unit() as session:
            edited.stands(session, work.push_id, after, clock.now())
    return True


def _ask(job: Job, asked: Asked, order: StoreOrder | None) -> bool:
    """One call, and what became of it. False: nobody knows; the same is asked again later."""
    try:
        done = _call(job, asked)
    except OutcomeUnknown as lost:
        with job.unit() as session:
            if edited.unknown(session, asked.change_id, lost.words, clock.now()):
                edited.given_up(session, asked.push_id, lost.words, clock.now())
                outbox.park(session, job.message, now=clock.now(), words=type(lost).__name__)
                return False
            job.look_later(session)
        return False
    except StoreRefused as no:
        with job.unit() as session:
            edited.refused(session, asked.change_id, no.words, order, clock.now())
        return True
    except (StoreBusy, StoreLocked):
        with job.unit() as session:
            edited.not_sent(session, asked.change_id, clock.now())
        raise
    with job.unit() as session:
        edited.written(session, asked.change_id, done, clock.now())
    return True


def _call(job: Job, asked: Asked) -> Amended | EditedLines:
    """The store's answer."""
    store, about = job.store(), About("push", asked.push_id)
    if asked.amendment is not None:
        amendment = asked.amendment
        return job.call(
            "amend_order", store, lambda: store.amend_order(asked.remote_id, amendment), about
        )
    edits_ = asked.edits
    if edits_ is None:
        raise LookupError(f"change {asked.change_id} asks for nothing")
    return job.call("edit_lines", store, lambda: store.edit_lines(asked.remote_id, edits_), about)


def _tell_vendor(job: Job, work: Looking) -> None:
    """In the vendor's own order, what is to be changed there by hand."""
    with reading() as session:
        push = session.get_one(Push, work.push_id)
        language, order = push.vendor_order.vendor.language, push.vendor_order.order.name
        flags = edited.untold(session, work.push_id)
    for flag in flags:
        _note(job, work, flag, notes.change_line(language, order, flag.details))


def _note(job: Job, work: Looking, flag: Flag, text: str) -> None:
    """A store that takes no words refuses them; the merchant's flag stands all the same."""
    store, about = job.store(), About("push", work.push_id)
    with suppress(StoreRefused):
        job.call("note", store, lambda: store.note(work.remote_id, text), about)
    with job.unit() as session:
        edited.told(session, flag.id, work.push_id)
