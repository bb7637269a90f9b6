"""A vendor's order is cancelled, and the truth about it told: requested, done, or too late."""

from __future__ import annotations

from orderflow import clock, outbox
from orderflow.access.calls import About
from orderflow.upkeep import cancel, cancelled
from orderflow.upkeep.cancel import Cancelling
from stores.base import Cancellation, StoreRefused
from workers import sights, wishes
from workers.gear import Job

ASK_AFTER = (10.0, 60.0, 300.0)
"""Seconds until a store that does it in its own time is asked what became of it; the last one
repeats."""


def carry_on(job: Job) -> None:
    """Ask for it, or for what became of it. Doing it again changes nothing. Where it is refused
    because there is no such order any more, nothing is left to cancel."""
    work = wishes.begin(job, cancel.begin)
    if work is not None:
        _carry_out(job, work)


def _carry_out(job: Job, work: Cancelling) -> None:
    said = wishes.ask(
        job, lambda: _try(job, work), unknown=cancelled.unknown, refused=cancelled.refused
    )
    if said is None:
        return
    with job.unit() as session:
        cancelled.told(session, work.change_id, said, clock.now())
        if said.state == "requested":
            delay = ASK_AFTER[min(job.message.tries, len(ASK_AFTER)) - 1]
            outbox.put_off(session, job.message, now=clock.now(), delay=delay)
        else:
            outbox.done(session, job.message)


def _try(job: Job, work: Cancelling) -> Cancellation:
    try:
        return _call(job, work)
    except StoreRefused:
        sights.living(job, work.push_id, work.remote_id)
        raise


def _call(job: Job, work: Cancelling) -> Cancellation:
    if work.gone:
        return Cancellation("done")
    store, about = job.store(), About("push", work.push_id)
    if work.ticket:
        return job.call(
            "cancel_outcome",
            store,
            lambda: store.cancel_outcome(work.remote_id, work.ticket),
            about,
        )
    return job.call(
        "cancel_order",
        store,
        lambda: store.cancel_order(work.remote_id, work.reason, restock=work.restock),
        about,
    )
