"""An order that left unpaid was paid since: it is marked as paid in the vendor's store, and its
vendor reads so beside it."""

from __future__ import annotations

from orderflow import clock, outbox
from orderflow.access.calls import About
from orderflow.upkeep import paid_later
from orderflow.upkeep.paid_later import Telling
from workers import notes, wishes
from workers.gear import Job


def carry_on(job: Job) -> None:
    """The same words stand once, however often they are said."""
    work = wishes.begin(job, lambda session, number: paid_later.begin(session, number, clock.now()))
    if work is None or not wishes.ask(
        job, lambda: _tell(job, work), unknown=paid_later.unknown, refused=paid_later.refused
    ):
        return
    with job.unit() as session:
        paid_later.told(session, work.change_id, clock.now())
        outbox.done(session, job.message)


def _tell(job: Job, work: Telling) -> bool:
    store, about = job.store(), About("push", work.push_id)
    text = notes.paid(work.language, work.order)
    job.call("mark_paid", store, lambda: store.mark_paid(work.remote_id), about)
    job.call("note", store, lambda: store.note(work.remote_id, text), about)
    return True
