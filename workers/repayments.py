"""Money given back in the marketplace is given back in the vendor's order, or a person is told."""

from __future__ import annotations

from contextlib import suppress

from orderflow import clock, outbox
from orderflow.access.calls import About
from orderflow.db import unit_of_work
from orderflow.upkeep import repaid, repay
from orderflow.upkeep.repay import Repaying
from stores.base import OutcomeUnknown, StoreBusy, StoreLocked, StoreRefused
from workers import notes, sights, wishes
from workers.gear import Job


def carry_on(job: Job) -> None:
    """Ask for it; under its key a refund counts once, however often it is asked. Where a worker
    died while it asked, its call may still be on its way: that is waited for."""
    if job.was_cut_off:
        with unit_of_work() as session:
            if repay.is_on_its_way(session, job.about("change")):
                job.let_calls_end(session)
                return
    work = wishes.begin(job, lambda session, number: repay.begin(session, number, clock.now()))
    if work is not None and (work.shared or not job.store().can.refund):
        _leave_to_people(job, work, "")
    elif work is not None:
        _carry_out(job, work)


def _carry_out(job: Job, work: Repaying) -> None:
    store, about = job.store(), About("push", work.push_id)
    try:
        made = job.call(
            "refund_order", store, lambda: store.refund_order(work.remote_id, work.refund), about
        )
    except OutcomeUnknown as lost:
        with job.unit() as session:
            repaid.unknown(session, work.change_id, lost.words, clock.now())
            job.look_later(session)
    except StoreRefused as no:
        if sights.living(job, work.push_id, work.remote_id) is not None:
            _leave_to_people(job, work, no.words)
            return
        with job.unit() as session:
            repaid.nowhere(session, work.change_id, clock.now())
            outbox.done(session, job.message)
    except (StoreBusy, StoreLocked):
        with job.unit() as session:
            repaid.not_sent(session, work.change_id)
        raise
    else:
        with job.unit() as session:
            repaid.done(session, work.change_id, made, clock.now())
            outbox.done(session, job.message)


def _leave_to_people(job: Job, work: Repaying, words: str) -> None:
    """The vendor reads it beside the order; the merchant's flag stands all the same."""
    store, about = job.store(), About("push", work.push_id)
    text = notes.refund(work.language, work.order, work.back, work.refund.currency)
    with suppress(StoreRefused):
        job.call("note", store, lambda: store.note(work.remote_id, text), about)
    with job.unit() as session:
        repaid.refused(session, work.change_id, words, clock.now())
        outbox.done(session, job.message)
